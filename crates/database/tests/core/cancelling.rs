//! A caller who hangs up.

use std::sync::Arc;
use std::time::Duration;

use aisle_database::testing::on_both_databases;
use aisle_database::{Connection, Database, Error};
use futures::FutureExt;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::{eventually, make_marks, mark, marks, read_marks};

async fn two_marks(connection: &mut Connection, writer: i64) -> Result<(), Error> {
    mark(connection, writer, 1).await?;
    tokio::task::yield_now().await;
    mark(connection, writer, 2).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_hundred_hang_ups_leave_all_or_nothing() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let mut finished = 0;
        for writer in 0..400_i64 {
            let patience = Duration::from_micros(u64::try_from(writer * 37 % 4_000).unwrap());
            let change = database.change(move |connection| two_marks(connection, writer).boxed());
            if let Ok(outcome) = timeout(patience, change).await {
                outcome.unwrap();
                finished += 1;
            }
            let read = database.read::<_, _, Error>(|connection| read_marks(connection).boxed());
            drop(timeout(patience / 2, read).await);
            let snapshot = database.snapshot::<_, _, Error>(|connection| read_marks(connection).boxed());
            drop(timeout(patience / 3, snapshot).await);
        }
        assert!(finished < 400, "no change was cut short, so nothing was tested");
        for writer in 400..440_i64 {
            database.change(move |connection| two_marks(connection, writer).boxed()).await.unwrap();
        }
        check_pairs(&database).await;
    })
    .await;
}

async fn check_pairs(database: &Database) {
    let marks = marks(database).await;
    for pair in marks.chunks(2) {
        assert!(matches!(pair, [(one, 1), (other, 2)] if one == other), "half a change: {pair:?}");
    }
    assert!(marks.len() >= 80);
}

#[tokio::test]
async fn a_change_that_has_begun_is_finished_without_its_caller() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, gate) = (begun.clone(), go_on.clone());
        let change = database.change::<_, (), Error>(move |connection| {
            let (told, gate) = (told.clone(), gate.clone());
            async move {
                mark(connection, 1, 1).await?;
                told.notify_one();
                gate.notified().await;
                mark(connection, 1, 2).await
            }
            .boxed()
        });
        tokio::select! {
            _ = change => panic!("the change cannot end before it is told to"),
            () = begun.notified() => {}
        }
        go_on.notify_one();
        eventually(async || marks(&database).await == [(1, 1), (1, 2)]).await;
    })
    .await;
}

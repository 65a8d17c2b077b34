//! What a reader sees, and what it may not do.

use std::sync::Arc;

use aisle_database::Error;
use aisle_database::testing::on_both_databases;

use futures::FutureExt;
use tokio::sync::Notify;

use crate::{make_marks, mark, marks, read_marks};

#[tokio::test]
async fn nobody_sees_what_is_not_committed() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let (written, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, gate) = (written.clone(), go_on.clone());
        let change = database.change::<_, (), Error>(move |connection| {
            let (told, gate) = (told.clone(), gate.clone());
            async move {
                mark(connection, 1, 1).await?;
                told.notify_one();
                gate.notified().await;
                Ok(())
            }
            .boxed()
        });
        let watch = async {
            written.notified().await;
            let seen = marks(&database).await;
            go_on.notify_one();
            seen
        };
        let (changed, seen) = tokio::join!(change, watch);
        assert_eq!(changed, Ok(()));
        assert_eq!(seen, []);
        assert_eq!(marks(&database).await, [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_does_not_move() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, gate) = (begun.clone(), go_on.clone());
        let snapshot = database.snapshot::<_, _, Error>(move |connection| {
            async move {
                let before = read_marks(connection).await?;
                told.notify_one();
                gate.notified().await;
                Ok((before, read_marks(connection).await?))
            }
            .boxed()
        });
        let change = async {
            begun.notified().await;
            database.change(|connection| mark(connection, 1, 1).boxed()).await.unwrap();
            go_on.notify_one();
        };
        let (seen, ()) = tokio::join!(snapshot, change);
        assert_eq!(seen, Ok((vec![], vec![])));
        assert_eq!(marks(&database).await, [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let read = database.read(|connection| mark(connection, 1, 1).boxed()).await;
        let snapshot = database.snapshot(|connection| mark(connection, 1, 1).boxed()).await;
        for outcome in [read, snapshot] {
            assert!(matches!(outcome, Err(Error::Misuse { .. })), "{outcome:?}");
        }

        assert_eq!(marks(&database).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_panicking_reader_leaves_the_pool_whole() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        for _ in 0..20 {
            let panicked = database.read::<_, (), Error>(|_| async { panic!("a bug in a read") }.boxed()).await;
            assert!(matches!(panicked, Err(Error::Misuse { .. })), "{panicked:?}");
            let panicked = database.snapshot::<_, (), Error>(|_| async { panic!("a bug in a read") }.boxed()).await;
            assert!(matches!(panicked, Err(Error::Misuse { .. })), "{panicked:?}");
        }
        assert_eq!(marks(&database).await, []);
    })
    .await;
}

//! Who waits for a lock is judged by what is true behind it, and nobody waits for another in a circle.

use std::sync::Arc;

use aisle_database::testing::{execute, fetch_all, on_both_databases, open_postgres};
use aisle_database::{Database, Row, rows, sql};
use aisle_model::check_in::Reason;
use aisle_model::{Millis, SessionNumber};
use aisle_operations::check_in::{CheckInResult, expire_codes};
use aisle_operations::customers;
use aisle_operations::entry_codes::{Expiry, NewEntryCode};
use futures::stream::{self, StreamExt};
use tokio::sync::Notify;

use crate::fixture::{Door, START, door};

const CROWD: usize = 20;
/// Scans, and deletions, under way at once: together with the others as many as there are connections.
const AT_ONCE: usize = 3;
/// How often the runner's part is played: it locks all trips at once, so that others wait long.
const BATCHES: usize = 5;

async fn count(database: &Database, query: aisle_database::Statement) -> i64 {
    let rows = database.read(move |c| Box::pin(fetch_all(c, query)));
    let rows: Vec<Row> = rows.await.unwrap();
    rows[0].get("count").unwrap()
}

/// Until somebody waits for a lock; with the embedded database whoever wants to write waits for the one who writes.
async fn somebody_waits(database: &Database, is_postgres: bool) {
    let waiting = || {
        sql!(
            "select count(*) as count from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'"
        )
    };
    while is_postgres && count(database, waiting()).await == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_store_that_closes_while_a_scan_waits_is_closed_for_it() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let session = door.code(NewEntryCode::default()).await;
        let (begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (began, ends, store) = (begun.clone(), may_end.clone(), door.store);
        let closing = door.app.database.change(move |c| {
            let (began, ends) = (began.clone(), ends.clone());
            Box::pin(async move {
                rows::streams::reserve(c, store, 0).await?;
                began.notify_one();
                ends.notified().await;
                execute(c, sql!("update stores set status = 'CLOSED'")).await?;
                Ok::<_, aisle_database::Error>(c.is_postgres())
            })
        });
        let releasing = async {
            begun.notified().await;
            let is_postgres =
                door.app.database.read(|c| Box::pin(async { Ok::<_, aisle_database::Error>(c.is_postgres()) }));
            somebody_waits(&door.app.database, is_postgres.await.unwrap()).await;
            may_end.notify_one();
        };
        let scanning = async {
            tokio::task::yield_now().await;
            door.scan(&session.code).await
        };
        let (closed, (), result) = tokio::join!(closing, releasing, scanning);
        closed.unwrap();
        assert_eq!(result, CheckInResult::Refused(Reason::Closed));
    })
    .await;
}

/// Scans, deletions, expiry and verdicts of the engine about the same trips at once.
async fn all_at_once(door: &Door) {
    let mut codes = Vec::new();
    for _ in 0..CROWD {
        let new = NewEntryCode { expires: Expiry::At(START.plus(Millis(1000))), ..NewEntryCode::default() };
        codes.push(door.code(new).await);
    }
    let scans = codes.iter().map(|session| async { drop(door.scan(&session.code).await) });
    let deletions = codes.iter().rev().map(|session| async {
        // Refused where the scan was faster.
        customers::delete(&door.app, &door.caller, session.customer.unwrap()).await.ok();
    });
    let engine = (0..BATCHES).map(|_| async {
        let numbers: std::collections::BTreeSet<SessionNumber> = codes.iter().map(|session| session.number).collect();
        let change = door.app.database.change(move |c| {
            let numbers = numbers.clone();
            Box::pin(async move {
                rows::entry_codes::lock_of_sessions(c, &numbers).await?;
                rows::sessions::lock_all(c, &numbers).await
            })
        });
        change.await.unwrap();
    });
    let expiring = async {
        door.app.clock.advance(Millis(1000));
        for _ in 0..10 {
            expire_codes(&door.app).await.unwrap();
        }
    };
    let all = futures::future::join3(
        stream::iter(scans).buffer_unordered(AT_ONCE).collect::<Vec<()>>(),
        stream::iter(deletions).buffer_unordered(AT_ONCE).collect::<Vec<()>>(),
        stream::iter(engine).buffer_unordered(1).collect::<Vec<()>>(),
    );
    tokio::join!(all, expiring);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_circle() {
    let fresh = open_postgres().await;
    all_at_once(&door(fresh.database.clone()).await).await;
    // A connection counts what it saw at the latest when it ends.
    fresh.database.close().await;
    let after = Database::open(&fresh.settings).await.unwrap();
    let others = || {
        sql!(
            "select count(*) as count from pg_stat_activity
             where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
    };
    while count(&after, others()).await > 0 {
        tokio::task::yield_now().await;
    }
    let deadlocks = sql!("select deadlocks as count from pg_stat_database where datname = current_database()");
    assert_eq!(count(&after, deadlocks).await, 0);
}

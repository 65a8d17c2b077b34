//! All or nothing, alone or in a group.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aisle_database::testing::{execute, execute_one, on_both_databases};
use aisle_database::{Database, Error, UniqueKey, sql};
use futures::FutureExt;
use futures::future::join_all;
use tokio::sync::Notify;

use crate::{change, make_marks, mark, marks};

#[derive(Debug, PartialEq)]
enum Outcome {
    Refused,
    Database(Error),
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

#[tokio::test]
async fn a_refused_change_leaves_nothing() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let refused = database
            .change(|connection| {
                async move {
                    mark(connection, 1, 1).await?;
                    Err::<(), _>(Outcome::Refused)
                }
                .boxed()
            })
            .await;
        assert_eq!(refused, Err(Outcome::Refused));
        assert_eq!(marks(&database).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_failed_change_takes_nobody_of_its_group_along() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let gate = Arc::new(Notify::new());
        let first = waiting_change(&database, gate.clone());
        let others = join_all((1..=3).map(|writer| refusing_second(&database, writer)));
        let release = async { gate.notify_one() };
        // Polled in order: the first holds the writer while the others queue up, and share its commit.
        let (first, others, ()) = tokio::join!(first, others, release);
        assert_eq!(first, Ok(()));
        assert_eq!(others, [Ok(()), Err(Outcome::Refused), Ok(())]);
        assert_eq!(marks(&database).await, [(0, 0), (1, 0), (3, 0)]);
    })
    .await;
}

async fn waiting_change(database: &Database, gate: Arc<Notify>) -> Result<(), Outcome> {
    database
        .change(move |connection| {
            let gate = gate.clone();
            async move {
                mark(connection, 0, 0).await?;
                gate.notified().await;
                Ok(())
            }
            .boxed()
        })
        .await
}

async fn refusing_second(database: &Database, writer: i64) -> Result<(), Outcome> {
    database
        .change(move |connection| {
            async move {
                mark(connection, writer, 0).await?;
                if writer == 2 { Err(Outcome::Refused) } else { Ok(()) }
            }
            .boxed()
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_increment_is_lost() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        database.change(|connection| mark(connection, 0, 0).boxed()).await.unwrap();
        let increment = || {
            database.change(|connection| {
                execute_one(connection, sql!("update marks set step = step + 1 where writer = $1", 0_i64)).boxed()
            })
        };
        for outcome in join_all((0..200).map(|_| increment())).await {
            assert_eq!(outcome, Ok::<_, Error>(true));
        }
        assert_eq!(marks(&database).await, [(0, 200)]);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_names_table_and_columns() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let create = sql!("create table things (id bigint primary key, name text not null)");
        change(&database, create).await.unwrap();
        let insert = sql!("insert into things (id, name) values (1, 'a'), (1, 'b')");
        let cases = [
            (sql!("insert into marks (writer, step) values (1, 2), (1, 2)"), "marks", vec!["writer", "step"]),
            (insert, "things", vec!["id"]),
        ];
        for (statement, table, columns) in cases {
            let conflict = change(&database, statement).await.unwrap_err();
            let Error::Conflict(key) = conflict else { panic!("{conflict}") };
            assert!(key.is(table, &columns), "{key}");
            let owned = columns.iter().map(ToString::to_string).collect();
            assert_eq!(key, UniqueKey { table: table.to_owned(), columns: owned });
        }
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_the_callers_alone() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let panicked = database
            .change::<_, (), Error>(|connection| {
                async move {
                    mark(connection, 1, 1).await?;
                    panic!("a bug in a change")
                }
                .boxed()
            })
            .await;
        let Err(Error::Misuse { reason }) = panicked else { panic!("{panicked:?}") };
        assert!(reason.contains("a bug in a change"), "{reason}");
        database.change(|connection| mark(connection, 2, 2).boxed()).await.unwrap();
        assert_eq!(marks(&database).await, [(2, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_change_cannot_go_on_after_a_failed_statement() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let went_on = database
            .change::<_, (), Error>(|connection| {
                async move {
                    mark(connection, 1, 1).await?;
                    assert!(matches!(mark(connection, 1, 1).await, Err(Error::Conflict(_))));
                    Ok(())
                }
                .boxed()
            })
            .await;
        assert!(matches!(went_on, Err(Error::Misuse { .. })), "{went_on:?}");
        assert_eq!(marks(&database).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_change_inside_a_change_is_refused() {
    on_both_databases(|database| async move {
        let outer = database.clone();
        let nested = database
            .change::<_, (), Error>(move |_| {
                let database = outer.clone();
                async move { database.ping().await }.boxed()
            })
            .await;
        assert!(matches!(nested, Err(Error::Misuse { .. })), "{nested:?}");
    })
    .await;
}

#[tokio::test]
async fn affecting_several_rows_where_one_is_meant_is_refused() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let insert = sql!("insert into marks (writer, step) values (1, 1), (1, 2)");
        change(&database, insert).await.unwrap();
        let outcome: Result<bool, Error> = database
            .change(|connection| {
                let update = sql!("update marks set step = step + 10 where writer = 1");
                execute_one(connection, update).boxed()
            })
            .await;
        assert!(matches!(outcome, Err(Error::Misuse { .. })), "{outcome:?}");
        assert_eq!(marks(&database).await, [(1, 1), (1, 2)]);
    })
    .await;
}

/// Two changes that lock two rows crosswise: PostgreSQL kills one, which then runs again and succeeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_retried() {
    on_both_databases(|database| async move {
        make_marks(&database).await;
        let insert = sql!("insert into marks (writer, step) values (1, 0), (2, 0)");
        change(&database, insert).await.unwrap();
        let postgres = database.read::<_, _, Error>(|connection| {
            let postgres = connection.is_postgres();
            async move { Ok(postgres) }.boxed()
        });
        let postgres = postgres.await.unwrap();
        let (runs, met) = (Arc::new(AtomicU32::new(0)), Arc::new(tokio::sync::Barrier::new(2)));
        let cross = |first: i64, second: i64| {
            let (runs, met) = (runs.clone(), met.clone());
            database.change::<_, (), Error>(move |connection| {
                let (runs, met) = (runs.clone(), met.clone());
                async move {
                    let add = |writer: i64| sql!("update marks set step = step + 1 where writer = $1", writer);
                    execute(connection, add(first)).await?;
                    // SQLite has one writer, who would wait here for ever.
                    if runs.fetch_add(1, Ordering::SeqCst) < 2 && postgres {
                        met.wait().await;
                    }
                    execute(connection, add(second)).await.map(drop)
                }
                .boxed()
            })
        };
        let (one, two) = tokio::join!(cross(1, 2), cross(2, 1));
        assert_eq!((one, two), (Ok(()), Ok(())));
        assert_eq!(marks(&database).await, [(1, 2), (2, 2)]);
        assert_eq!(runs.load(Ordering::SeqCst), if postgres { 3 } else { 2 });
    })
    .await;
}

/// How many single-row changes a second SQLite commits for one caller and for 64.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_single_row_changes_per_second() {
    let fresh = aisle_database::testing::open_sqlite().await;
    make_marks(&fresh.database).await;
    for (callers, each) in [(1_i64, 2_000_i64), (64, 400)] {
        let started = std::time::Instant::now();
        join_all((0..callers).map(|caller| {
            let database = fresh.database.clone();
            async move {
                for step in 0..each {
                    let writer = callers * 1_000 + caller;
                    database.change(move |connection| mark(connection, writer, step).boxed()).await.unwrap();
                }
            }
        }))
        .await;
        let rate = (callers * each) as f64 / started.elapsed().as_secs_f64();
        println!("{callers} callers: {rate:.0} changes/s");
    }
    assert_eq!(marks(&fresh.database).await.len(), 2_000 + 64 * 400);
}

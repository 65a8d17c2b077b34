//! What holds for the embedded database alone.

use aisle_database::testing::{execute, fetch_all, open_sqlite};
use aisle_database::{Connection, Database, Error, Settings, sql};
use futures::{FutureExt, TryFutureExt};

use crate::{change, make_marks, mark, marks};

#[tokio::test]
async fn a_second_server_on_the_folder_is_refused() {
    let fresh = open_sqlite().await;
    let Settings::Sqlite { path, .. } = &fresh.settings else { panic!("not SQLite") };
    let second = Database::open(&fresh.settings).await.err();
    assert_eq!(second, Some(Error::InUse { folder: path.parent().unwrap().to_owned() }));
    // Another file in the same folder is no way round it.
    let other = Settings::Sqlite { path: path.with_file_name("other.db"), readers: 1 };
    assert!(matches!(Database::open(&other).await.err(), Some(Error::InUse { .. })));
}

#[tokio::test]
async fn what_was_committed_is_there_after_closing_and_opening() {
    let fresh = open_sqlite().await;
    make_marks(&fresh.database).await;
    fresh.database.change(|connection| mark(connection, 1, 1).boxed()).await.unwrap();
    fresh.database.close().await;
    let late = fresh.database.change(|connection| mark(connection, 1, 2).boxed()).await;
    assert!(matches!(late, Err(Error::Unavailable { .. })), "{late:?}");
    assert!(matches!(fresh.database.ping().await, Err(Error::Unavailable { .. })));

    let again = Database::open(&fresh.settings).await.unwrap();
    assert_eq!(marks(&again).await, [(1, 1)]);
}

#[tokio::test]
async fn commits_are_durable_and_keys_are_checked() {
    let fresh = open_sqlite().await;
    let found = fresh.database.change::<_, _, Error>(|connection| pragmas(connection).boxed()).await;
    assert_eq!(found, Ok(("wal".to_owned(), 2, 1)));
}

async fn pragmas(connection: &mut Connection) -> Result<(String, i64, i64), Error> {
    let journal = fetch_all(connection, sql!("pragma journal_mode")).await?[0].get("journal_mode")?;
    let synchronous = fetch_all(connection, sql!("pragma synchronous")).await?[0].get("synchronous")?;
    let keys = fetch_all(connection, sql!("pragma foreign_keys")).await?[0].get("foreign_keys")?;
    Ok((journal, synchronous, keys))
}

/// SQLite gives up the whole transaction under a savepoint on some failures; `commit` in a change has the same effect.
#[tokio::test]
async fn a_transaction_lost_underneath_is_unavailable_and_the_writer_goes_on() {
    let fresh = open_sqlite().await;
    make_marks(&fresh.database).await;
    let lost = fresh
        .database
        .change::<_, (), Error>(|connection| {
            async move {
                mark(connection, 1, 1).await?;
                execute(connection, sql!("rollback")).await.map(drop)
            }
            .boxed()
        })
        .await;
    assert!(matches!(lost, Err(Error::Unavailable { .. })), "{lost:?}");
    fresh.database.change(|connection| mark(connection, 2, 2).boxed()).await.unwrap();
    assert_eq!(marks(&fresh.database).await, [(2, 2)]);
}

/// A limit on the pages of the file is as good as a full disk.
#[tokio::test]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let fresh = open_sqlite().await;
    make_marks(&fresh.database).await;
    change(&fresh.database, sql!("create table blobs (body blob not null)")).await.unwrap();
    fresh.database.change(|connection| mark(connection, 1, 1).boxed()).await.unwrap();
    let full = fresh
        .database
        .change::<_, (), Error>(|connection| {
            async move {
                mark(connection, 2, 2).await?;
                // SQLite raises the limit to the pages that are in use.
                fetch_all(connection, sql!("pragma max_page_count = 1")).await?;
                execute(connection, sql!("insert into blobs (body) values (zeroblob(1000000))")).await.map(drop)
            }
            .boxed()
        })
        .await;
    assert!(matches!(full, Err(Error::Unavailable { .. })), "{full:?}");
    assert_eq!(marks(&fresh.database).await, [(1, 1)]);
    let room = sql!("pragma max_page_count = 1000000");
    fresh
        .database
        .change::<_, _, Error>(move |connection| fetch_all(connection, room.clone()).map_ok(drop).boxed())
        .await
        .unwrap();
    assert_eq!(change(&fresh.database, sql!("insert into blobs (body) values (zeroblob(1000000))")).await, Ok(1));
}

#[tokio::test]
async fn a_path_that_cannot_be_used_is_refused_with_its_name() {
    let fresh = open_sqlite().await;
    let Settings::Sqlite { path, .. } = &fresh.settings else { panic!("not SQLite") };
    let under_a_file = Settings::Sqlite { path: path.join("aisle.db"), readers: 1 };
    let Some(Error::Misuse { reason }) = Database::open(&under_a_file).await.err() else { panic!("it opened") };
    assert!(reason.contains(&path.display().to_string()), "{reason}");
}

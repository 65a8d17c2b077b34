//! The promises of the database's doors, each checked on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics, in its functions too")]

mod availability;
mod cancelling;
mod changes;
mod crashing;
mod embedded;
mod reading;
mod values;

use aisle_database::testing::{execute, fetch_all};
use aisle_database::{Connection, Database, Error, Row, Statement, sql};
use futures::FutureExt;

/// Makes the table that the tests write: who wrote (`writer`), in which step.
async fn make_marks(database: &Database) {
    let create = sql!(
        "create table marks (writer bigint not null, step bigint not null,
         constraint marks_writer_step_key unique (writer, step))"
    );
    change(database, create).await.expect("the scratch table is made");
}

/// A change of one statement.
async fn change(database: &Database, statement: Statement) -> Result<u64, Error> {
    database.change(move |connection| execute(connection, statement.clone()).boxed()).await
}

/// A read of one statement.
async fn rows(database: &Database, statement: Statement) -> Vec<Row> {
    database
        .read::<_, _, Error>(move |connection| fetch_all(connection, statement).boxed())
        .await
        .expect("the rows are read")
}

async fn mark(connection: &mut Connection, writer: i64, step: i64) -> Result<(), Error> {
    execute(connection, sql!("insert into marks (writer, step) values ($1, $2)", writer, step)).await.map(drop)
}

/// All marks as (writer, step), in order.
async fn marks(database: &Database) -> Vec<(i64, i64)> {
    database.read(|connection| read_marks(connection).boxed()).await.expect("the marks are read")
}

async fn read_marks(connection: &mut Connection) -> Result<Vec<(i64, i64)>, Error> {
    let rows = fetch_all(connection, sql!("select writer, step from marks order by writer, step")).await?;
    rows.iter().map(|row| Ok((row.get("writer")?, row.get("step")?))).collect()
}

/// Waits until `done` holds. The runner's time limit is the deadline.
async fn eventually(mut done: impl AsyncFnMut() -> bool) {
    while !done().await {
        tokio::task::yield_now().await;
    }
}

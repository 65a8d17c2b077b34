//! The migrations, compiled in, forward only, one list per database.
//!
//! On PostgreSQL an advisory lock lets one node at a time migrate. A migration that was changed after it ran is refused.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::SqliteConnection;

use crate::error::{Error, translate};

pub(crate) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

pub(crate) async fn run_on_sqlite(connection: &mut SqliteConnection) -> Result<(), Error> {
    SQLITE.run_direct(None, connection, false).await.map_err(failed)
}

/// Checks durability, then migrates on a connection without time limits that is closed afterwards.
pub(crate) async fn run_on_postgres(pool: &PgPool) -> Result<(), Error> {
    let connection = pool.acquire().await.map_err(|error| translate(error, "connect"))?;
    let mut connection: PgConnection = connection.detach();
    let sql = "show synchronous_commit";
    let synchronous: String =
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.map_err(|error| translate(error, sql))?;
    if synchronous == "off" {
        return Err(Error::misuse("commits would not be durable: synchronous_commit is off"));
    }
    for sql in ["set statement_timeout = 0", "set lock_timeout = 0"] {
        sqlx::query(sql).execute(&mut connection).await.map_err(|error| translate(error, sql))?;
    }
    POSTGRES.run_direct(None, &mut connection, false).await.map_err(failed)?;
    sqlx::Connection::close(connection).await.map_err(|error| translate(error, "close"))
}

fn failed(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) => translate(error, "migration"),
        MigrateError::ExecuteMigration(error, version) => match translate(error, "migration") {
            Error::Misuse { reason } => Error::misuse(format!("migration {version:04}: {reason}")),
            other => other,
        },
        other => Error::misuse(format!("migrations: {other}")),
    }
}

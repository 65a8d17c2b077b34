//! What a row function gets: a connection inside a change, a read or a snapshot, and the rows that come back.
//!
//! The methods that take SQL are private to the crate, so that SQL is written here and nowhere else. A statement that fails
//! inside a change spoils that change on both databases (PostgreSQL would silently turn its commit into a rollback, SQLite
//! would keep the rest); what may be there already is written with `on conflict`, not tried and caught.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use std::borrow::Cow;

use crate::error::{Error, asks_for_retry, translate};
use crate::statement::{Statement, table_of};
use crate::stored::{FromValue, Value};
use crate::{postgres, sqlite, watch};

/// A connection for the duration of one change, read or snapshot.
pub struct Connection {
    pub(crate) inner: Inner,
    pub(crate) failure: Failure,
}

pub(crate) enum Inner {
    SqliteWriter(SqliteConnection),
    SqliteRead(PoolConnection<Sqlite>),
    SqliteSnapshot(sqlx::Transaction<'static, Sqlite>),
    PostgresRead(PoolConnection<Postgres>),
    PostgresSnapshot(sqlx::Transaction<'static, Postgres>),
    PostgresChange(sqlx::Transaction<'static, Postgres>),
}

/// The worst that has happened to a statement on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    None,
    Failed,
    AsksForRetry,
}

enum Handle<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Runs one method of sqlx's `Query` on the connection inside and maps its value.
macro_rules! run {
    ($connection:expr, $statement:expr, $method:ident, $map:expr) => {{
        let statement: Statement = $statement.into();
        watch::note(&statement);
        let (text, values) = statement.into_parts();
        let sql = text_for_driver(text);
        $connection.allow(sql.as_str())?;
        let outcome = match $connection.handle() {
            Handle::Sqlite(handle) => {
                let arguments = sqlite::arguments(values).map_err(|error| translate(error, sql.as_str()))?;
                sqlx::query_with::<Sqlite, _>(sql.clone(), arguments)
                    .$method(handle)
                    .await
                    .map(|out| $map(Either::Sqlite(out), &sql))
            }
            Handle::Postgres(handle) => {
                let arguments = postgres::arguments(values).map_err(|error| translate(error, sql.as_str()))?;
                sqlx::query_with::<Postgres, _>(sql.clone(), arguments)
                    .$method(handle)
                    .await
                    .map(|out| $map(Either::Postgres(out), &sql))
            }
        };
        outcome.map_err(|error| $connection.note(error, sql.as_str()))
    }};
}

enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

fn text_for_driver(text: Cow<'static, str>) -> SqlStr {
    match text {
        Cow::Borrowed(text) => text.into_sql_str(),
        // `Statement` can only be made of literals.
        Cow::Owned(text) => AssertSqlSafe(std::sync::Arc::<str>::from(text)).into_sql_str(),
    }
}

impl Connection {
    pub(crate) const fn new(inner: Inner) -> Self {
        Self { inner, failure: Failure::None }
    }

    /// Whether `for update skip locked` and the like may be added.
    pub fn is_postgres(&self) -> bool {
        matches!(self.inner, Inner::PostgresRead(_) | Inner::PostgresSnapshot(_) | Inner::PostgresChange(_))
    }

    /// Runs a statement and answers how many rows it affected.
    pub(crate) async fn execute(&mut self, statement: impl Into<Statement>) -> Result<u64, Error> {
        run!(self, statement, execute, |done, _: &SqlStr| match done {
            Either::Sqlite(done) => sqlx::sqlite::SqliteQueryResult::rows_affected(&done),
            Either::Postgres(done) => sqlx::postgres::PgQueryResult::rows_affected(&done),
        })
    }

    /// Runs a statement that must affect one row or none, and answers whether it affected one.
    pub(crate) async fn execute_one(&mut self, statement: impl Into<Statement>) -> Result<bool, Error> {
        let statement = statement.into();
        let text = statement.text().to_owned();
        match self.execute(statement).await? {
            0 => Ok(false),
            1 => Ok(true),
            affected => {
                self.failure = self.failure.max(Failure::Failed);
                Err(Error::misuse(format!("{affected} rows were affected, not one, by `{text}`")))
            }
        }
    }

    /// The first row, if any.
    pub(crate) async fn fetch_optional(&mut self, statement: impl Into<Statement>) -> Result<Option<Row>, Error> {
        run!(self, statement, fetch_optional, |row, sql: &SqlStr| match row {
            Either::Sqlite(row) => Option::map(row, |row| Row { inner: RowInner::Sqlite(row), sql: sql.clone() }),
            Either::Postgres(row) => Option::map(row, |row| Row { inner: RowInner::Postgres(row), sql: sql.clone() }),
        })
    }

    /// The one row that must be there: counts, `insert … returning`.
    pub(crate) async fn fetch_one(&mut self, statement: impl Into<Statement>) -> Result<Row, Error> {
        let statement = statement.into();
        let text = statement.text().to_owned();
        let row = self.fetch_optional(statement).await?;
        row.ok_or_else(|| Error::misuse(format!("no row came from `{text}`")))
    }

    /// All rows. The caller bounds them with `limit`.
    pub(crate) async fn fetch_all(&mut self, statement: impl Into<Statement>) -> Result<Vec<Row>, Error> {
        run!(self, statement, fetch_all, |rows, sql: &SqlStr| match rows {
            Either::Sqlite(rows) => all(rows, RowInner::Sqlite, sql),
            Either::Postgres(rows) => all(rows, RowInner::Postgres, sql),
        })
    }

    fn handle(&mut self) -> Handle<'_> {
        match &mut self.inner {
            Inner::SqliteWriter(connection) => Handle::Sqlite(connection),
            Inner::SqliteRead(connection) => Handle::Sqlite(connection),
            Inner::SqliteSnapshot(transaction) => Handle::Sqlite(transaction),
            Inner::PostgresRead(connection) => Handle::Postgres(connection),
            Inner::PostgresSnapshot(transaction) | Inner::PostgresChange(transaction) => Handle::Postgres(transaction),
        }
    }

    /// A plain PostgreSQL connection would let a read write, and what its read-only transaction says of a write it also says
    /// when the server has become a standby. SQLite's readers refuse by themselves.
    fn allow(&self, sql: &str) -> Result<(), Error> {
        let reads = ["select", "with", "values", "show"].iter().any(|word| sql.trim_start().starts_with(word));
        if matches!(self.inner, Inner::PostgresRead(_) | Inner::PostgresSnapshot(_)) && !reads {
            return Err(Error::misuse(format!("a read may not run `{sql}`")));
        }
        Ok(())
    }

    fn note(&mut self, error: sqlx::Error, sql: &str) -> Error {
        let failure = if asks_for_retry(&error) { Failure::AsksForRetry } else { Failure::Failed };
        self.failure = self.failure.max(failure);
        translate(error, sql)
    }
}

fn all<R>(rows: Vec<R>, wrap: impl Fn(R) -> RowInner, sql: &SqlStr) -> Vec<Row> {
    rows.into_iter().map(|row| Row { inner: wrap(row), sql: sql.clone() }).collect()
}

/// One row, read by column name.
pub struct Row {
    inner: RowInner,
    sql: SqlStr,
}

enum RowInner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of a column; what does not fit the type is [`Error::Corrupt`].
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, Error> {
        let value = self.value(column)?;
        T::from_value(value).map_err(|reason| self.corrupt(column, reason))
    }

    /// The value of a text column that `parse` understands: an enumeration, an id, JSON.
    pub fn parse<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Error> {
        let text: String = self.get(column)?;
        parse(&text).map_err(|reason| self.corrupt(column, reason))
    }

    /// The failure to use for a value that was read and makes no sense.
    pub fn corrupt(&self, column: &str, reason: impl std::fmt::Display) -> Error {
        Error::Corrupt {
            table: table_of(self.sql.as_str()).to_owned(),
            column: column.to_owned(),
            row: self.name(),
            reason: reason.to_string(),
        }
    }

    fn value(&self, column: &str) -> Result<Value, Error> {
        let value = match &self.inner {
            RowInner::Sqlite(row) => sqlite::value(row, column),
            RowInner::Postgres(row) => postgres::value(row, column),
        };
        value.map_err(|error| match error {
            sqlx::Error::ColumnNotFound(_) => translate(error, self.sql.as_str()),
            other => self.corrupt(column, other),
        })
    }

    /// A row is known by its first column, which is its id wherever a row function selects one. Only integers and times
    /// are shown: a text may be personal data.
    fn name(&self) -> String {
        let first = match &self.inner {
            RowInner::Sqlite(row) => sqlite::first_column(row),
            RowInner::Postgres(row) => postgres::first_column(row),
        };
        match first.as_deref().map(|column| (column, self.value_of_first(column))) {
            Some((column, Some(Value::Int(id)))) => format!("{column}={id}"),
            Some((column, _)) => format!("with some {column}"),
            None => "without columns".to_owned(),
        }
    }

    fn value_of_first(&self, column: &str) -> Option<Value> {
        match &self.inner {
            RowInner::Sqlite(row) => sqlite::value(row, column).ok(),
            RowInner::Postgres(row) => postgres::value(row, column).ok(),
        }
    }
}

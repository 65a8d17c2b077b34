//! What can go wrong between a row function and a database, in the same words for both databases.
//!
//! An absent row is not an error but `None`. Refusals of the domain are not here either: they belong to `operations`.

use std::fmt;
use std::path::PathBuf;

/// A failure of the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, is too busy, or gave up; nothing was half done, asking again later may help. Only
    /// a commit whose answer got lost on the way may have happened after all, so what repeats must be idempotent.
    #[error("the database is unavailable: {reason}")]
    Unavailable { reason: String },
    /// A row with the same unique key exists.
    #[error("a row with the same {0} exists")]
    Conflict(UniqueKey),
    /// What is stored does not fit what the program knows: the row was written by something else, or damaged.
    #[error("{table}.{column} of row {row} is corrupt: {reason}")]
    Corrupt { table: String, column: String, row: String, reason: String },
    /// The program asked for something the database refuses: a bug of ours, never the caller's fault.
    #[error("the database was misused: {reason}")]
    Misuse { reason: String },
    /// Another process has the folder of the embedded database open.
    #[error("another server is using {}", folder.display())]
    InUse { folder: PathBuf },
}

/// Which uniqueness a change would have broken. The columns are in the order of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueKey {
    pub table: String,
    pub columns: Vec<String>,
}

impl UniqueKey {
    /// Whether this is the unique key of `table` over exactly `columns`.
    pub fn is(&self, table: &str, columns: &[&str]) -> bool {
        self.table == table && self.columns == columns
    }
}

impl fmt::Display for UniqueKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}({})", self.table, self.columns.join(", "))
    }
}

impl Error {
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into() }
    }

    pub(crate) fn misuse(reason: impl Into<String>) -> Self {
        Self::Misuse { reason: reason.into() }
    }
}

/// A driver's failure in our words. `sql` is only for the text of a misuse.
pub(crate) fn translate(error: sqlx::Error, sql: &str) -> Error {
    match error {
        sqlx::Error::Database(database) => translate_answer(&*database, sql),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::Protocol(_) => Error::unavailable(error.to_string()),
        other => Error::misuse(format!("{other} in `{sql}`")),
    }
}

fn translate_answer(answer: &dyn sqlx::error::DatabaseError, sql: &str) -> Error {
    if answer.is_unique_violation() {
        if let Some(key) = unique_key(answer) {
            return Error::Conflict(key);
        }
    } else if is_passing(answer) {
        return Error::unavailable(answer.to_string());
    }
    Error::misuse(format!("{answer} in `{sql}`"))
}

/// Whether the same statement may succeed later. PostgreSQL: classes 08 connection, 40 rollback, 53 resources,
/// 55P03 lock not available, 25006 a primary that became a standby, 57 operator intervention, 58 system. SQLite: busy, locked, no memory, I/O, full, cannot open.
fn is_passing(answer: &dyn sqlx::error::DatabaseError) -> bool {
    let Some(code) = answer.code() else {
        return false;
    };
    if answer.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        let primary = code.parse::<i32>().unwrap_or(0) & 0xff;
        return matches!(primary, 5 | 6 | 7 | 10 | 13 | 14);
    }
    matches!(&*code, "55P03" | "25006") || ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
}

/// Whether PostgreSQL asks to run the whole transaction again.
pub(crate) fn asks_for_retry(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("40P01" | "40001"))
}

fn unique_key(answer: &dyn sqlx::error::DatabaseError) -> Option<UniqueKey> {
    match answer.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
        Some(postgres) => unique_key_of_postgres(postgres.table()?, postgres.constraint()?, postgres.detail()),
        None => unique_key_of_sqlite(answer.message()),
    }
}

/// The detail is `Key (a, b)=(1, 2) already exists.` in whatever language; the columns stand before `)=(`. Where it is
/// withheld, the name `<table>_<columns>_key` must do.
fn unique_key_of_postgres(table: &str, constraint: &str, detail: Option<&str>) -> Option<UniqueKey> {
    let named = detail.and_then(|text| Some(text.split_once('(')?.1.split_once(")=(")?.0));
    let columns = if let Some(named) = named {
        named.split(", ").map(|column| column.trim_matches('"').to_owned()).collect()
    } else {
        let name = constraint.strip_prefix(table)?.strip_prefix('_')?;
        vec![name.strip_suffix("_key").unwrap_or(name).to_owned()]
    };
    Some(UniqueKey { table: table.to_owned(), columns })
}

/// `UNIQUE constraint failed: customers.retailer_id, customers.email_folded`.
fn unique_key_of_sqlite(message: &str) -> Option<UniqueKey> {
    let (_, names) = message.split_once("constraint failed: ")?;
    let mut table = None;
    let mut columns = Vec::new();
    for name in names.split(", ") {
        let (of, column) = name.split_once('.')?;
        table = Some(of.to_owned());
        columns.push(column.to_owned());
    }
    Some(UniqueKey { table: table?, columns })
}

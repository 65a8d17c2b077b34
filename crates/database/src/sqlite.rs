//! SQLite: one folder, one server, one writer, several readers; values in and out of it.
//!
//! The file lock on `aisle.lock` beside the database is held as long as the writer lives. Durability is checked when the
//! writer opens, not assumed: WAL and `synchronous=full`.

use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{Arguments as _, Column as _, ConnectOptions as _, Row as _, TypeInfo as _, ValueRef as _};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::connection::{Connection, Inner};
use crate::error::{Error, translate};
use crate::stored::{Kind, Value};

pub(crate) struct SqliteReaders {
    pub(crate) pool: SqlitePool,
}

/// What the writer task needs to open its connection, also after a failure.
pub(crate) struct SqliteWriterOptions {
    options: SqliteConnectOptions,
    _lock: FolderLock,
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(200)
        .pragma("cache_size", "-2048")
        .pragma("mmap_size", "0")
}

/// Makes a folder, where it is not there, that only its owner may look into.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut folders = std::fs::DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(folder)
}

/// Makes a file, where it is not there, that only its owner may read.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut file = File::options();
    file.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path)
}

/// Nobody else serves from the folder while this lives.
pub(crate) struct FolderLock {
    _file: File,
}

/// Locks the folder of a database. The folder is made if it is not there.
pub(crate) fn lock_folder(path: &Path) -> Result<FolderLock, Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let failed = |error: &std::io::Error| Error::misuse(format!("cannot use the folder {}: {error}", folder.display()));
    private_folder(&folder).map_err(|error| failed(&error))?;
    let lock = private_file(&folder.join("aisle.lock")).map_err(|error| failed(&error))?;
    match lock.try_lock() {
        Ok(()) => Ok(FolderLock { _file: lock }),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { folder }),
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

/// Locks the folder for a writer.
pub(crate) fn lock(path: &Path) -> Result<SqliteWriterOptions, Error> {
    let lock = lock_folder(path)?;
    private_file(path).map_err(|error| Error::misuse(format!("cannot make {}: {error}", path.display())))?;
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", "67108864");
    Ok(SqliteWriterOptions { options, _lock: lock })
}

impl SqliteWriterOptions {
    /// Opens the writing connection and checks that what it commits survives a power loss.
    pub(crate) async fn connect(&self) -> Result<SqliteConnection, Error> {
        let mut connection = self.options.connect().await.map_err(|error| translate(error, "open"))?;
        let synchronous: i64 = pragma(&mut connection, "pragma synchronous").await?;
        let journal: String = pragma(&mut connection, "pragma journal_mode").await?;
        if synchronous != 2 || journal != "wal" {
            let found = format!("journal_mode={journal}, synchronous={synchronous}");
            return Err(Error::misuse(format!("commits would not be durable: {found}, wanted wal and 2")));
        }
        Ok(connection)
    }
}

async fn pragma<T>(connection: &mut SqliteConnection, sql: &'static str) -> Result<T, Error>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + Send + Unpin,
{
    sqlx::query_scalar(sql).fetch_one(connection).await.map_err(|error| translate(error, sql))
}

impl SqliteReaders {
    pub(crate) fn open(path: &Path, readers: u32) -> Self {
        let pool = SqlitePoolOptions::new()
            .max_connections(readers.max(1))
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options(path).read_only(true));
        Self { pool }
    }

    pub(crate) async fn read(&self) -> Result<Connection, Error> {
        let connection = self.pool.acquire().await.map_err(|error| translate(error, "open"))?;
        Ok(Connection::new(Inner::SqliteRead(connection)))
    }

    pub(crate) async fn snapshot(&self) -> Result<Connection, Error> {
        let transaction = self.pool.begin().await.map_err(|error| translate(error, "begin"))?;
        Ok(Connection::new(Inner::SqliteSnapshot(transaction)))
    }
}

pub(crate) fn arguments(values: Vec<Value>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        let added = match value {
            Value::Int(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(i64::from(value)),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Time(value) => arguments.add(value.microseconds),
            Value::Null(_) => arguments.add(None::<i64>),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(crate) fn value(row: &SqliteRow, column: &str) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null(Kind::Int));
    }
    let info = raw.type_info();
    Ok(match info.name() {
        "INTEGER" | "BOOLEAN" => Value::Int(row.try_get_unchecked(column)?),
        "REAL" => Value::Real(row.try_get_unchecked(column)?),
        "TEXT" => Value::Text(row.try_get_unchecked(column)?),
        "BLOB" => Value::Bytes(row.try_get_unchecked(column)?),
        other => {
            return Err(sqlx::Error::Decode(format!("{other} is not a type that is stored").into()));
        }
    })
}

pub(crate) fn first_column(row: &SqliteRow) -> Option<String> {
    row.columns().first().map(|column| column.name().to_owned())
}

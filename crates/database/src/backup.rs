//! Copies of the embedded database: taken while a server writes, put back where none runs.
//!
//! Promises: a copy is one committed state, complete on the disk before it has its name; what is put in place was examined
//! before; nothing that exists is overwritten. Copies of PostgreSQL are its own tools' affair.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tempfile::NamedTempFile;

use crate::error::{Error, translate};
use crate::{migrations, sqlite};

/// Writes what `database` holds at this moment to `copy`, readable by its owner alone. Answers its size in bytes.
///
/// # Errors
/// [`Error::Misuse`] when there is no such database, when there is a file `copy` already, or when it cannot be written.
pub async fn take(database: &Path, copy: &Path) -> Result<u64, Error> {
    refuse_existing(copy)?;
    let folder = folder_of(copy);
    let file = NamedTempFile::new_in(&folder).map_err(|error| file_failure(copy, &error))?;
    let into = utf8(file.path())?;
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = connect(&options, database).await?;
    let sql = "vacuum into ?";
    sqlx::query(sql).bind(into).execute(&mut connection).await.map_err(|error| translate(error, sql))?;
    close(connection).await?;
    name_durably(file, copy)
}

/// A copy that is about to become the database of a folder. The folder is locked as long as this lives.
pub struct Restoring {
    file: NamedTempFile,
    database: PathBuf,
    connection: SqliteConnection,
    _lock: sqlite::FolderLock,
}

/// Brings a copy beside `database` and examines it: whole, and of a schema that this version knows.
///
/// # Errors
/// [`Error::InUse`] when a server runs on the folder, [`Error::Misuse`] when it has a database already or the copy is none.
pub async fn restore(copy: &Path, database: &Path) -> Result<Restoring, Error> {
    let lock = sqlite::lock_folder(database)?;
    refuse_existing(database)?;
    let mut file = NamedTempFile::new_in(folder_of(database)).map_err(|error| file_failure(database, &error))?;
    let mut from = File::open(copy).map_err(|error| file_failure(copy, &error))?;
    io::copy(&mut from, &mut file).map_err(|error| file_failure(copy, &error))?;
    let options = SqliteConnectOptions::new().filename(file.path()).read_only(true).immutable(true);
    let mut connection = connect(&options, copy).await?;
    examine(&mut connection).await.map_err(|reason| Error::misuse(format!("{}: {reason}", copy.display())))?;
    Ok(Restoring { file, database: database.to_owned(), connection, _lock: lock })
}

impl Restoring {
    /// What the copied server remembered under a name.
    pub async fn remembered(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let sql = "select value from server_facts where name = ?";
        let found = sqlx::query_scalar(sql).bind(name.to_owned()).fetch_optional(&mut self.connection).await;
        found.map_err(|error| translate(error, sql))
    }

    /// Makes the copy the database. Answers its size in bytes.
    pub async fn put_in_place(self) -> Result<u64, Error> {
        close(self.connection).await?;
        name_durably(self.file, &self.database)
    }
}

async fn examine(connection: &mut SqliteConnection) -> Result<(), String> {
    let no_copy = |error: sqlx::Error| format!("this is no copy of a database ({error})");
    let sound: String =
        sqlx::query_scalar("pragma integrity_check(1)").fetch_one(&mut *connection).await.map_err(no_copy)?;
    if sound != "ok" {
        return Err(format!("the copy is damaged: {sound}"));
    }
    let rows = sqlx::query("select version, checksum from _sqlx_migrations order by version");
    for row in rows.fetch_all(connection).await.map_err(no_copy)? {
        let (version, checksum): (i64, Vec<u8>) = (row.get("version"), row.get("checksum"));
        let known = migrations::SQLITE.iter().any(|one| one.version == version && *one.checksum == *checksum);
        if !known {
            return Err(format!(
                "its schema has migration {version:04}, which this version of the server does not know"
            ));
        }
    }
    Ok(())
}

async fn connect(options: &SqliteConnectOptions, shown: &Path) -> Result<SqliteConnection, Error> {
    options.connect().await.map_err(|error| Error::misuse(format!("{} cannot be read: {error}", shown.display())))
}

async fn close(connection: SqliteConnection) -> Result<(), Error> {
    connection.close().await.map_err(|error| translate(error, "close"))
}

/// Gives a whole file its name: first its bytes are on the disk, then the name.
fn name_durably(file: NamedTempFile, name: &Path) -> Result<u64, Error> {
    let failed = |error: io::Error| file_failure(name, &error);
    file.as_file().sync_all().map_err(failed)?;
    let file = file.persist_noclobber(name).map_err(|refused| failed(refused.error))?;
    File::open(folder_of(name)).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(file.metadata().map_err(failed)?.len())
}

fn refuse_existing(path: &Path) -> Result<(), Error> {
    for rest in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(rest);
        let there = PathBuf::from(name);
        if there.exists() {
            return Err(Error::misuse(format!("{} is there already: move it away first", there.display())));
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn utf8(path: &Path) -> Result<String, Error> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Error::misuse(format!("{} is not UTF-8", path.display())))
}

fn file_failure(path: &Path, error: &io::Error) -> Error {
    Error::misuse(format!("{}: {error}", path.display()))
}

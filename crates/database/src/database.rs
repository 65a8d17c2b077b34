//! The database and its doors: one to write, two to read.
//!
//! Everything runs in a task of its own, so that a caller who hangs up leaves neither half a transaction nor a connection in
//! the middle of a conversation; what was begun is finished. A change or read must use the connection it was given: asking
//! the database for another one from inside is refused, for it would wait for itself.

use futures::FutureExt;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::connection::{Connection, Failure, Inner};
use crate::erased::{self, Outcome, Work};
use crate::error::{Error, asks_for_retry, translate};
use crate::postgres::PostgresBackend;
use crate::sqlite::SqliteReaders;
use crate::writer::WriterQueue;
use crate::{fault, migrations, sqlite};

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Settings {
    /// The embedded database: a file, and how many may read it at once. Its folder is locked against other servers.
    Sqlite { path: PathBuf, readers: u32 },
    /// A PostgreSQL server: `postgres://…`, and how many connections to hold at most.
    Postgres { url: String, connections: u32 },
}

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Backend,
    migrated: AtomicBool,
    migrating: tokio::sync::Mutex<()>,
}

enum Backend {
    Sqlite { writer: WriterQueue, readers: SqliteReaders },
    Postgres(PostgresBackend),
}

/// The body of a change. It may run twice (a deadlock on PostgreSQL), so it owns what it needs and clones it.
pub trait Change<T, E>: Fn(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + Sync + 'static {}
impl<T, E, F> Change<T, E> for F where F: Fn(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + Sync + 'static {}

tokio::task_local! {
    static INSIDE: ();
}

impl Database {
    /// Opens the database and brings its schema up to date. A PostgreSQL server that is away is no error: the first use
    /// that finds it back migrates.
    ///
    /// # Errors
    /// [`Error::InUse`] when another server has the folder, [`Error::Misuse`] when the settings or the schema are wrong.
    pub async fn open(settings: &Settings) -> Result<Self, Error> {
        let (backend, migrated) = match settings {
            Settings::Sqlite { path, readers } => {
                let options = sqlite::lock(path)?;
                let mut connection = options.connect().await?;
                migrations::run_on_sqlite(&mut connection).await?;
                let writer = WriterQueue::start(options, connection);
                (Backend::Sqlite { writer, readers: SqliteReaders::open(path, *readers) }, true)
            }
            Settings::Postgres { url, connections } => {
                (Backend::Postgres(PostgresBackend::open(url, *connections)?), false)
            }
        };
        let migrated = AtomicBool::new(migrated);
        let database =
            Self { shared: Arc::new(Shared { backend, migrated, migrating: tokio::sync::Mutex::default() }) };
        match database.migrate().await {
            Err(Error::Unavailable { reason }) => {
                tracing::warn!(reason, "the database is away; starting without it");
            }
            done => done?,
        }
        Ok(database)
    }

    /// Brings the schema up to date unless that has been done. Every other method does so first.
    pub async fn migrate(&self) -> Result<(), Error> {
        let Backend::Postgres(postgres) = &self.shared.backend else {
            return Ok(());
        };
        if self.is_migrated() {
            return Ok(());
        }
        let _one_at_a_time = self.shared.migrating.lock().await;
        if !self.is_migrated() {
            migrations::run_on_postgres(&postgres.pool).await?;
            self.shared.migrated.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Whether the schema is known to be up to date.
    pub fn is_migrated(&self) -> bool {
        self.shared.migrated.load(Ordering::Acquire)
    }

    /// Whether the database answers and its schema is up to date.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read(|connection| async move { connection.fetch_one(crate::sql!("select 1")).await.map(drop) }.boxed())
            .await
    }

    /// Runs a change: all of it is committed, or nothing. The answer comes after the commit. A closure that returns `Err`,
    /// panics, or goes on after a failed statement rolls back. Once begun it finishes, also when the caller hangs up.
    pub async fn change<F, T, E>(&self, closure: F) -> Result<T, E>
    where
        F: Fn(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        refuse_inside()?;
        let (change, outcome) = erased::change(closure);
        match &self.shared.backend {
            Backend::Sqlite { writer, .. } => writer.queue(change).await,
            Backend::Postgres(_) => detached(self.clone().change_on_postgres(change)),
        }
        outcome.await.unwrap_or_else(|_| Err(Error::unavailable("the change was cut off").into()))
    }

    /// Reads without a transaction: for one statement, or several that need not agree with each other. Cheapest.
    pub async fn read<F, T, E>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.reading(erased::read(closure), false).await
    }

    /// Reads in a read-only transaction: all statements see the same committed state.
    pub async fn snapshot<F, T, E>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.reading(erased::read(closure), true).await
    }

    /// Finishes the changes that were asked for and closes all connections. Later calls are [`Error::Unavailable`].
    pub async fn close(&self) {
        match &self.shared.backend {
            Backend::Sqlite { writer, readers } => {
                readers.pool.close().await;
                writer.close().await;
            }
            Backend::Postgres(postgres) => postgres.pool.close().await,
        }
    }

    async fn reading<T, E: From<Error>>(
        &self,
        (read, outcome): (Box<dyn Work>, Outcome<T, E>),
        snapshot: bool,
    ) -> Result<T, E> {
        refuse_inside()?;
        detached(self.clone().read_now(read, snapshot));
        outcome.await.unwrap_or_else(|_| Err(Error::unavailable("the read was cut off").into()))
    }

    async fn read_now(self, mut read: Box<dyn Work>, snapshot: bool) {
        let connection = self.reader(snapshot).await;
        let ended = match connection {
            Ok(mut connection) => {
                read.run(&mut connection).await;
                end_reading(connection.inner).await
            }
            Err(error) => Err(error),
        };
        match ended {
            Ok(()) => read.answer(),
            Err(error) => read.refuse(error),
        }
    }

    async fn reader(&self, snapshot: bool) -> Result<Connection, Error> {
        self.migrate().await?;
        match (&self.shared.backend, snapshot) {
            (Backend::Sqlite { readers, .. }, false) => readers.read().await,
            (Backend::Sqlite { readers, .. }, true) => readers.snapshot().await,
            (Backend::Postgres(postgres), false) => postgres.read().await,
            (Backend::Postgres(postgres), true) => postgres.snapshot().await,
        }
    }

    async fn change_on_postgres(self, mut change: Box<dyn Work>) {
        let mut retried = false;
        loop {
            let tried = self.try_on_postgres(change.as_mut()).await;
            let asks_again = matches!(tried, Err(Tried::AsksForRetry | Tried::NotCommitted { retry: true, .. }));
            if asks_again && !retried {
                retried = true;
                continue;
            }
            return match tried {
                Err(Tried::NotCommitted { error, .. }) => change.refuse(error),
                // Who said no gets what it said.
                Ok(()) | Err(Tried::RolledBack | Tried::AsksForRetry) => change.answer(),
            };
        }
    }

    async fn try_on_postgres(&self, change: &mut dyn Work) -> Result<(), Tried> {
        let not_begun = |error| Tried::NotCommitted { error, retry: false };
        self.migrate().await.map_err(not_begun)?;
        let Backend::Postgres(postgres) = &self.shared.backend else {
            return Err(not_begun(Error::misuse("a change for PostgreSQL was asked of SQLite")));
        };
        let mut connection = postgres.change().await.map_err(not_begun)?;
        let keep = change.run(&mut connection).await;
        let asks_again = connection.failure == Failure::AsksForRetry;
        let transaction = end_change(connection.inner);
        if !keep {
            roll_back(transaction).await;
            return Err(if asks_again { Tried::AsksForRetry } else { Tried::RolledBack });
        }
        commit(transaction)
            .await
            .map_err(|error| Tried::NotCommitted { retry: asks_for_retry(&error), error: translate(error, "commit") })
    }
}

/// Why a change was not committed.
enum Tried {
    /// It said no by itself; its caller gets what it said.
    RolledBack,
    /// The same, and PostgreSQL asks for another try.
    AsksForRetry,
    /// The database did not take it.
    NotCommitted { error: Error, retry: bool },
}

type PostgresTransaction = sqlx::Transaction<'static, sqlx::Postgres>;

fn end_change(inner: Inner) -> Option<PostgresTransaction> {
    if let Inner::PostgresChange(transaction) = inner { Some(transaction) } else { None }
}

async fn commit(transaction: Option<PostgresTransaction>) -> Result<(), sqlx::Error> {
    fault::hit(fault::BEFORE_COMMIT);
    if let Some(transaction) = transaction {
        transaction.commit().await?;
    }
    fault::hit(fault::AFTER_COMMIT);
    Ok(())
}

async fn roll_back(transaction: Option<PostgresTransaction>) {
    if let Some(transaction) = transaction
        && let Err(error) = transaction.rollback().await
    {
        // The server rolls back by itself when it loses the connection, and the pool throws a broken one away.
        tracing::debug!(%error, "a rollback found its connection broken");
    }
}

async fn end_reading(inner: Inner) -> Result<(), Error> {
    let ended = match inner {
        Inner::SqliteSnapshot(transaction) => transaction.rollback().await,
        Inner::PostgresSnapshot(transaction) => transaction.rollback().await,
        _ => Ok(()),
    };
    ended.map_err(|error| translate(error, "rollback"))
}

fn refuse_inside() -> Result<(), Error> {
    if INSIDE.try_with(|()| ()).is_ok() {
        return Err(Error::misuse("a change or read must use the connection it was given"));
    }
    Ok(())
}

/// Runs what a closure made, with nesting forbidden and panics caught.
pub(crate) async fn run_closure(future: BoxFuture<'_, ()>) -> Result<(), Error> {
    let run = INSIDE.scope((), future);
    AssertUnwindSafe(run).catch_unwind().await.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Error::misuse(format!("a closure panicked: {text}"))
    })
}

/// Runs a future in a task of its own, so that dropping the caller does not stop it.
#[expect(clippy::disallowed_methods, reason = "the change task: what runs on a connection must run to its end")]
fn detached(future: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(future);
}

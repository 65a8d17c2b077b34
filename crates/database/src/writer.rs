//! The one writer of SQLite: takes the queued changes, commits them together, answers after the commit.
//!
//! Each change runs in a savepoint of its own inside one `begin immediate`, so a failed or panicking change rolls back alone.
//! A group closes when the queue is empty, at [`LARGEST_GROUP`] changes, or after [`LONGEST_GROUP`]; a lone change waits for
//! nobody. If the commit fails, or SQLite gave up the transaction underneath, nobody of the group is told that all is well
//! and the connection is opened anew. Constraints deferred to the commit would fail the whole group: the schema has none.

use futures::FutureExt;
use sqlx::sqlite::SqliteConnection;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

use crate::connection::{Connection, Failure, Inner};
use crate::erased::Work;
use crate::error::{Error, translate};
use crate::fault;
use crate::sqlite::SqliteWriterOptions;

const LARGEST_GROUP: usize = 64;
const LONGEST_GROUP: Duration = Duration::from_millis(20);
const QUEUE: usize = 1024;
const WAIT_FOR_QUEUE: Duration = Duration::from_secs(5);
/// A change that holds the writer longer than this delays everybody and is worth a line in the log.
const LONG_CHANGE: Duration = Duration::from_millis(50);

/// Where changes are handed to the writer.
#[derive(Clone)]
pub(crate) struct WriterQueue {
    sender: mpsc::Sender<Message>,
}

enum Message {
    Change(Box<dyn Work>),
    Close(oneshot::Sender<()>),
}

impl WriterQueue {
    /// Starts the writer on a connection that is open and migrated.
    #[expect(clippy::disallowed_methods, reason = "the writer ends with the database, whose close waits for it")]
    pub(crate) fn start(options: SqliteWriterOptions, connection: SqliteConnection) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let connection = Some(Connection::new(Inner::SqliteWriter(connection)));
        tokio::spawn(Writer { options, connection, queue: receiver }.run());
        Self { sender }
    }

    /// Queues a change; its caller is told by the writer, or here when there is no room.
    pub(crate) async fn queue(&self, change: Box<dyn Work>) {
        let (message, reason) = match self.sender.send_timeout(Message::Change(change), WAIT_FOR_QUEUE).await {
            Ok(()) => return,
            Err(mpsc::error::SendTimeoutError::Timeout(message)) => (message, "too many changes are waiting"),
            Err(mpsc::error::SendTimeoutError::Closed(message)) => (message, "the database is closed"),
        };
        if let Message::Change(change) = message {
            change.refuse(Error::unavailable(reason));
        }
    }

    /// Waits for the changes queued so far and closes the file.
    pub(crate) async fn close(&self) {
        let (closed, wait) = oneshot::channel();
        if self.sender.send(Message::Close(closed)).await.is_ok() {
            // An error means that the writer has stopped before, which is what was asked.
            drop(wait.await);
        }
    }
}

struct Writer {
    options: SqliteWriterOptions,
    connection: Option<Connection>,
    queue: mpsc::Receiver<Message>,
}

impl Writer {
    async fn run(mut self) {
        let mut closed = None;
        while let Some(message) = self.queue.recv().await {
            closed = match message {
                Message::Change(first) => self.run_group(first).await,
                Message::Close(closed) => Some(closed),
            };
            if closed.is_some() {
                break;
            }
        }
        if let Some(Connection { inner: Inner::SqliteWriter(connection), .. }) = self.connection.take()
            && let Err(error) = sqlx::Connection::close(connection).await
        {
            tracing::warn!(%error, "the database was not closed cleanly; nothing committed is lost");
        }
        drop(self);
        if let Some(closed) = closed {
            // Nobody may be waiting any more.
            let _ = closed.send(());
        }
    }

    /// Runs a group and answers it. A `Close` that came up ends the group and is handed back.
    async fn run_group(&mut self, first: Box<dyn Work>) -> Option<oneshot::Sender<()>> {
        let mut group = Vec::new();
        let mut closed = None;
        let outcome = self.fill_group(first, &mut group, &mut closed).await;
        if let Err(error) = outcome {
            tracing::error!(%error, changes = group.len(), "a group of changes was not committed");
            // Closing the connection rolls back; the next group opens a new one.
            self.connection = None;
            for change in group {
                change.refuse(error.clone());
            }
        } else {
            for change in group {
                change.answer();
            }
        }
        closed
    }

    async fn fill_group(
        &mut self,
        first: Box<dyn Work>,
        group: &mut Vec<Box<dyn Work>>,
        closed: &mut Option<oneshot::Sender<()>>,
    ) -> Result<(), Error> {
        group.push(first);
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::new(Inner::SqliteWriter(self.options.connect().await?))),
        };
        control(connection, "begin immediate; savepoint change").await?;
        let started = Instant::now();
        while let Some(change) = group.last_mut() {
            run_change(change.as_mut(), connection).await?;
            if group.len() >= LARGEST_GROUP || started.elapsed() >= LONGEST_GROUP {
                break;
            }
            match self.queue.try_recv() {
                Ok(Message::Change(next)) => group.push(next),
                Ok(Message::Close(caller)) => {
                    *closed = Some(caller);
                    break;
                }
                Err(_) => break,
            }
        }
        fault::hit(fault::BEFORE_COMMIT);
        control(connection, "commit").await?;
        fault::hit(fault::AFTER_COMMIT);
        Ok(())
    }
}

/// One change in the savepoint that is open; a fresh one is open afterwards. An error means that the transaction around it is gone.
async fn run_change(change: &mut dyn Work, connection: &mut Connection) -> Result<(), Error> {
    let started = Instant::now();
    connection.failure = Failure::None;
    if change.run(connection).await {
        control(connection, "release savepoint change; savepoint change").await?;
    } else {
        // The savepoint stays, empty, for the next one.
        control(connection, "rollback to savepoint change").await?;
    }
    let elapsed = started.elapsed();
    if elapsed > LONG_CHANGE {
        tracing::warn!(milliseconds = elapsed.as_millis(), "a change held the only writer for long");
    }
    Ok(())
}

async fn control(connection: &mut Connection, sql: &'static str) -> Result<(), Error> {
    let Inner::SqliteWriter(connection) = &mut connection.inner else {
        return Err(Error::misuse("the writer holds a connection that is not its own"));
    };
    // The driver's future must not unwind through the writer.
    let done = AssertUnwindSafe(sqlx::query(sql).execute(connection)).catch_unwind().await;
    match done {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => match translate(error, sql) {
            Error::Misuse { reason } => Err(Error::unavailable(reason)),
            other => Err(other),
        },
        Err(_) => Err(Error::unavailable(format!("the driver panicked at `{sql}`"))),
    }
}

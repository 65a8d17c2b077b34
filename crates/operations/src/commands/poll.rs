//! Commands for producers that ask for them, and what became of them.

use std::time::Duration;

use aisle_database::rows;
pub use aisle_database::rows::commands::Command as OpenCommand;
use aisle_model::{CommandId, StoreId, named_enum};

use crate::{App, Caller, Failure, Refusal, stream};

/// Commands that one answer holds.
const MOST_COMMANDS: i64 = 100;
/// A bell that was missed costs so much.
const LOOK: Duration = Duration::from_secs(1);

/// Open commands and where to go on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// Oldest first.
    pub commands: Vec<OpenCommand>,
    /// Position of the newest one that was given out.
    pub cursor: i64,
}

/// The open commands after a position; waits for one to come, unless the server stops.
pub async fn poll(app: &App, caller: &Caller, store: StoreId, after: i64, wait: Duration) -> Result<Polled, Failure> {
    let until = tokio::time::Instant::now() + wait;
    loop {
        let bell = app.nudges.commands().notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        let commands = open(app, caller, store, after).await?;
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        if !commands.is_empty() || left.is_zero() || app.intake.is_closing() {
            let cursor = commands.last().map_or(after, |command| command.position);
            return Ok(Polled { commands, cursor });
        }
        tokio::select! {
            () = bell => {}
            () = app.intake.closing() => {}
            () = tokio::time::sleep(left.min(LOOK)) => {}
        }
    }
}

async fn open(app: &App, caller: &Caller, store: StoreId, after: i64) -> Result<Vec<OpenCommand>, Failure> {
    let store = stream::store_of(app, caller, store).await?;
    let now = store.now(app.clock.now());
    let read = app.database.read(move |c| {
        Box::pin(async move { rows::commands::open_after(c, store.id, after, now, MOST_COMMANDS).await })
    });
    read.await.map_err(Failure::from)
}

named_enum! {
    /// What became of a command.
    Outcome { Done = "done", Failed = "failed", Expired = "expired" }
}

/// Notes what became of a command; the first word counts.
pub async fn acknowledge(
    app: &App,
    caller: &Caller,
    store: StoreId,
    command: CommandId,
    outcome: Outcome,
    detail: Option<String>,
) -> Result<(), Failure> {
    let store = stream::store_of(app, caller, store).await?;
    let now = store.now(app.clock.now());
    let change = app.database.change(move |c| {
        let detail = detail.clone();
        Box::pin(async move {
            let (outcome, detail) = (outcome.as_str(), detail.as_deref());
            rows::commands::acknowledge(c, store.id, command, outcome, detail, now).await
        })
    });
    if change.await.map_err(Failure::from)? { Ok(()) } else { Err(Refusal::NotFound("Command").into()) }
}

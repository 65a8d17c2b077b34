//! Forgets what was kept long enough, in short slices so that nobody waits for it.

use std::time::Duration;

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::{Millis, Moment, StoreId};
use aisle_operations::access::client_credentials;
use aisle_operations::accounts::{self, logins, password_reset};
use aisle_operations::{App, Failure, idempotency};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(30);
/// Between two slices, so that others come in between.
const PAUSE: Duration = Duration::from_millis(20);
const STORES_AT_ONCE: i64 = 1000;
/// Rows of a slice: a few milliseconds.
const SLICE: i64 = 500;
/// Chunks are large.
const CHUNKS_IN_A_SLICE: i64 = 20;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// A command that expired so long ago interests nobody.
const COMMANDS_KEPT: Millis = Millis(DAY);
const SOURCES_KEPT: Millis = Millis(7 * DAY);

/// What is forgotten of the server as a whole.
const SERVER_KINDS: [ServerKind; 5] = [
    ServerKind::KeptAnswers,
    ServerKind::AccessTokens,
    ServerKind::LogIns,
    ServerKind::Throttles,
    ServerKind::PasswordResets,
];

#[derive(Debug, Clone, Copy)]
enum ServerKind {
    /// Of requests with an `Idempotency-Key`, a day after they began.
    KeptAnswers,
    /// Expired ones.
    AccessTokens,
    /// Those of shoppers' apps that have expired.
    LogIns,
    /// Tries that no longer count.
    Throttles,
    /// Flows whose time is over.
    PasswordResets,
}

/// What is forgotten of a store, one kind at a time.
const KINDS: [Kind; 8] = [
    Kind::SampleChunks,
    Kind::FactChunks,
    Kind::SampleKeys,
    Kind::FactKeys,
    Kind::Appearances,
    Kind::Commands,
    Kind::Sources,
    Kind::CheckIns,
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    SampleChunks,
    FactChunks,
    SampleKeys,
    FactKeys,
    Appearances,
    Commands,
    Sources,
    /// Those that have ended: as long as the events that caused them.
    CheckIns,
}

/// Forgets until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(failure) = sweep(&app, &stop).await {
            tracing::warn!(%failure, "what is old could not be forgotten; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Goes through the server and all stores once.
pub async fn sweep(app: &App, stop: &CancellationToken) -> Result<(), Failure> {
    for kind in SERVER_KINDS {
        while !stop.is_cancelled() && forget_slice(app, kind).await? >= SLICE.unsigned_abs() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    let mut after = StoreId(0);
    loop {
        let read =
            app.database.read(move |c| Box::pin(async move { rows::streams::all(c, after, STORES_AT_ONCE).await }));
        let stores = read.await.map_err(Failure::from)?;
        let Some(last) = stores.last() else {
            return Ok(());
        };
        after = *last;
        for store in stores {
            for kind in KINDS {
                forget(app, store, kind, stop).await?;
            }
        }
    }
}

async fn forget_slice(app: &App, kind: ServerKind) -> Result<u64, Failure> {
    match kind {
        ServerKind::KeptAnswers => idempotency::purge(app, SLICE).await,
        ServerKind::AccessTokens => client_credentials::purge(app, SLICE).await,
        ServerKind::LogIns => logins::purge(app, SLICE).await,
        ServerKind::Throttles => accounts::purge_throttles(app, SLICE).await,
        ServerKind::PasswordResets => password_reset::purge(app, SLICE).await,
    }
}

async fn forget(app: &App, store: StoreId, kind: Kind, stop: &CancellationToken) -> Result<(), Failure> {
    while !stop.is_cancelled() {
        let wall = app.clock.now();
        let change = app.database.change(move |c| Box::pin(async move { slice(c, store, kind, wall).await }));
        let is_full = change.await?;
        if !is_full {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Forgets one slice; whether there may be more.
async fn slice(c: &mut Connection, store: StoreId, kind: Kind, wall: Moment) -> Result<bool, Failure> {
    let Some(store) = rows::stores::find_any(c, store).await? else {
        return Ok(false);
    };
    let before = kept_since(&store, kind, wall)?;
    let id = store.id;
    let limit = match kind {
        Kind::SampleChunks | Kind::FactChunks => CHUNKS_IN_A_SLICE,
        _ => SLICE,
    };
    let gone = match kind {
        Kind::SampleChunks => rows::streams::delete_chunks(c, id, "samples", before, limit).await?,
        Kind::FactChunks => rows::streams::delete_chunks(c, id, "facts", before, limit).await?,
        Kind::SampleKeys => rows::stream_keys::delete_before(c, id, true, before, limit).await?,
        Kind::FactKeys => rows::stream_keys::delete_before(c, id, false, before, limit).await?,
        Kind::Appearances => rows::appearances::forget(c, id, before, limit).await?,
        Kind::Commands => rows::commands::delete_expired(c, id, before, limit).await?,
        Kind::Sources => rows::stream_sources::delete_unseen(c, id, before, limit).await?,
        Kind::CheckIns => rows::check_ins::delete_ended(c, id, before, limit).await?,
    };
    Ok(gone >= limit.unsigned_abs())
}

/// The moment, by the store's clock, before which a kind is forgotten.
fn kept_since(store: &Store, kind: Kind, wall: Moment) -> Result<Moment, Failure> {
    let settings = store.thresholds()?;
    let retention = &settings.retention;
    let samples = Millis(retention.samples_minutes * MINUTE);
    // An event is refused when it is older than its maximum age, so a key twice as old is of no use.
    let kept = match kind {
        Kind::SampleChunks => samples,
        Kind::SampleKeys => Millis(samples.0 * 2),
        Kind::FactChunks | Kind::CheckIns => Millis(retention.facts_days * DAY),
        Kind::FactKeys => Millis(settings.floor.perception.max_age_hours * 2 * HOUR),
        Kind::Appearances => Millis(0),
        Kind::Commands => COMMANDS_KEPT,
        Kind::Sources => SOURCES_KEPT,
    };
    let now = match kind {
        // Their end is a moment of the server.
        Kind::CheckIns => wall,
        _ => store.now(wall),
    };
    Ok(now.minus(kept))
}

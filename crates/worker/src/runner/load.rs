//! Brings the engine of a store to where its facts are written: the last snapshot and the entries after it.

use aisle_database::rows;
use aisle_floor::{ENGINE_VERSION, Floor};
use aisle_model::{Offset, StoreId};
use aisle_operations::{App, Failure, plan, stream};

/// An engine and where it stands.
pub(super) struct Loaded {
    pub floor: Floor,
    /// The last entry it was fed.
    pub position: Offset,
    /// The cursor as it is in the database.
    pub applied: Offset,
    /// Entries that no snapshot covers yet.
    pub replayed: u64,
}

/// Loads the engine of a store. Facts of entries that were applied before come out again and are let go: they are written.
pub(super) async fn load(app: &App, store: StoreId) -> Result<Loaded, Failure> {
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let state = rows::streams::state(c, store).await?;
            let snapshot = rows::snapshots::find(c, store).await?;
            Ok::<_, Failure>((state, snapshot))
        })
    });
    let (state, snapshot) = read.await?;
    let known = snapshot
        .filter(|snapshot| snapshot.engine_version == ENGINE_VERSION)
        .and_then(|snapshot| Some((read_floor(store, &snapshot.body)?, snapshot.offset)));
    let is_new = known.is_none();
    let (floor, position) = known.unwrap_or_else(|| (Floor::new(store), Offset(0)));
    let mut loaded = Loaded { floor, position, applied: state.applied, replayed: 0 };
    if is_new {
        announce_plan_if_cut(app, store).await?;
    }
    while loaded.position < loaded.applied {
        let read = read_entries(app, store, loaded.position).await?;
        if read.up_to == loaded.position {
            break;
        }
        let mut written = Vec::new();
        for entry in &read.entries {
            if entry.offset > loaded.applied {
                return Ok(loaded);
            }
            loaded.floor.apply(entry, &mut written);
            loaded.position = entry.offset;
            loaded.replayed += 1;
        }
        tokio::task::yield_now().await;
    }
    Ok(loaded)
}

/// A snapshot that cannot be read costs time: the log is read again.
fn read_floor(store: StoreId, body: &[u8]) -> Option<Floor> {
    serde_json::from_slice(body).inspect_err(|error| tracing::error!(%store, %error, "a snapshot is damaged")).ok()
}

/// Entries after a position.
pub(super) async fn read_entries(app: &App, store: StoreId, after: Offset) -> Result<stream::Entries, Failure> {
    let read = app.database.read(move |c| Box::pin(async move { stream::read_entries(c, store, after).await }));
    read.await
}

/// A log that does not begin at its beginning may have lost its plan to retention; the rows still know it.
async fn announce_plan_if_cut(app: &App, store: StoreId) -> Result<(), Failure> {
    let read = read_entries(app, store, Offset(0)).await?;
    let is_whole = read.entries.first().is_some_and(|entry| entry.offset == Offset(1));
    if is_whole {
        return Ok(());
    }
    let inner = app.clone();
    let change = app.database.change(move |c| {
        let app = inner.clone();
        Box::pin(async move {
            match rows::stores::find_any(c, store).await? {
                Some(store) => plan::announce(c, &app, &store).await,
                None => Ok(()),
            }
        })
    });
    change.await
}

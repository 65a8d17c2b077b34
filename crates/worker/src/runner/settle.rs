//! What a runner writes beside facts: ticks, snapshots, the lease it gives back.

use aisle_database::rows;
use aisle_database::rows::snapshots::Snapshot;
use aisle_floor::ENGINE_VERSION;
use aisle_model::entry::ServerEntry;
use aisle_model::{Offset, StoreId};
use aisle_operations::{App, Failure, stream};

use super::lease_name;
use super::load::Loaded;

/// Appends a tick. Answers its offset and how fast the store's clock runs.
pub(super) async fn append_tick(app: &App, store: StoreId) -> Result<(Offset, f64), Failure> {
    let inner = app.clone();
    let change = app.database.change(move |c| {
        let app = inner.clone();
        Box::pin(async move {
            let store = rows::stores::find_any(c, store).await?;
            let store = store.ok_or_else(|| Failure::broken("a stream without a store"))?;
            let now = store.now(app.clock.now());
            let tick = ServerEntry::Tick { now };
            let offset = stream::append_server(c, &app, &store, &[tick]).await?;
            Ok::<_, Failure>((offset, store.clock.map_or(1.0, |clock| clock.rate)))
        })
    });
    change.await
}

/// Saves what the engine knows, if the lease is still ours.
pub(super) async fn save_snapshot(app: &App, store: StoreId, epoch: i64, loaded: &Loaded) -> Result<(), Failure> {
    let body = serde_json::to_vec(&loaded.floor).map_err(Failure::broken)?;
    let (body, offset) = (std::sync::Arc::new(body), loaded.position);
    let (node, now) = (app.node.clone(), app.clock.now());
    let change = app.database.change(move |c| {
        let (node, body) = (node.clone(), body.clone());
        Box::pin(async move {
            if !rows::leases::holds(c, &lease_name(store), &node, epoch).await? {
                return Ok(());
            }
            let snapshot = Snapshot { offset, engine_version: ENGINE_VERSION, body: body.to_vec(), taken_at: now };
            rows::snapshots::save(c, store, snapshot).await?;
            Ok(())
        })
    });
    change.await
}

/// Nothing waits in the store: anybody may run it when its stream grows.
pub(super) async fn give_back(app: &App, store: StoreId, epoch: i64) -> Result<(), Failure> {
    let node = app.node.clone();
    let change = app.database.change(move |c| {
        let node = node.clone();
        Box::pin(async move {
            rows::leases::give_back(c, &lease_name(store), &node, epoch).await?;
            Ok(())
        })
    });
    change.await
}

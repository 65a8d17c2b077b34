//! The cameras of a store's map and how they are.

use std::collections::HashMap;

use aisle_database::{Connection, rows};
use aisle_model::store_map::{Camera, CameraState};
use aisle_model::{CameraId, Millis, Moment, StoreId};

use crate::{App, Caller, Failure, Refusal, stores};

/// A camera that no heartbeat named for so long is in an unknown state.
const BELIEVED: Millis = Millis(30_000);

/// A camera and what heartbeats say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedCamera {
    /// As the map has it.
    pub camera: Camera,
    /// Absent when nobody named it lately.
    pub state: Option<CameraState>,
    /// When a heartbeat last named it (store clock).
    pub last_seen_at: Option<Moment>,
}

/// The cameras of a store, by id.
pub async fn list(app: &App, caller: &Caller, store: StoreId) -> Result<Vec<WatchedCamera>, Failure> {
    let (retailer, wall) = (caller.retailer, app.clock.now());
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            watched(c, store.id, store.now(wall)).await
        })
    });
    found.await
}

/// One camera of a store.
pub async fn find(app: &App, caller: &Caller, store: StoreId, id: CameraId) -> Result<WatchedCamera, Failure> {
    let mut cameras = list(app, caller, store).await?.into_iter();
    Ok(cameras.find(|watched| watched.camera.id == id).ok_or(Refusal::NotFound("Camera"))?)
}

async fn watched(c: &mut Connection, store: StoreId, now: Moment) -> Result<Vec<WatchedCamera>, Failure> {
    let seen = rows::camera_states::list(c, store).await?;
    let seen: HashMap<_, _> = seen.into_iter().map(|seen| (seen.camera, seen)).collect();
    let mut cameras = rows::layouts::find(c, store).await?.cameras;
    cameras.sort_by_key(|camera| camera.id);
    let watched = cameras.into_iter().map(|camera| {
        let last = seen.get(&camera.id);
        let fresh = last.filter(|seen| !now.is_at_least_after(seen.seen_at, BELIEVED));
        WatchedCamera { state: fresh.map(|seen| seen.state), last_seen_at: last.map(|seen| seen.seen_at), camera }
    });
    Ok(watched.collect())
}

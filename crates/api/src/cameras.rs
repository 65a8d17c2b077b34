//! Cameras of a store.

use aisle_model::store_map::Vector;
use aisle_model::{CameraId, StoreId};
use aisle_operations::cameras::{self, WatchedCamera};
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[route!("listCameras", list), route!("getCamera", get)];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CameraFace<'a> {
    id: i64,
    name: &'a str,
    position: Vector,
    state: &'static str,
    last_seen_at: Option<String>,
    frame_uri: Option<&'a str>,
}

impl<'a> CameraFace<'a> {
    fn of(watched: &'a WatchedCamera) -> Self {
        let camera = &watched.camera;
        Self {
            id: camera.id.0,
            name: camera.name.as_deref().unwrap_or_default(),
            position: camera.position,
            state: watched.state.map_or("unknown", |state| state.as_str()),
            last_seen_at: watched.last_seen_at.map(|at| at.to_string()),
            frame_uri: camera.frame_uri.as_deref(),
        }
    }
}

/// `GET /api/admin/v2/stores/{storeId}/cameras`
async fn list(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let cameras = cameras::list(&call.app, &call.caller, store).await?;
    Ok(Answer::ok(&cameras.iter().map(CameraFace::of).collect::<Vec<_>>()))
}

/// `GET /api/admin/v2/stores/{storeId}/cameras/{cameraId}`
async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let camera = call.path("cameraId").map(CameraId)?;
    let camera = cameras::find(&call.app, &call.caller, store, camera).await?;
    Ok(Answer::ok(&CameraFace::of(&camera)))
}

#[cfg(test)]
mod tests;

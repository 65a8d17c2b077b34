//! What heartbeats say of cameras.

use std::collections::BTreeMap;

use aisle_database::rows::camera_states::SeenCamera;
use aisle_model::event::{EventKind, Heartbeat};
use aisle_model::store_map::CameraState;
use aisle_model::{CameraId, Moment};
use serde::Deserialize;

/// The last word on each camera within one commit.
pub(super) struct SeenCameras(BTreeMap<CameraId, SeenCamera>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidCamera {
    camera_id: CameraId,
    state: CameraState,
}

impl SeenCameras {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Notes what an event that was taken says of cameras.
    pub(super) fn hear(&mut self, event: &EventKind, received_at: Moment) {
        let EventKind::Heartbeat(heartbeat) = event else {
            return;
        };
        for SaidCamera { camera_id: camera, state } in named(heartbeat) {
            self.0.insert(camera, SeenCamera { camera, state, seen_at: received_at });
        }
    }

    /// Each camera once.
    pub(super) fn into_rows(self) -> Vec<SeenCamera> {
        self.0.into_values().collect()
    }
}

/// The contract has judged the event, so a camera that cannot be read is of a later version: it is left out.
fn named(heartbeat: &Heartbeat) -> impl Iterator<Item = SaidCamera> + '_ {
    let cameras = heartbeat.more.get("cameras").and_then(serde_json::Value::as_array);
    cameras.into_iter().flatten().filter_map(|said| SaidCamera::deserialize(said).ok())
}

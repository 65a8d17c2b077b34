//! Questions of outside devices: who is this in my picture?

use aisle_database::rows;
use aisle_model::{CameraId, Moment, StoreId};
use serde_json::Value;

use super::faults::refuse_frame_faults;
use super::other_values;
use crate::{App, Caller, Failure, Refusal, stores};

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameQuestion {
    /// The device, by its own id.
    pub device: String,
    /// The device's own id of the question.
    pub event: String,
    /// Store clock.
    pub happened_at: Moment,
    /// Whose picture it is about, unless it is about a place on the floor.
    pub camera: Option<CameraId>,
    /// Everything that was sent.
    pub content: Value,
}

/// Keeps a question; the answer comes by the tracking notice.
pub async fn ask_about_frame(app: &App, caller: &Caller, store: StoreId, asked: FrameQuestion) -> Result<(), Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let kept = app.change_once(caller, move |c| {
        let (app, asked) = (here.clone(), asked.clone());
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            let (device, event) = (&asked.device, &asked.event);
            if let Some(known) = rows::frame_annotations::content(c, store.id, device, event).await? {
                return same(&known, &asked);
            }
            let now = store.now(app.clock.now());
            refuse_frame_faults(asked.happened_at, now, asked.content.get("metadata"))?;
            refuse_unknown_camera(&rows::layouts::find(c, store.id).await?.cameras, asked.camera)?;
            let content = asked.content.to_string();
            let (id, at) = (store.id, asked.happened_at);
            if rows::frame_annotations::insert(c, id, device, event, at, &content, now).await? {
                return Ok(());
            }
            let known = rows::frame_annotations::content(c, store.id, device, event).await?;
            same(&known.ok_or_else(|| Failure::broken("a known question is gone"))?, &asked)
        })
    });
    kept.await
}

fn same(known: &str, asked: &FrameQuestion) -> Result<(), Failure> {
    let known: Value = known.parse().map_err(Failure::broken)?;
    if known == asked.content { Ok(()) } else { Err(other_values().into()) }
}

fn refuse_unknown_camera(cameras: &[aisle_model::store_map::Camera], named: Option<CameraId>) -> Result<(), Refusal> {
    let Some(named) = named else {
        return Ok(());
    };
    let is_known = cameras.iter().any(|camera| camera.id == named);
    if is_known { Ok(()) } else { Err(Refusal::invalid("camera.cameraId", "names no camera of the store")) }
}

//! `POST /api/admin/v2/stores/{storeId}/idapDevices/{idapDeviceId}/frame-annotation-event`

use aisle_model::{CameraId, Moment, StoreId};
use aisle_operations::device_events::{self, FrameQuestion};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    unique_event_id: String,
    timestamp: SaidTime,
    camera: Option<Camera>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Camera {
    camera_id: CameraId,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SaidTime {
    Millis(i64),
    Moment(SaidMoment),
}

impl From<SaidTime> for Moment {
    fn from(said: SaidTime) -> Self {
        match said {
            SaidTime::Millis(millis) => Self::from_millis(millis),
            SaidTime::Moment(said) => said.0,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptedFace<'a> {
    unique_event_id: &'a str,
}

/// Takes a question; the tracking notice answers it.
pub(super) async fn ask(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let body: Body = call.body()?;
    let asked = FrameQuestion {
        device: call.path("idapDeviceId")?,
        event: body.unique_event_id.clone(),
        happened_at: body.timestamp.into(),
        camera: body.camera.map(|camera| camera.camera_id),
        content: call.body_value().clone(),
    };
    device_events::ask_about_frame(&call.app, &call.caller, store, asked).await?;
    Ok(Answer::created(&AcceptedFace { unique_event_id: &body.unique_event_id }))
}

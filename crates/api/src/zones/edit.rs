//! Drawing, changing and deleting zones.

use aisle_model::floor_map::{FloorPoint, ZoneLabel, ZoneThresholds};
use aisle_model::{StoreId, ZoneId};
use aisle_operations::patch::Patch;
use aisle_operations::zones::{self, NewZone, ThresholdsEdit, ZoneEdit};
use serde::Deserialize;

use super::face::ZoneFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Create {
    id: Option<ZoneId>,
    name: String,
    #[serde(default)]
    labels: Vec<ZoneLabel>,
    polygon: Vec<FloorPoint>,
    #[serde(default)]
    thresholds: Thresholds,
}

#[derive(Deserialize)]
struct Update {
    name: Option<String>,
    labels: Option<Vec<ZoneLabel>>,
    polygon: Option<Vec<FloorPoint>>,
    #[serde(default)]
    thresholds: Thresholds,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Thresholds {
    enter_margin_m: Patch<f64>,
    leave_margin_m: Patch<f64>,
    enter_dwell_ms: Patch<i64>,
    leave_dwell_ms: Patch<i64>,
}

impl From<Thresholds> for ThresholdsEdit {
    fn from(said: Thresholds) -> Self {
        Self {
            enter_margin_m: said.enter_margin_m,
            leave_margin_m: said.leave_margin_m,
            enter_dwell_ms: said.enter_dwell_ms,
            leave_dwell_ms: said.leave_dwell_ms,
        }
    }
}

/// `POST /api/admin/v2/stores/{storeId}/zones`
pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let body: Create = call.body()?;
    let new = NewZone {
        id: body.id,
        name: body.name,
        labels: body.labels,
        polygon: body.polygon,
        thresholds: ThresholdsEdit::from(body.thresholds).applied_to(ZoneThresholds::default()),
    };
    let made = zones::create(&call.app, &call.caller, store, new).await?;
    Ok(Answer::created(&ZoneFace::drawn(&made)))
}

/// `PATCH /api/admin/v2/stores/{storeId}/zones/{zoneId}`
pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let body: Update = call.body()?;
    let edit =
        ZoneEdit { name: body.name, labels: body.labels, polygon: body.polygon, thresholds: body.thresholds.into() };
    let id = call.path("zoneId")?;
    let changed = zones::update(&call.app, &call.caller, store, id, edit).await?;
    Ok(Answer::ok(&ZoneFace::drawn(&changed)))
}

/// `DELETE /api/admin/v2/stores/{storeId}/zones/{zoneId}`
pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    zones::delete(&call.app, &call.caller, store, call.path("zoneId")?).await?;
    Ok(Answer::no_content())
}

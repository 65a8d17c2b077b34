//! Adding, changing and removing devices.

use aisle_model::floor_map::{DeviceKind, DeviceOwnership, DevicePurpose, FloorPoint};
use aisle_model::{GateId, StoreId, ZoneId};
use aisle_operations::check_in_devices::{self, DeviceEdit, DeviceFields};
use aisle_operations::patch::Patch;
use serde::Deserialize;

use super::face::DeviceFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    name: String,
    kind: DeviceKind,
    ownership: DeviceOwnership,
    purpose: DevicePurpose,
    gate_id: Option<GateId>,
    scanning_zone_id: Option<ZoneId>,
    position: Option<FloorPoint>,
    opens_gate: bool,
    enabled: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Update {
    name: Option<String>,
    kind: Option<DeviceKind>,
    ownership: Option<DeviceOwnership>,
    purpose: Option<DevicePurpose>,
    gate_id: Patch<GateId>,
    scanning_zone_id: Patch<ZoneId>,
    position: Patch<FloorPoint>,
    opens_gate: Option<bool>,
    enabled: Option<bool>,
}

/// `POST /api/admin/v2/stores/{storeId}/check-in`
pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let body: Create = call.body()?;
    let new = DeviceFields {
        name: body.name,
        kind: body.kind,
        ownership: body.ownership,
        purpose: body.purpose,
        gate: body.gate_id,
        scanning_zone: body.scanning_zone_id,
        position: body.position,
        opens_gate: body.opens_gate,
        enabled: body.enabled,
    };
    let made = check_in_devices::create(&call.app, &call.caller, store, new).await?;
    Ok(Answer::created(&DeviceFace::of(&made)))
}

/// `PATCH /api/admin/v2/stores/{storeId}/check-in/{checkInDeviceId}`
pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let id = call.path("checkInDeviceId")?;
    let body: Update = call.body()?;
    let edit = DeviceEdit {
        name: body.name,
        kind: body.kind,
        ownership: body.ownership,
        purpose: body.purpose,
        gate: body.gate_id,
        scanning_zone: body.scanning_zone_id,
        position: body.position,
        opens_gate: body.opens_gate,
        enabled: body.enabled,
    };
    let changed = check_in_devices::update(&call.app, &call.caller, store, id, edit).await?;
    Ok(Answer::ok(&DeviceFace::of(&changed)))
}

/// `DELETE /api/admin/v2/stores/{storeId}/check-in/{checkInDeviceId}`
pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let id = call.path("checkInDeviceId")?;
    check_in_devices::delete(&call.app, &call.caller, store, id).await?;
    Ok(Answer::no_content())
}

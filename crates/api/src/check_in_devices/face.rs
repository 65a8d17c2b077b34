//! A device as the Admin API shows it.

use aisle_model::floor_map::{DeviceKind, DeviceOwnership, DevicePurpose, FloorPoint};
use aisle_operations::check_in_devices::CheckInDevice;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceFace<'a> {
    id: i64,
    store_id: i64,
    name: &'a str,
    kind: DeviceKind,
    ownership: DeviceOwnership,
    purpose: DevicePurpose,
    gate_id: Option<i64>,
    scanning_zone_id: Option<&'a str>,
    position: Option<FloorPoint>,
    opens_gate: bool,
    enabled: bool,
    terminal_id: Option<&'a str>,
    created_at: String,
    updated_at: String,
}

impl<'a> DeviceFace<'a> {
    pub(crate) fn of(device: &'a CheckInDevice) -> Self {
        let fields = &device.fields;
        Self {
            id: device.id.0,
            store_id: device.store.0,
            name: &fields.name,
            kind: fields.kind,
            ownership: fields.ownership,
            purpose: fields.purpose,
            gate_id: fields.gate.map(|gate| gate.0),
            scanning_zone_id: fields.scanning_zone.as_ref().map(|zone| zone.as_str()),
            position: fields.position,
            opens_gate: fields.opens_gate,
            enabled: fields.enabled,
            terminal_id: device.terminal.as_deref(),
            created_at: device.created_at.to_string(),
            updated_at: device.updated_at.to_string(),
        }
    }
}

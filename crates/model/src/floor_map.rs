//! The floor plan of a store as data: what the map, the zones, the devices and the settings say, in one versioned whole.

use serde::{Deserialize, Serialize};

use crate::settings::FloorSettings;
use crate::store::{DeploymentStatus, StoreStatus};
use crate::{CheckInDeviceId, GateId, Moment, ZoneId, named_enum};

/// A floor point in metres, `[x, y]` on the wire.
pub type FloorPoint = (f64, f64);

named_enum! {
    /// What a zone is for.
    ZoneLabel {
        None = "none", Checkout = "checkout", Entry = "entry", Exit = "exit", Scanning = "scanning",
        Backroom = "backroom", Machine = "machine", Interest = "interest",
    }
}

/// Overrides of the store's thresholds for one zone; null means the store's value.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ZoneThresholds {
    /// Metres.
    pub enter_margin_m: Option<f64>,
    /// Metres.
    pub leave_margin_m: Option<f64>,
    /// Milliseconds.
    pub enter_dwell_ms: Option<i64>,
    /// Milliseconds.
    pub leave_dwell_ms: Option<i64>,
}

/// An area on the floor. The polygon was checked when the zone was saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Unique in the store.
    pub id: ZoneId,
    /// For people.
    pub name: String,
    /// At least one; `none` stands alone.
    pub labels: Vec<ZoneLabel>,
    /// 3 to 64 corners of a simple polygon, metres.
    pub polygon: Vec<FloorPoint>,
    /// Overrides.
    pub thresholds: ZoneThresholds,
}

named_enum! {
    /// The side where the store is, for somebody who walks from `a` to `b`.
    InsideSide { Left = "left", Right = "right" }
}

named_enum! {
    /// Whether people may come in, go out or both.
    GateKind { Entry = "entry", Exit = "exit", Both = "both" }
}

named_enum! {
    /// Where crossings come from.
    Crossings { Reported = "reported", Derived = "derived" }
}

/// A line on the floor that separates inside from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gate {
    /// Unique in the store.
    pub id: GateId,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One end, metres.
    pub a: FloorPoint,
    /// The other end, metres.
    pub b: FloorPoint,
    /// Where the store is.
    pub inside: InsideSide,
    /// Which way people may go.
    pub kind: GateKind,
    /// Where crossings come from.
    #[serde(default = "reported")]
    pub crossings: Crossings,
    /// Whether the server sends `gate.open`.
    #[serde(default)]
    pub controllable: bool,
    /// The zone with label `entry` behind it.
    #[serde(default)]
    pub entry_zone_id: Option<ZoneId>,
}

fn reported() -> Crossings {
    Crossings::Reported
}

named_enum! {
    /// `external` stands before a gate, `internal` inside the store.
    DeviceKind { External = "external", Internal = "internal" }
}

named_enum! {
    /// Who controls a device.
    DeviceOwnership { Platform = "platform", Retailer = "retailer" }
}

named_enum! {
    /// What codes read there are for.
    DevicePurpose { Entry = "entry", Loyalty = "loyalty", Both = "both" }
}

/// A check-in device as the engine needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedDevice {
    /// The device.
    pub id: CheckInDeviceId,
    /// Inside or before a gate.
    pub kind: DeviceKind,
    /// The gate behind an external one.
    pub gate: Option<GateId>,
    /// The zone around an internal one.
    pub zone: Option<ZoneId>,
    /// Where it stands; centre of the zone or middle of the gate when absent.
    pub position: Option<FloorPoint>,
}

/// Everything of a store's configuration that changes what the engine concludes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FloorPlan {
    /// Version of the map; grows by one with every change of the map, a zone or a device.
    pub version: i64,
    /// In force from here on (store clock).
    pub at: Moment,
    /// Key of the permutation that makes shopper ids; the same for all stores of a server.
    pub shopper_key: u64,
    /// The store's number, which the permutation needs.
    pub store: crate::StoreId,
    /// Gates.
    pub gates: Vec<Gate>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Check-in devices.
    pub devices: Vec<PlannedDevice>,
    /// Whether customers may check in; the engine needs to know when they no longer may.
    pub status: StoreStatus,
    /// Decommissioned ends everything.
    pub deployment: DeploymentStatus,
    /// Thresholds.
    pub settings: FloorSettings,
}

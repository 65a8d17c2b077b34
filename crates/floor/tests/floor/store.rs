//! The stores of the tests. The shop lies at x > 0; gate 1 is the line x = 0 from y = -1 to 1.

use aisle_model::floor_map::{
    Crossings, DeviceKind, FloorPlan, Gate, GateKind, InsideSide, PlannedDevice, Zone, ZoneLabel, ZoneThresholds,
};
use aisle_model::settings::FloorSettings;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{CheckInDeviceId, GateId, Moment, SourceName, StoreId, ZoneId};

/// 10:49:00 on a day in January; scripts count seconds from here.
pub const START_MS: i64 = 1_768_819_740_000;

#[expect(clippy::cast_possible_truncation, reason = "scripts last for days at most")]
pub fn second(seconds: f64) -> Moment {
    Moment::from_micros(START_MS * 1000 + (seconds * 1e6).round() as i64)
}

/// How many tenths of a second there are in a span, to the nearest.
#[expect(clippy::cast_possible_truncation, reason = "scripts last for days at most")]
pub fn tenths(seconds: f64) -> i64 {
    (seconds * 10.0).round() as i64
}

pub fn zone(id: &str, label: ZoneLabel, corners: [(f64, f64); 2]) -> Zone {
    let [(x0, y0), (x1, y1)] = corners;
    Zone {
        id: ZoneId::from(id),
        name: id.to_owned(),
        labels: vec![label],
        polygon: vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)],
        thresholds: ZoneThresholds::default(),
    }
}

pub fn gate(id: i64, y: f64, crossings: Crossings) -> Gate {
    Gate {
        id: GateId(id),
        name: None,
        a: (0.0, y - 1.0),
        b: (0.0, y + 1.0),
        inside: InsideSide::Right,
        kind: GateKind::Both,
        crossings,
        controllable: true,
        entry_zone_id: None,
    }
}

/// A shop with a derived gate 1, a reported gate 2 at y = 20, a till zone, a desk with an internal device, a back room.
pub fn plan() -> FloorPlan {
    let device = |id, kind, gate: Option<i64>, zone: Option<&str>, position| PlannedDevice {
        id: CheckInDeviceId(id),
        kind,
        gate: gate.map(GateId),
        zone: zone.map(ZoneId::from),
        position,
    };
    FloorPlan {
        version: 1,
        at: second(-10.0),
        shopper_key: 99,
        store: StoreId(2),
        gates: vec![gate(1, 0.0, Crossings::Derived), gate(2, 20.0, Crossings::Reported)],
        zones: vec![
            zone("till", ZoneLabel::Checkout, [(5.0, -2.0), (8.0, 2.0)]),
            zone("desk", ZoneLabel::Scanning, [(2.0, 4.0), (4.0, 6.0)]),
            zone("back", ZoneLabel::Backroom, [(20.0, -2.0), (24.0, 2.0)]),
            zone("hall", ZoneLabel::Entry, [(0.5, 18.0), (3.0, 22.0)]),
            zone("way out", ZoneLabel::Exit, [(10.0, 10.0), (12.0, 12.0)]),
        ],
        devices: vec![
            device(4, DeviceKind::External, Some(1), None, Some((-1.0, 0.0))),
            device(5, DeviceKind::External, Some(2), None, None),
            device(9, DeviceKind::Internal, None, Some("desk"), None),
        ],
        status: StoreStatus::Open,
        deployment: DeploymentStatus::Live,
        settings: settings(),
    }
}

pub fn settings() -> FloorSettings {
    let mut settings = FloorSettings::default();
    settings.perception.required_sources = vec![SourceName::from("vision")];
    settings
}

/// The same shop without cameras: nothing is required, only turnstiles report.
pub fn plan_without_cameras() -> FloorPlan {
    let mut plan = plan();
    plan.settings.perception.required_sources = Vec::new();
    plan
}

//! The floor plan prepared for questions: polygons, the index over them, gate lines, thresholds in one place.
//!
//! Shapes were checked when they were saved; one that is refused here all the same is left out, because a store must
//! not stop for a bad zone. The serde form is the plain plan, from which this is prepared again.

use aisle_floorplan::{GateLine, Point, Polygon, Side, ZoneIndex};
use aisle_model::floor_map::{Crossings, FloorPlan, Gate, GateKind, InsideSide, Zone, ZoneLabel};
use aisle_model::settings::FloorSettings;
use aisle_model::{CheckInDeviceId, GateId, ZoneId};
use serde::{Deserialize, Serialize};

use crate::spot::Spot;

/// A track first seen within this of the nearest gate, on its outer side, is before the gate; metres.
const BEFORE_GATE_M: f64 = 3.0;

/// Thresholds of one zone: metres and microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    pub enter_margin: f64,
    pub leave_margin: f64,
    pub enter_dwell: i64,
    pub leave_dwell: i64,
    pub pause: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedZone {
    pub id: ZoneId,
    pub labels: Vec<ZoneLabel>,
    pub limits: Limits,
    corners: Vec<(f64, f64)>,
}

impl PlannedZone {
    pub fn has(&self, label: ZoneLabel) -> bool {
        self.labels.contains(&label)
    }

    pub fn same_shape(&self, other: &Self) -> bool {
        self.corners == other.corners
    }
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedGate {
    pub id: GateId,
    pub line: GateLine,
    pub kind: GateKind,
    pub crossings: Crossings,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "FloorPlan", into = "FloorPlan")]
pub(crate) struct Plan {
    pub given: FloorPlan,
    pub zones: Vec<PlannedZone>,
    pub gates: Vec<PlannedGate>,
    pub index: Option<ZoneIndex>,
}

impl From<Plan> for FloorPlan {
    fn from(plan: Plan) -> Self {
        plan.given
    }
}

impl From<FloorPlan> for Plan {
    fn from(given: FloorPlan) -> Self {
        let settings = &given.settings;
        let mut zones = Vec::new();
        let mut polygons = Vec::new();
        for zone in &given.zones {
            if let Some(polygon) = polygon_of(zone) {
                zones.push(PlannedZone {
                    id: zone.id.clone(),
                    labels: zone.labels.clone(),
                    limits: limits_of(zone, &polygon, settings),
                    corners: zone.polygon.clone(),
                });
                polygons.push(polygon);
            }
        }
        let reach =
            zones.iter().fold(0.0_f64, |reach, zone| reach.max(zone.limits.enter_margin).max(zone.limits.leave_margin));
        let gates = given.gates.iter().filter_map(planned_gate).collect();
        let index = ZoneIndex::new(polygons, reach).ok();
        Self { given, zones, gates, index }
    }
}

impl Plan {
    pub const fn settings(&self) -> &FloorSettings {
        &self.given.settings
    }

    pub fn polygon(&self, zone: usize) -> Option<&Polygon> {
        self.index.as_ref()?.polygons().get(zone)
    }

    pub fn zone_index(&self, id: &ZoneId) -> Option<usize> {
        self.zones.iter().position(|zone| zone.id == *id)
    }

    pub fn zone_contains(&self, id: &ZoneId, spot: Spot) -> bool {
        let polygon = self.zone_index(id).and_then(|zone| self.polygon(zone));
        polygon.is_some_and(|polygon| polygon.contains(spot.point()))
    }

    pub fn gate(&self, id: GateId) -> Option<&PlannedGate> {
        self.gates.iter().find(|gate| gate.id == id)
    }

    /// Whether people are counted in through this gate on a confirmation without a gate.
    pub fn leads_in(&self, id: GateId) -> bool {
        self.gate(id).is_some_and(|gate| gate.kind != GateKind::Exit)
    }

    /// On the outer side of the nearest gate; `near_only` asks for 3 m at most.
    pub fn is_outside(&self, spot: Spot, near_only: bool) -> bool {
        let point = spot.point();
        let distances = self.gates.iter().map(|gate| (gate.line.distance(point), gate));
        let nearest = distances.min_by(|(a, _), (b, _)| a.total_cmp(b));
        nearest.is_some_and(|(distance, gate)| {
            gate.line.signed_distance(point) < 0.0 && (!near_only || distance <= BEFORE_GATE_M)
        })
    }

    /// Within the radius of a gate that leads out.
    pub fn is_at_exit_gate(&self, spot: Spot) -> bool {
        let point = spot.point();
        let radius = self.settings().exit.lost_radius_m;
        let mut leading_out = self.gates.iter().filter(|gate| gate.kind != GateKind::Entry);
        leading_out.any(|gate| gate.line.distance(point) <= radius)
    }

    /// Where somebody who is lost may have gone out.
    pub fn is_near_exit(&self, spot: Spot) -> bool {
        let in_exit_zone = |(zone, planned): (usize, &PlannedZone)| {
            let polygon = self.polygon(zone);
            planned.has(ZoneLabel::Exit) && polygon.is_some_and(|p| p.contains(spot.point()))
        };
        self.is_at_exit_gate(spot) || self.zones.iter().enumerate().any(in_exit_zone)
    }

    /// Where a device stands: where it was put, else the middle of its gate or the centre of its zone.
    pub fn device_spot(&self, id: CheckInDeviceId) -> Option<Spot> {
        let device = self.given.devices.iter().find(|device| device.id == id)?;
        let given = device.position.and_then(|(x, y)| Spot::new(x, y));
        let gate = || device.gate.and_then(|gate| self.gate(gate));
        let zone = || device.zone.as_ref().and_then(|zone| self.zone_index(zone));
        let at_gate = || gate().map(|gate| gate.line.middle());
        let in_zone = || zone().and_then(|zone| self.polygon(zone)).map(Polygon::centre);
        let spot = |point: Point| Spot::new(point.x(), point.y());
        given.or_else(|| at_gate().or_else(in_zone).and_then(spot))
    }

    /// Whether anybody's way must be remembered for scans.
    pub fn has_devices(&self) -> bool {
        !self.given.devices.is_empty()
    }
}

fn polygon_of(zone: &Zone) -> Option<Polygon> {
    let corners = zone.polygon.iter().map(|(x, y)| Point::new(*x, *y));
    Polygon::new(corners.collect::<Result<_, _>>().ok()?).ok()
}

fn limits_of(zone: &Zone, polygon: &Polygon, settings: &FloorSettings) -> Limits {
    let store = &settings.zones;
    let own = &zone.thresholds;
    let metres = |own: Option<f64>, store: f64| {
        let metres = own.unwrap_or(store);
        if metres.is_finite() { metres.clamp(0.0, 10.0) } else { 0.0 }
    };
    let micros = |ms: i64| ms.max(0).saturating_mul(1000);
    let enter_margin = metres(own.enter_margin_m, store.enter_margin_m);
    Limits {
        enter_margin: if enter_margin > 0.0 { enter_margin.min(polygon.inradius() / 2.0) } else { 0.0 },
        leave_margin: metres(own.leave_margin_m, store.leave_margin_m),
        enter_dwell: micros(own.enter_dwell_ms.unwrap_or(store.enter_dwell_ms)),
        leave_dwell: micros(own.leave_dwell_ms.unwrap_or(store.leave_dwell_ms)),
        pause: micros(store.min_repeat_ms),
    }
}

fn planned_gate(gate: &Gate) -> Option<PlannedGate> {
    let inside = match gate.inside {
        InsideSide::Left => Side::Left,
        InsideSide::Right => Side::Right,
    };
    let a = Point::new(gate.a.0, gate.a.1).ok()?;
    let b = Point::new(gate.b.0, gate.b.1).ok()?;
    Some(PlannedGate {
        id: gate.id,
        line: GateLine::new(a, b, inside).ok()?,
        kind: gate.kind,
        crossings: gate.crossings,
    })
}

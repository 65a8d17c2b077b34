//! Where one can walk, and between which devices and gates.
//!
//! The map has no walls. The store is taken to end 1.2 m beyond everything that is on the map, and at the endless line
//! through every gate; what lies beyond such a line is out of reach.

use aisle_floorplan::{Footprint, Point, Walkways};
use aisle_model::GateId;

use crate::store_map::{Device, Gate, MapFault, Stand, StoreMap};

/// Kept from furniture and walls, metres.
pub const CLEARANCE_M: f64 = 0.3;
const BEYOND_FURNITURE_M: f64 = 1.2;
/// Where a straight walk through a gate begins and ends, metres from its line.
const THROUGH_M: f64 = 0.9;

/// A store to walk in.
#[derive(Debug, Clone)]
pub struct Floor {
    /// Its map.
    pub map: StoreMap,
    walkways: Walkways,
    ways: Vec<Way>,
}

/// How one can come in, check in and go out.
#[derive(Debug, Clone)]
pub struct Way {
    /// Where the code is scanned.
    pub device: Device,
    /// Where people come in.
    pub entry: GateId,
    /// Where they can go out.
    pub exits: Vec<GateId>,
}

impl Floor {
    /// Refuses a map on which nobody could make a trip.
    pub fn new(map: StoreMap) -> Result<Floor, MapFault> {
        let mut obstacles: Vec<Footprint> = map.gondolas.iter().map(|gondola| gondola.footprint.clone()).collect();
        obstacles.extend(walls(&map));
        let shape = |fault| MapFault::Shape { what: "the floor".to_owned(), fault };
        let walkways = Walkways::new(obstacles, CLEARANCE_M).map_err(shape)?;
        let mut floor = Floor { map, walkways, ways: Vec::new() };
        floor.ways = floor.find_ways();
        if floor.ways.is_empty() {
            return Err(MapFault::NoWay);
        }
        Ok(floor)
    }

    /// At least one.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// The shortest walk inside the store, to the free place nearest to `to`.
    pub fn route(&self, from: Point, to: Point) -> Option<Vec<Point>> {
        self.walkways.route(from, self.walkways.nearest_free(to)?)
    }

    /// Two places before and behind a gate's line, so far along it (0 at `a`, 1 at `b`).
    pub fn through(&self, gate: &Gate, along: f64) -> (Point, Point) {
        (beside(gate, along, -THROUGH_M), beside(gate, along, THROUGH_M))
    }

    fn find_ways(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        for device in &self.map.devices {
            for entry in self.map.gates.iter().filter(|gate| gate.leads_in) {
                if !self.serves(device, entry) {
                    continue;
                }
                let exits: Vec<GateId> = self
                    .map
                    .gates
                    .iter()
                    .filter(|exit| exit.leads_out && self.are_joined(entry, exit))
                    .map(|exit| exit.id)
                    .collect();
                if !exits.is_empty() {
                    ways.push(Way { device: device.clone(), entry: entry.id, exits });
                }
            }
        }
        ways
    }

    fn serves(&self, device: &Device, entry: &Gate) -> bool {
        match &device.stand {
            Stand::Before(gate) => *gate == entry.id,
            Stand::Within(zone) => self.map.zone(zone).is_some_and(|zone| {
                let (_, inside) = self.through(entry, 0.5);
                self.route(inside, zone.polygon.centre()).is_some()
            }),
        }
    }

    fn are_joined(&self, entry: &Gate, exit: &Gate) -> bool {
        let (_, from) = self.through(entry, 0.5);
        let (_, to) = self.through(exit, 0.5);
        self.route(from, to).is_some()
    }
}

/// The place so far along a gate's line and so many metres inside it (outside when negative).
pub fn beside(gate: &Gate, along: f64, inwards: f64) -> Point {
    let on_line = gate.a.toward(gate.b, along);
    let (dx, dy) = (gate.b.x() - gate.a.x(), gate.b.y() - gate.a.y());
    let length = gate.line.length();
    let left = moved(on_line, -dy / length * inwards, dx / length * inwards);
    let right = moved(on_line, dy / length * inwards, -dx / length * inwards);
    let left_is_right_side = gate.line.signed_distance(left) * inwards >= 0.0;
    if left_is_right_side { left } else { right }
}

/// A place so far away; one that would lie beyond the limit of coordinates stays where it is.
pub fn moved(from: Point, dx: f64, dy: f64) -> Point {
    Point::new(from.x() + dx, from.y() + dy).unwrap_or(from)
}

fn walls(map: &StoreMap) -> Vec<Footprint> {
    let mut low = (f64::INFINITY, f64::INFINITY);
    let mut high = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    let mut cover = |point: Point, margin: f64| {
        low = (low.0.min(point.x() - margin), low.1.min(point.y() - margin));
        high = (high.0.max(point.x() + margin), high.1.max(point.y() + margin));
    };
    for gondola in &map.gondolas {
        for corner in gondola.footprint.corners() {
            cover(*corner, BEYOND_FURNITURE_M);
        }
    }
    for zone in &map.zones {
        for corner in zone.polygon.corners() {
            cover(*corner, CLEARANCE_M);
        }
    }
    for gate in &map.gates {
        for end in [gate.a, gate.b] {
            cover(end, BEYOND_FURNITURE_M);
        }
    }
    let corner = |x: f64, y: f64| Point::new(x, y).ok();
    let corners = [corner(low.0, low.1), corner(high.0, low.1), corner(high.0, high.1), corner(low.0, high.1)];
    let mut lines: Vec<[Point; 2]> = Vec::new();
    for side in 0..4 {
        if let (Some(from), Some(to)) = (corners[side], corners[(side + 1) % 4]) {
            lines.push([from, to]);
        }
    }
    let reach = (high.0 - low.0).hypot(high.1 - low.1);
    for gate in &map.gates {
        let beyond = reach / gate.line.length();
        lines.push([gate.b.toward(gate.a, 1.0 + beyond), gate.a.toward(gate.b, 1.0 + beyond)]);
    }
    lines.iter().filter_map(|ends| Footprint::around(ends).ok()).collect()
}

//! The map of a store as `GET …/layout` gives it, made into shapes.
//!
//! Reads what walking needs and ignores the rest.

use aisle_floorplan::{Dimensions, Footprint, GateLine, GeometryFault, OrientedBox, Point, Polygon, Pose, Side};
use aisle_model::{CheckInDeviceId, GateId, GondolaId, ZoneId};
use serde::Deserialize;
use serde_json::Value;

/// Why nobody can walk on a map.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapFault {
    /// Not the JSON of a layout.
    #[error("the layout cannot be read: {0}")]
    Unreadable(String),
    /// A shape that cannot be.
    #[error("{what} has an impossible shape: {fault}")]
    Shape {
        /// Which.
        what: String,
        /// Why.
        fault: GeometryFault,
    },
    /// Nobody could come in and leave again with a code.
    #[error("the map has no enabled check-in device from which people get in and out again")]
    NoWay,
}

/// A map that can be walked on.
#[derive(Debug, Clone)]
pub struct StoreMap {
    /// Gates by id.
    pub gates: Vec<Gate>,
    /// Zones that have a polygon.
    pub zones: Vec<Zone>,
    /// Enabled devices where an entry code can be scanned.
    pub devices: Vec<Device>,
    /// Furniture.
    pub gondolas: Vec<Gondola>,
}

/// A line on the floor between inside and outside.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Its id.
    pub id: GateId,
    /// One end.
    pub a: Point,
    /// The other end.
    pub b: Point,
    /// The line with its inside.
    pub line: GateLine,
    /// Whether people may come in.
    pub leads_in: bool,
    /// Whether people may go out.
    pub leads_out: bool,
    /// Whether the store is told of crossings by events; else it finds them in the positions.
    pub is_reported: bool,
}

/// An area on the floor.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// Where it is.
    pub polygon: Polygon,
    /// Whether it is a checkout zone.
    pub is_checkout: bool,
}

/// A reader of entry codes.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its id.
    pub id: CheckInDeviceId,
    /// Where it stands among gates and zones.
    pub stand: Stand,
    /// Where exactly, when the map says.
    pub position: Option<Point>,
    /// Whether it is the retailer's, who calls the verify operation, and sends no events.
    pub is_retailers: bool,
}

/// Before a gate, or inside a scanning zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// The next people through the gate belong to the code.
    Before(GateId),
    /// The people in the zone belong to the code.
    Within(ZoneId),
}

/// A piece of furniture.
#[derive(Debug, Clone)]
pub struct Gondola {
    /// Its id.
    pub id: GondolaId,
    /// What it and its shelves cover of the floor.
    pub footprint: Footprint,
    /// Its left and right front corners, seen from above by the shopper who faces it.
    pub front: (Point, Point),
    /// Where the shopper stands, half a metre before the middle of the front.
    pub standing: Option<Point>,
}

impl StoreMap {
    /// Reads a `StoreLayout`.
    pub fn read(layout: &Value) -> Result<StoreMap, MapFault> {
        let layout = RawLayout::deserialize(layout).map_err(|error| MapFault::Unreadable(error.to_string()))?;
        let mut map = StoreMap { gates: Vec::new(), zones: Vec::new(), devices: Vec::new(), gondolas: Vec::new() };
        for raw in &layout.gates {
            let gate = raw.gate();
            map.gates.push(named(gate, || format!("gate {}", raw.id))?);
        }
        for raw in layout.zones {
            let id = raw.id.clone();
            map.zones.extend(named(raw.zone(), || format!("zone {id}"))?);
        }
        for raw in &layout.gondolas {
            let shape = raw.shape();
            map.gondolas.push(named(shape, || format!("gondola {}", raw.id))?);
        }
        for raw in layout.check_in_devices {
            let id = raw.id;
            map.devices.extend(named(raw.device(), || format!("device {id}"))?);
        }
        Ok(map)
    }

    /// The gate of this id.
    pub fn gate(&self, id: GateId) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.id == id)
    }

    /// The zone of this id.
    pub fn zone(&self, id: &ZoneId) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == *id)
    }
}

fn named<T>(made: Result<T, GeometryFault>, what: impl Fn() -> String) -> Result<T, MapFault> {
    made.map_err(|fault| MapFault::Shape { what: what(), fault })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLayout {
    gates: Vec<RawGate>,
    gondolas: Vec<RawGondola>,
    zones: Vec<RawZone>,
    check_in_devices: Vec<RawDevice>,
}

#[derive(Deserialize)]
struct RawGate {
    id: i64,
    a: [f64; 2],
    b: [f64; 2],
    inside: String,
    kind: String,
    crossings: Option<String>,
}

#[derive(Deserialize)]
struct RawZone {
    id: String,
    labels: Vec<String>,
    polygon: Option<Vec<[f64; 2]>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDevice {
    id: i64,
    kind: String,
    ownership: String,
    purpose: String,
    gate_id: Option<i64>,
    scanning_zone_id: Option<String>,
    position: Option<[f64; 2]>,
    enabled: bool,
}

#[derive(Deserialize, Clone, Copy)]
struct Vector {
    x: f64,
    y: f64,
    z: f64,
}

#[derive(Deserialize)]
struct RawBox {
    translation: Vector,
    rotation: Option<Vector>,
    dimensions: Vector,
}

#[derive(Deserialize)]
struct RawGondola {
    id: i64,
    #[serde(flatten)]
    place: RawBox,
    shelves: Vec<RawBox>,
}

impl RawGate {
    fn gate(&self) -> Result<Gate, GeometryFault> {
        let (a, b) = (point(self.a)?, point(self.b)?);
        let inside = if self.inside == "left" { Side::Left } else { Side::Right };
        Ok(Gate {
            id: GateId(self.id),
            a,
            b,
            line: GateLine::new(a, b, inside)?,
            leads_in: self.kind != "exit",
            leads_out: self.kind != "entry",
            is_reported: self.crossings.as_deref() != Some("derived"),
        })
    }
}

impl RawZone {
    fn zone(self) -> Result<Option<Zone>, GeometryFault> {
        let Some(corners) = self.polygon else {
            return Ok(None);
        };
        let corners: Result<Vec<Point>, GeometryFault> = corners.into_iter().map(point).collect();
        Ok(Some(Zone {
            id: ZoneId(self.id),
            polygon: Polygon::new(corners?)?,
            is_checkout: self.labels.iter().any(|label| label == "checkout"),
        }))
    }
}

impl RawDevice {
    fn device(self) -> Result<Option<Device>, GeometryFault> {
        if !self.enabled || self.purpose == "loyalty" {
            return Ok(None);
        }
        let stand = match (self.kind.as_str(), self.gate_id, self.scanning_zone_id) {
            ("external", Some(gate), _) => Stand::Before(GateId(gate)),
            ("internal", _, Some(zone)) => Stand::Within(ZoneId(zone)),
            _ => return Ok(None),
        };
        Ok(Some(Device {
            id: CheckInDeviceId(self.id),
            stand,
            position: self.position.map(point).transpose()?,
            is_retailers: self.ownership == "retailer",
        }))
    }
}

impl RawBox {
    fn pose(&self) -> Result<Pose, GeometryFault> {
        let Vector { x, y, z } = self.translation;
        let turn = self.rotation.map_or([0.0; 3], |turn| [turn.x, turn.y, turn.z]);
        Pose::new([x, y, z], turn)
    }

    fn dimensions(&self) -> Result<Dimensions, GeometryFault> {
        Dimensions::new(self.dimensions.x, self.dimensions.y, self.dimensions.z)
    }
}

impl RawGondola {
    fn shape(&self) -> Result<Gondola, GeometryFault> {
        let body = OrientedBox::new(self.place.pose()?, self.place.dimensions()?);
        let mut covered: Vec<Point> = body.corners().iter().map(|corner| corner.floor()).collect();
        let front = (covered[0], covered[1]);
        for shelf in &self.shelves {
            let placed = body.place(&shelf.pose()?, shelf.dimensions()?);
            covered.extend(placed.corners().iter().map(|corner| corner.floor()));
        }
        Ok(Gondola {
            id: GondolaId(self.id),
            footprint: Footprint::around(&covered)?,
            front,
            standing: body.standing_place(0.5),
        })
    }
}

fn point([x, y]: [f64; 2]) -> Result<Point, GeometryFault> {
    Point::new(x, y)
}

//! The map of a store: gates, furniture, cameras and machines, replaced as one whole.
//!
//! Lengths are metres in the frame of the store, rounded to a millimetre; angles are radians about x, y, z, applied in the
//! order z, y, x. The derives give the form in which the map is stored, which is that of the contract's `StoreLayout`.

use serde::{Deserialize, Serialize};

use crate::floor_map::{FloorPoint, Gate};
use crate::{CameraId, GondolaId, ZoneId, named_enum};

/// Three numbers along x, y and z.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the axes")]
pub struct Vector {
    pub x: f64,
    pub y: f64,
    pub z: f64,
}

/// A shelf of a gondola.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shelf {
    /// Counted from the bottom; unique in the gondola.
    pub shelf_index: i64,
    /// Left front lower corner in the frame of the gondola.
    pub translation: Vector,
    /// In the frame of the gondola; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Vector>,
    /// Width, depth, height.
    pub dimensions: Vector,
    /// Weighing plates side by side; 0 means no scales.
    #[serde(default)]
    pub plates: i64,
    /// Rated load of a plate, kilograms.
    #[serde(default = "rated_load")]
    pub max_plate_kg: f64,
}

fn rated_load() -> f64 {
    20.0
}

/// A piece of furniture with shelves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gondola {
    /// Unique in the store.
    pub id: GondolaId,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In the frame of the store.
    pub translation: Vector,
    /// None when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Vector>,
    /// Width, depth, height.
    pub dimensions: Vector,
    /// Its shelves.
    pub shelves: Vec<Shelf>,
}

/// A camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Camera {
    /// Unique in the store.
    pub id: CameraId,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In the frame of the store.
    pub position: Vector,
    /// Nine numbers, row by row: takes picture points (pixels) to floor points (metres).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homography: Option<Vec<f64>>,
    /// Where a picture can be fetched inside the store.
    #[serde(default)]
    pub frame_uri: Option<String>,
}

named_enum! {
    /// Whether a camera sees, as its source says.
    CameraState { Ok = "ok", Obstructed = "obstructed", Offline = "offline" }
}

named_enum! {
    /// In what the widths of bins are told.
    SizeType { Plate = "plate", Meters = "meters" }
}

/// A third-party machine. It has a zone or a position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Unique in the store over all vendors.
    pub source_id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Zone with label `machine` in which its user stands.
    #[serde(default)]
    pub zone_id: Option<ZoneId>,
    /// Where it stands.
    #[serde(default)]
    pub position: Option<FloorPoint>,
    /// Reach around the position, metres.
    #[serde(default = "reach")]
    pub radius_m: f64,
}

fn reach() -> f64 {
    1.0
}

/// A whole map.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StoreMap {
    /// Lines that separate inside from outside.
    pub gates: Vec<Gate>,
    /// Furniture.
    pub gondolas: Vec<Gondola>,
    /// Cameras.
    pub cameras: Vec<Camera>,
    /// Third-party machines.
    pub machines: Vec<Machine>,
}

//! What is wrong with a map, beyond what a schema can say: shapes that are none, and numbers that are not unique.

use std::collections::HashSet;
use std::hash::Hash;

use aisle_floorplan::{Dimensions, GateLine, GeometryFault, Point, Point3, Pose, Side};
use aisle_model::floor_map::{Gate, InsideSide};
use aisle_model::store_map::{Camera, Gondola, Machine, StoreMap, Vector};

use crate::FieldFault;

/// Things with their places in the list they came in; some may be missing because they could not be read.
pub type Numbered<T> = Vec<(usize, T)>;

/// A whole list.
pub fn numbered<T>(list: Vec<T>) -> Numbered<T> {
    list.into_iter().enumerate().collect()
}

/// Every fault of what could be read of a map.
pub fn shape_faults(
    gates: &[(usize, Gate)],
    gondolas: &[(usize, Gondola)],
    cameras: &[(usize, Camera)],
    machines: &[(usize, Machine)],
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    repeated(&mut faults, gates, |place| format!("gates[{place}].id"), |gate| gate.id);
    for (place, gate) in gates {
        shape(&mut faults, format!("gates[{place}].b"), line(gate).err());
    }
    repeated(&mut faults, gondolas, |place| format!("gondolas[{place}].id"), |gondola| gondola.id);
    for (place, gondola) in gondolas {
        gondola_faults(&mut faults, &format!("gondolas[{place}]"), gondola);
    }
    repeated(&mut faults, cameras, |place| format!("cameras[{place}].id"), |camera| camera.id);
    for (place, camera) in cameras {
        let at = camera.position;
        let point = Point3::new(at.x, at.y, at.z);
        shape(&mut faults, format!("cameras[{place}].position"), point.err());
    }
    let source = |machine: &Machine| machine.source_id.clone();
    repeated(&mut faults, machines, |place| format!("machines[{place}].sourceId"), source);
    faults
}

/// Every fault of a whole map.
pub(super) fn faults_of(map: &StoreMap) -> Vec<FieldFault> {
    shape_faults(
        &numbered(map.gates.clone()),
        &numbered(map.gondolas.clone()),
        &numbered(map.cameras.clone()),
        &numbered(map.machines.clone()),
    )
}

fn line(gate: &Gate) -> Result<GateLine, GeometryFault> {
    let inside = match gate.inside {
        InsideSide::Left => Side::Left,
        InsideSide::Right => Side::Right,
    };
    GateLine::new(Point::new(gate.a.0, gate.a.1)?, Point::new(gate.b.0, gate.b.1)?, inside)
}

fn gondola_faults(faults: &mut Vec<FieldFault>, field: &str, gondola: &Gondola) {
    let pose = pose(gondola.translation, gondola.rotation);
    shape(faults, format!("{field}.translation"), pose.err());
    shape(faults, format!("{field}.dimensions"), dimensions(gondola.dimensions).err());
    let shelves = numbered(gondola.shelves.clone());
    let name = |place| format!("{field}.shelves[{place}].shelfIndex");
    repeated(faults, &shelves, name, |shelf| shelf.shelf_index);
    for (place, shelf) in &shelves {
        let field = format!("{field}.shelves[{place}]");
        shape(faults, format!("{field}.translation"), self::pose(shelf.translation, shelf.rotation).err());
        shape(faults, format!("{field}.dimensions"), dimensions(shelf.dimensions).err());
    }
}

pub(crate) fn pose(translation: Vector, rotation: Option<Vector>) -> Result<Pose, GeometryFault> {
    let three = |vector: Vector| [vector.x, vector.y, vector.z];
    Pose::new(three(translation), three(rotation.unwrap_or_default()))
}

pub(crate) fn dimensions(of: Vector) -> Result<Dimensions, GeometryFault> {
    Dimensions::new(of.x, of.y, of.z)
}

fn shape(faults: &mut Vec<FieldFault>, field: String, found: Option<GeometryFault>) {
    if let Some(fault) = found {
        faults.push(FieldFault::invalid(field, format!("is not possible: {fault}")));
    }
}

fn repeated<T, K: Hash + Eq>(
    faults: &mut Vec<FieldFault>,
    list: &[(usize, T)],
    field: impl Fn(usize) -> String,
    key: impl Fn(&T) -> K,
) {
    let mut seen = HashSet::new();
    for (place, thing) in list {
        if !seen.insert(key(thing)) {
            faults.push(FieldFault::invalid(field(*place), "is used twice"));
        }
    }
}

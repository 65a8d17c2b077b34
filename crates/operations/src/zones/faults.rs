//! What is wrong with a zone, beyond what a schema can say.

use aisle_floorplan::{GeometryFault, Point, Polygon};
use aisle_model::floor_map::{FloorPoint, ZoneLabel};

use crate::FieldFault;
use crate::layout::replace::round_point;

/// A polygon that is none. Judged as it would be stored, to the millimetre.
pub fn polygon_faults(polygon: &[FloorPoint]) -> Option<FieldFault> {
    let fault = simple(polygon).err()?;
    Some(FieldFault::invalid("polygon", sentence(&fault)))
}

/// To follow the quoted field: `"polygon" edges 1 and 3 cross`.
fn sentence(fault: &GeometryFault) -> String {
    match fault {
        GeometryFault::EdgesCross { .. } | GeometryFault::EdgesTouch { .. } => fault.to_string(),
        other => format!("is no simple polygon: {other}"),
    }
}

fn simple(polygon: &[FloorPoint]) -> Result<Polygon, GeometryFault> {
    let mut corners = Vec::with_capacity(polygon.len());
    for corner in polygon {
        let (x, y) = round_point(*corner);
        corners.push(Point::new(x, y)?);
    }
    Polygon::new(corners)
}

/// Labels that cannot stand together.
pub fn label_faults(labels: &[ZoneLabel]) -> Option<FieldFault> {
    let is_mixed = labels.len() > 1 && labels.contains(&ZoneLabel::None);
    is_mixed.then(|| FieldFault::invalid("labels", "cannot have none beside another label"))
}

/// An empty list means `none`.
pub(super) fn at_least_none(labels: Vec<ZoneLabel>) -> Vec<ZoneLabel> {
    if labels.is_empty() {
        return vec![ZoneLabel::None];
    }
    labels
}

/// As it is stored.
pub(super) fn rounded(polygon: Vec<FloorPoint>) -> Vec<FloorPoint> {
    polygon.into_iter().map(round_point).collect()
}

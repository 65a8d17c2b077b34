//! Zones of a store.

mod edit;
mod face;
mod read;

pub(crate) use face::ZoneFace;

use aisle_contract::Fault;
use aisle_model::floor_map::{FloorPoint, ZoneLabel};
use aisle_operations::zones::{label_faults, polygon_faults};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listZones", read::list),
    route!("createZone", edit::create).also_checked_by(faults),
    route!("getZone", read::get),
    route!("updateZone", edit::update).also_checked_by(faults),
    route!("deleteZone", edit::delete),
];

/// Faults of polygon and labels that no schema can say.
fn faults(body: &Value) -> Vec<Fault> {
    let polygon = readable::<Vec<FloorPoint>>(body, "polygon");
    let labels = readable::<Vec<ZoneLabel>>(body, "labels");
    let polygon = polygon.and_then(|corners| polygon_faults(&corners));
    let labels = labels.and_then(|labels| label_faults(&labels));
    let found = labels.into_iter().chain(polygon);
    found.map(|fault| Fault::new(&fault.field, fault.rule, &fault.text)).collect()
}

fn readable<T: DeserializeOwned>(body: &Value, name: &str) -> Option<T> {
    serde_json::from_value(body.get(name)?.clone()).ok()
}

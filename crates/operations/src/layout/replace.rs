//! Replaces the map of a store.

use std::collections::HashSet;

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_floorplan::round_to_millimetre;
use aisle_model::floor_map::FloorPoint;
use aisle_model::store_map::{Gondola, StoreMap, Vector};
use aisle_model::{Moment, StoreId, ZoneId};

use super::faults::faults_of;
use super::{Layout, layout_of};
use crate::shelves::ShelfId;
use crate::{App, Caller, Failure, FieldFault, Refusal, plan, stores};

/// Puts a map in the place of the one with version `base`. Zones and devices stay; whatever the map or they name must
/// be there.
pub async fn replace(app: &App, caller: &Caller, store: StoreId, base: i64, map: StoreMap) -> Result<Layout, Failure> {
    let map = rounded(map);
    let (here, retailer) = (app.clone(), caller.retailer);
    let replaced = app.change_once(caller, move |c| {
        let (app, map) = (here.clone(), map.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            let mut faults = faults_of(&map);
            faults.extend(unknown_zones(c, store.id, &map).await?);
            if !faults.is_empty() {
                return Err(Refusal::Invalid(faults).into());
            }
            if store.layout_version != base {
                return Err(Refusal::conflict("Layout was changed meanwhile").into());
            }
            refuse_lost_gates(c, store.id, &map).await?;
            change_furniture(c, &store, &map, store.now(app.clock.now())).await?;
            rows::layouts::replace(c, store.id, &map).await?;
            plan::republish(c, &app, &store).await?;
            let store = stores::found_in(c, retailer, store.id).await?;
            layout_of(c, store).await
        })
    });
    let replaced = replaced.await?;
    plan::wake(app);
    Ok(replaced)
}

/// Zones that the map names and the store does not have.
async fn unknown_zones(c: &mut Connection, store: StoreId, map: &StoreMap) -> Result<Vec<FieldFault>, Failure> {
    let zones = rows::zones::list(c, store).await?;
    let known: HashSet<ZoneId> = zones.into_iter().map(|stored| stored.zone.id).collect();
    let of_gates = map.gates.iter().enumerate().filter_map(|(place, gate)| {
        let zone = gate.entry_zone_id.as_ref()?;
        Some((format!("gates[{place}].entryZoneId"), zone))
    });
    let of_machines = map.machines.iter().enumerate().filter_map(|(place, machine)| {
        let zone = machine.zone_id.as_ref()?;
        Some((format!("machines[{place}].zoneId"), zone))
    });
    let unknown = of_gates.chain(of_machines).filter(|(_, zone)| !known.contains(*zone));
    Ok(unknown.map(|(field, _)| FieldFault::invalid(field, "names no zone of the store")).collect())
}

async fn refuse_lost_gates(c: &mut Connection, store: StoreId, map: &StoreMap) -> Result<(), Failure> {
    for device in rows::check_in_devices::list(c, store).await? {
        let Some(gate) = device.fields.gate else {
            continue;
        };
        if !map.gates.iter().any(|kept| kept.id == gate) {
            let message = format!("Gate {gate} is used by check-in device {}", device.id);
            return Err(Refusal::conflict(message).into());
        }
    }
    Ok(())
}

/// Keeps the furniture of before, unless a shelf that goes is not empty.
async fn change_furniture(c: &mut Connection, store: &Store, map: &StoreMap, now: Moment) -> Result<(), Failure> {
    let old = rows::layouts::find(c, store.id).await?;
    if old.gondolas == map.gondolas {
        return Ok(());
    }
    let shelves = |gondola: &Gondola| {
        let id = gondola.id;
        gondola
            .shelves
            .iter()
            .map(move |shelf| ShelfId { gondola: id, shelf_index: shelf.shelf_index })
            .collect::<Vec<_>>()
    };
    let kept: HashSet<ShelfId> = map.gondolas.iter().flat_map(shelves).collect();
    for stock in rows::stock::list(c, store.id, None).await? {
        let shelf = ShelfId { gondola: stock.gondola, shelf_index: stock.shelf_index };
        if !kept.contains(&shelf) {
            return Err(Refusal::conflict(format!("Shelf {shelf} still holds units")).into());
        }
    }
    Ok(rows::furniture::keep(c, store.id, now, &map.gondolas).await?)
}

fn rounded(mut map: StoreMap) -> StoreMap {
    for gate in &mut map.gates {
        (gate.a, gate.b) = (round_point(gate.a), round_point(gate.b));
    }
    for gondola in &mut map.gondolas {
        gondola.translation = round_vector(gondola.translation);
        gondola.dimensions = round_vector(gondola.dimensions);
        for shelf in &mut gondola.shelves {
            shelf.translation = round_vector(shelf.translation);
            shelf.dimensions = round_vector(shelf.dimensions);
        }
    }
    for camera in &mut map.cameras {
        camera.position = round_vector(camera.position);
    }
    for machine in &mut map.machines {
        machine.position = machine.position.map(round_point);
    }
    map
}

/// As it is stored: to the millimetre.
pub(crate) fn round_point((x, y): FloorPoint) -> FloorPoint {
    (round_to_millimetre(x), round_to_millimetre(y))
}

fn round_vector(vector: Vector) -> Vector {
    Vector { x: round_to_millimetre(vector.x), y: round_to_millimetre(vector.y), z: round_to_millimetre(vector.z) }
}

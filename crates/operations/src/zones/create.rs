//! Draws a zone.

use aisle_database::rows::zones::StoredZone;
use aisle_database::{Connection, rows};
use aisle_model::floor_map::{FloorPoint, Zone, ZoneLabel, ZoneThresholds};
use aisle_model::{StoreId, ZoneId};

use super::faults::{at_least_none, label_faults, polygon_faults, rounded};
use crate::{App, Caller, Failure, Refusal, plan, stores};

/// A zone to add.
#[derive(Debug, Clone)]
pub struct NewZone {
    /// Chosen by the caller; else a number is made.
    pub id: Option<ZoneId>,
    /// For people.
    pub name: String,
    /// Empty means `none`.
    pub labels: Vec<ZoneLabel>,
    /// Corners, metres.
    pub polygon: Vec<FloorPoint>,
    /// Overrides.
    pub thresholds: ZoneThresholds,
}

/// Adds a zone to a store of the caller's retailer.
pub async fn create(app: &App, caller: &Caller, store: StoreId, new: NewZone) -> Result<StoredZone, Failure> {
    let faults = polygon_faults(&new.polygon).into_iter().chain(label_faults(&new.labels));
    let faults: Vec<_> = faults.collect();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let (here, retailer) = (app.clone(), caller.retailer);
    let made = app.change_once(caller, move |c| {
        let (app, new) = (here.clone(), new.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            let zone = Zone {
                id: match new.id {
                    Some(id) => id,
                    None => free_number(c, store.id).await?,
                },
                name: new.name,
                labels: at_least_none(new.labels),
                polygon: rounded(new.polygon),
                thresholds: new.thresholds,
            };
            let now = app.clock.now();
            if !rows::zones::insert(c, store.id, &zone, now).await? {
                return Err(Refusal::conflict("Zone id was used before").into());
            }
            plan::republish(c, &app, &store).await?;
            Ok(StoredZone { zone, created_at: now, updated_at: now })
        })
    });
    let made = made.await?;
    plan::wake(app);
    Ok(made)
}

/// A number that no zone of the store ever had. The store is locked, so it stays free.
async fn free_number(c: &mut Connection, store: StoreId) -> Result<ZoneId, Failure> {
    let mut number = rows::zones::count_ever(c, store).await? + 1;
    loop {
        let id = ZoneId(number.to_string());
        if !rows::zones::was_used(c, store, &id).await? {
            return Ok(id);
        }
        number += 1;
    }
}

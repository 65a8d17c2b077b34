//! Zones of a store: areas on the floor and what they are for.
//!
//! Promises: a stored polygon is simple; an id is never given to another area; nothing that exists names a zone that
//! does not.

mod change;
mod create;
mod delete;
mod faults;

pub use change::{ThresholdsEdit, ZoneEdit, update};
pub use create::{NewZone, create};
pub use delete::delete;
pub use faults::{label_faults, polygon_faults};

pub use aisle_database::rows::zones::StoredZone;

use aisle_database::{Connection, rows};
use aisle_model::floor_map::ZoneLabel;
use aisle_model::{CheckInDeviceId, StoreId, ZoneId};

use crate::{App, Caller, Failure, Refusal, stores};

/// The zones of a store, by id: those with one of the labels, or all when none is named.
pub async fn list(
    app: &App,
    caller: &Caller,
    store: StoreId,
    labels: Vec<ZoneLabel>,
) -> Result<Vec<StoredZone>, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            Ok::<_, Failure>(rows::zones::list(c, store.id).await?)
        })
    });
    let mut zones = found.await?;
    zones.retain(|stored| {
        let carried = &stored.zone.labels;
        labels.is_empty() || carried.iter().any(|label| labels.contains(label))
    });
    Ok(zones)
}

/// One zone of a store.
pub async fn find(app: &App, caller: &Caller, store: StoreId, id: ZoneId) -> Result<StoredZone, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| {
        let id = id.clone();
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            zone_in(c, store.id, &id).await
        })
    });
    found.await
}

async fn zone_in(c: &mut Connection, store: StoreId, id: &ZoneId) -> Result<StoredZone, Failure> {
    let zone = rows::zones::find(c, store, id).await?;
    Ok(zone.ok_or(Refusal::NotFound("Zone"))?)
}

/// The device whose people stand in the zone.
async fn device_at(c: &mut Connection, store: StoreId, id: &ZoneId) -> Result<Option<CheckInDeviceId>, Failure> {
    let devices = rows::check_in_devices::list(c, store).await?;
    let user = devices.into_iter().find(|device| device.fields.scanning_zone.as_ref() == Some(id));
    Ok(user.map(|device| device.id))
}

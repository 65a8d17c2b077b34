//! Check-in devices of a store: readers and terminals where people identify themselves.
//!
//! Promises: a stored device stands at a gate or in a scanning zone that is there, as its kind needs.

mod edit;
mod remove;

pub use edit::{DeviceEdit, create, update};
pub use remove::delete;

pub use aisle_database::rows::check_in_devices::{CheckInDevice, DeviceFields};

use aisle_database::{Connection, rows};
use aisle_model::{CheckInDeviceId, StoreId};

use crate::{App, Caller, Failure, Refusal, stores};

/// The devices of a store, by id.
pub async fn list(app: &App, caller: &Caller, store: StoreId) -> Result<Vec<CheckInDevice>, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            Ok::<_, Failure>(rows::check_in_devices::list(c, store.id).await?)
        })
    });
    found.await
}

/// One device of a store.
pub async fn find(app: &App, caller: &Caller, store: StoreId, id: CheckInDeviceId) -> Result<CheckInDevice, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            device_in(c, store.id, id).await
        })
    });
    found.await
}

async fn device_in(c: &mut Connection, store: StoreId, id: CheckInDeviceId) -> Result<CheckInDevice, Failure> {
    let device = rows::check_in_devices::find(c, store, id).await?;
    Ok(device.ok_or(Refusal::NotFound("Check-in device"))?)
}

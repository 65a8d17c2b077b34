//! The map of a store: gates, furniture, cameras and machines, read and replaced as one whole.
//!
//! Promises: two editors never overwrite each other (a map is based on a version); what a stored map names is there.

mod faults;
pub(crate) mod replace;

pub use faults::{Numbered, numbered, shape_faults};
pub use replace::replace;

pub(crate) use faults::{dimensions, pose};

use aisle_database::rows;
use aisle_database::rows::check_in_devices::CheckInDevice;
use aisle_database::rows::stores::Store;
use aisle_database::rows::zones::StoredZone;
use aisle_model::StoreId;
use aisle_model::store_map::StoreMap;

use crate::{App, Caller, Failure, stores};

/// A map with all that is drawn into it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Layout {
    /// With version and moment of the last change.
    pub store: Store,
    /// Gates, gondolas, cameras, machines.
    pub map: StoreMap,
    /// By id.
    pub zones: Vec<StoredZone>,
    /// By id.
    pub devices: Vec<CheckInDevice>,
}

/// The map in force.
pub async fn find(app: &App, caller: &Caller, store: StoreId) -> Result<Layout, Failure> {
    let retailer = caller.retailer;
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            layout_of(c, store).await
        })
    });
    found.await
}

async fn layout_of(c: &mut aisle_database::Connection, store: Store) -> Result<Layout, Failure> {
    let id = store.id;
    Ok(Layout {
        store,
        map: rows::layouts::find(c, id).await?,
        zones: rows::zones::list(c, id).await?,
        devices: rows::check_in_devices::list(c, id).await?,
    })
}

//! Stores: made, changed, opened and closed, listed, and their thresholds and clocks.
//!
//! Promises: every edit holds the lock of the store, so edits of one store happen one after the other and the last word
//! in its stream is that of its rows; an edit that changes nothing writes nothing.

mod change;
mod clock;
mod create;
mod list;
mod settings;

pub use change::{StoreEdit, update, value_faults};
pub use clock::set_clock;
pub use create::{NewStore, create};
pub use list::{StoreCursor, StorePage, StoreQuery, list};
pub use settings::{merged, update_settings};

pub use aisle_database::rows::stores::list::{Filter, Place, StoreOrder};
pub use aisle_database::rows::stores::{Occupancy, Store};

use aisle_database::{Connection, Error, rows};
use aisle_model::{RetailerId, StoreId};

use crate::{App, Caller, Failure, Refusal};

/// One store of the caller's retailer.
pub async fn find(app: &App, caller: &Caller, id: StoreId) -> Result<Store, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| Box::pin(rows::stores::find(c, retailer, id)));
    Ok(found.await?.ok_or(Refusal::NotFound("Store"))?)
}

/// A store and how full it is.
pub async fn occupancy(app: &App, caller: &Caller, id: StoreId) -> Result<(Store, Occupancy), Failure> {
    let retailer = caller.retailer;
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = found_in(c, retailer, id).await?;
            let inside = rows::stores::occupancy(c, id, false).await?;
            Ok((store, inside))
        })
    });
    found.await
}

/// One store of a retailer, inside a read.
pub async fn found_in(c: &mut Connection, retailer: RetailerId, id: StoreId) -> Result<Store, Failure> {
    let store = rows::stores::find(c, retailer, id).await?;
    Ok(store.ok_or(Refusal::NotFound("Store"))?)
}

/// One store of a retailer, locked for an edit of it, its map, zones or devices.
pub async fn locked_in(c: &mut Connection, retailer: RetailerId, id: StoreId) -> Result<Store, Failure> {
    let store = rows::stores::lock(c, retailer, id).await?;
    Ok(store.ok_or(Refusal::NotFound("Store"))?)
}

/// What a statement that names a store says when it fails.
fn taken(error: Error) -> Failure {
    let Error::Conflict(key) = &error else {
        return error.into();
    };
    for (column, field) in [("third_party_id", "thirdPartyId"), ("unique_store_id", "aifiUniqueStoreId")] {
        if key.is("stores", &["retailer_id", column]) {
            return Refusal::conflict(format!("Store with this {field} already exists")).into();
        }
    }
    error.into()
}

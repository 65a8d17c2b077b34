//! A Development token that speaks for a store instead of the store's own.

use aisle_database::rows::stores;
use aisle_model::StoreId;
use aisle_model::store::DeploymentStatus;

use crate::{App, Caller, Failure, Refusal};

/// Refuses a store that is another retailer's (as absent) or LIVE.
pub async fn simulated_store(app: &App, caller: &Caller, id: StoreId) -> Result<(), Failure> {
    let retailer = caller.retailer;
    let store = app.database.read(move |c| Box::pin(stores::find(c, retailer, id))).await?;
    let store = store.ok_or(Refusal::NotFound("Store"))?;
    if store.deployment_status == DeploymentStatus::Live {
        let message = "A Development token may not act for a store that is LIVE";
        return Err(Refusal::Forbidden(message.to_owned()).into());
    }
    Ok(())
}

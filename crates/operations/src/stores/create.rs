//! Makes a store.

use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_model::store::{DeploymentStatus, StoreStatus};

use super::change::{StoreEdit, faults_of};
use super::taken;
use crate::{App, Caller, Failure, FieldFault, Refusal, plan};

/// What a new store needs, and whatever else is known of it.
#[derive(Debug, Clone, Default)]
pub struct NewStore {
    /// Internal name.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    /// The other fields; closed and in deployment unless they say otherwise.
    pub fields: StoreEdit,
}

/// Makes a store of the caller's retailer: without map, zones and devices, with nobody inside, its first plan in the stream.
pub async fn create(app: &App, caller: &Caller, new: NewStore) -> Result<Store, Failure> {
    let fields =
        StoreEdit { name: Some(new.name), currency: Some(new.currency), time_zone: Some(new.time_zone), ..new.fields };
    refuse(faults_of(&fields))?;
    let (here, retailer) = (app.clone(), caller.retailer);
    let unique_store_id = app.chance.uuid().to_string();
    let made = app.change_once(caller, move |c| {
        let (app, fields, unique_store_id) = (here.clone(), fields.clone(), unique_store_id.clone());
        Box::pin(async move {
            let now = app.clock.now();
            let bare = rows::stores::NewStore {
                retailer,
                unique_store_id: fields.unique_store_id.clone().unwrap_or(unique_store_id),
                status: fields.status.unwrap_or(StoreStatus::Closed),
                deployment_status: fields.deployment_status.unwrap_or(DeploymentStatus::Deployment),
                name: fields.name.clone().unwrap_or_default(),
                currency: fields.currency.clone().unwrap_or_default(),
                time_zone: fields.time_zone.clone().unwrap_or_default(),
            };
            let mut store = rows::stores::insert(c, &bare, now).await.map_err(taken)?;
            fields.apply(&mut store);
            rows::stores::save(c, &store, now).await.map_err(taken)?;
            store.version += 1;
            plan::announce(c, &app, &store).await?;
            Ok(store)
        })
    });
    let made = made.await?;
    plan::wake(app);
    Ok(made)
}

pub(super) fn refuse(faults: Vec<FieldFault>) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(faults))
}

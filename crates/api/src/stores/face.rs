//! A store as the Admin API shows it.

use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_operations::stores::Store;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoreFace<'a> {
    id: String,
    aifi_unique_store_id: &'a str,
    store: StoreRefFace<'a>,
    status: StoreStatus,
    deployment_status: DeploymentStatus,
    address_line1: Option<&'a str>,
    address_city: Option<&'a str>,
    address_region: Option<&'a str>,
    address_country: Option<&'a str>,
    address_postal_code: Option<&'a str>,
    name: &'a str,
    displayable_name: &'a str,
    third_party_id: Option<&'a str>,
    store_url: Option<&'a str>,
    max_people: Option<i64>,
    employee_inside: bool,
    status_reason: Option<&'a str>,
    currency: &'a str,
    time_zone: &'a str,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreRefFace<'a> {
    oasis_api_store_id: i64,
    aifi_unique_store_id: &'a str,
}

impl<'a> StoreFace<'a> {
    pub(super) fn of(store: &'a Store) -> Self {
        Self {
            id: store.id.to_string(),
            aifi_unique_store_id: &store.unique_store_id,
            store: StoreRefFace { oasis_api_store_id: store.id.0, aifi_unique_store_id: &store.unique_store_id },
            status: store.status,
            deployment_status: store.deployment_status,
            address_line1: store.address_line1.as_deref(),
            address_city: store.address_city.as_deref(),
            address_region: store.address_region.as_deref(),
            address_country: store.address_country.as_deref(),
            address_postal_code: store.address_postal_code.as_deref(),
            name: &store.name,
            displayable_name: store.shown_name(),
            third_party_id: store.third_party_id.as_deref(),
            store_url: store.store_url.as_deref(),
            max_people: store.max_people,
            employee_inside: store.employee_inside,
            status_reason: store.status_reason.as_deref(),
            currency: &store.currency,
            time_zone: &store.time_zone,
            created_at: store.created_at.to_string(),
            updated_at: store.updated_at.to_string(),
        }
    }
}

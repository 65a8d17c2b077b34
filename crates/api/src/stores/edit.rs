//! `/api/admin/v2/stores` and `/api/admin/v2/stores/{storeId}`

use aisle_contract::Fault;
use aisle_model::StoreId;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_operations::patch::Patch;
use aisle_operations::stores::{self, NewStore, StoreEdit};
use serde::Deserialize;
use serde_json::Value;

use super::face::StoreFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Fields {
    aifi_unique_store_id: Option<String>,
    status: Option<StoreStatus>,
    deployment_status: Option<DeploymentStatus>,
    max_people: Patch<i64>,
    store_url: Patch<String>,
    name: Option<String>,
    displayable_name: Option<String>,
    third_party_id: Patch<String>,
    address_line1: Patch<String>,
    address_city: Patch<String>,
    address_region: Patch<String>,
    address_country: Patch<String>,
    address_postal_code: Patch<String>,
    currency: Option<String>,
    time_zone: Option<String>,
}

impl From<Fields> for StoreEdit {
    fn from(fields: Fields) -> Self {
        Self {
            unique_store_id: fields.aifi_unique_store_id,
            status: fields.status,
            deployment_status: fields.deployment_status,
            employee_inside: None,
            max_people: fields.max_people,
            store_url: fields.store_url,
            name: fields.name,
            displayable_name: fields.displayable_name,
            third_party_id: fields.third_party_id,
            address_line1: fields.address_line1,
            address_city: fields.address_city,
            address_region: fields.address_region,
            address_country: fields.address_country,
            address_postal_code: fields.address_postal_code,
            currency: fields.currency,
            time_zone: fields.time_zone,
        }
    }
}

/// Faults of the values that no schema can say.
pub(super) fn faults(body: &Value) -> Vec<Fault> {
    let said = |name: &str| body.get(name).and_then(Value::as_str);
    let found = stores::value_faults(said("currency"), said("timeZone"), said("storeUrl"));
    found.iter().map(|fault| Fault::new(&fault.field, fault.rule, &fault.text)).collect()
}

/// `POST /api/admin/v2/stores`
pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let mut fields: Fields = call.body()?;
    let new = NewStore {
        name: fields.name.take().unwrap_or_default(),
        currency: fields.currency.take().unwrap_or_default(),
        time_zone: fields.time_zone.take().unwrap_or_default(),
        fields: fields.into(),
    };
    let made = stores::create(&call.app, &call.caller, new).await?;
    Ok(Answer::created(&StoreFace::of(&made)))
}

/// `GET /api/admin/v2/stores/{storeId}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let store = stores::find(&call.app, &call.caller, id).await?;
    Ok(Answer::ok(&StoreFace::of(&store)))
}

/// `PATCH /api/admin/v2/stores/{storeId}`
pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let fields: Fields = call.body()?;
    let store = stores::update(&call.app, &call.caller, id, fields.into()).await?;
    Ok(Answer::ok(&StoreFace::of(&store)))
}

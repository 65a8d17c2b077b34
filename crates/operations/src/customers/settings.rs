//! The retailer's settings about customers, under the names of admin-commerce.md, section 9.

use aisle_database::Connection;
use aisle_database::rows::customers::Customer;
use aisle_database::rows::retailers;
use aisle_model::RetailerId;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Failure;

/// What a retailer has decided; a name that is not set has its default.
pub(crate) struct Settings(Map<String, Value>);

impl Settings {
    /// Reads them.
    pub(crate) async fn of(c: &mut Connection, retailer: RetailerId) -> Result<Self, Failure> {
        let found = retailers::find(c, retailer).await?;
        let found = found.ok_or_else(|| Failure::broken("the caller's retailer is gone"))?;
        Ok(Self(found.settings))
    }

    /// One setting.
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str, default: T) -> Result<T, Failure> {
        let Some(value) = self.0.get(name) else {
            return Ok(default);
        };
        serde_json::from_value(value.clone())
            .map_err(|error| Failure::broken(format!("the retailer's setting {name}: {error}")))
    }

    /// Whether an external id belongs to one living customer only.
    pub(crate) fn external_ids_are_unique(&self) -> Result<bool, Failure> {
        self.get("customers.uniqueExternalId", true)
    }

    /// Whether a customer has all the personal data that the retailer collects.
    pub(crate) fn is_complete(&self, customer: &Customer) -> Result<bool, Failure> {
        let all = ["firstName", "lastName", "email", "phone"].map(str::to_owned);
        let wanted: Vec<String> = self.get("customers.completePersonalData", all.to_vec())?;
        Ok(wanted.iter().all(|name| match name.as_str() {
            "firstName" => customer.first_name.is_some(),
            "lastName" => customer.last_name.is_some(),
            "email" => !customer.email_is_generated,
            "phone" => customer.phone.is_some(),
            _ => false,
        }))
    }
}

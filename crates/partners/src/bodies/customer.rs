//! The customer as webhooks show one, and the notice about personal data.

use aisle_model::store::Role;
use aisle_model::{CustomerId, Moment};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Printed;

/// `WebhookCustomer`. A group has one, so all its members carry the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerFace {
    /// The retailer's id of the customer.
    pub external_id: Option<String>,
    /// What the retailer stored with the customer.
    pub metadata: Option<Map<String, Value>>,
    /// Aisle's id, here as a string of digits.
    pub id: Option<String>,
    /// Who they are to the store.
    pub role: Role,
}

impl CustomerFace {
    /// A customer that is known.
    pub fn of(id: CustomerId, external_id: Option<String>, metadata: Option<Map<String, Value>>, role: Role) -> Self {
        Self { external_id, metadata, id: Some(id.to_string()), role }
    }

    /// A visitor, an unknown entry code, a deleted customer.
    pub fn nobody() -> Self {
        Self { external_id: None, metadata: Some(Map::new()), id: None, role: Role::Unknown }
    }
}

/// `CustomerPersonalInfo`: five properties that are always there.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonalInfoFace {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    phone_number: Option<String>,
}

impl PersonalInfoFace {
    /// What is known; a generated e-mail address is none.
    pub fn of(
        email: Option<String>,
        first_name: Option<String>,
        last_name: Option<String>,
        phone: Option<String>,
    ) -> Self {
        Self { email, first_name, last_name, phone_number: phone.clone(), phone }
    }
}

/// `customerCreated`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerCreatedBody {
    customer: CustomerFace,
    time_of_origin: Printed,
    time_of_issue: Printed,
    customer_personal_info: PersonalInfoFace,
}

impl CustomerCreatedBody {
    /// The data as they are since `origin`.
    pub fn of(customer: CustomerFace, personal: PersonalInfoFace, origin: Moment, issue: Moment) -> Self {
        Self { customer, time_of_origin: origin.into(), time_of_issue: issue.into(), customer_personal_info: personal }
    }
}

//! What most bodies begin or end with: the store, the two times, the trip.

use aisle_model::{SessionToken, StoreId};
use serde::Serialize;

use super::{CustomerFace, Printed, SessionFace};

/// The two names a store has inside the server.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoreRefFace {
    /// The same number as `storeId`.
    #[serde(rename = "oasisApiStoreId")]
    pub store: StoreId,
    /// Unique over all servers; the property's name is part of the contract.
    #[serde(rename = "aifiUniqueStoreId")]
    pub unique: String,
}

/// The store and the two times (`WebhookStoreEnvelope`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreEnvelope {
    /// Aisle's id of the store.
    pub store_id: StoreId,
    /// Its names.
    pub store: StoreRefFace,
    /// The retailer's id of the store.
    pub store_external_id: Option<String>,
    /// When the thing happened.
    pub time_of_origin: Printed,
    /// When the message was issued.
    pub time_of_issue: Printed,
}

/// The store envelope plus the trip (`WebhookSessionEnvelope`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionEnvelope {
    /// The trip, also of a visitor.
    pub session_id: SessionToken,
    /// Null for a visitor.
    pub session: Option<SessionFace>,
    /// Whose trip.
    pub customer: CustomerFace,
    /// Where and when.
    #[serde(flatten)]
    pub store: StoreEnvelope,
}

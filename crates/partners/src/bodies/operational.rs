//! Notices to the owner, about settings and about stores.

use aisle_model::webhook::WebhookType;
use aisle_model::{SourceName, StoreId, WebhookId, named_enum, store::StoreStatus};
use serde::Serialize;

use super::{Printed, StoreRefFace};

named_enum! {
    /// What happened to a setting.
    SettingEvent {
        Failing = "webhook.failing", Disabled = "webhook.disabled", Recovered = "webhook.recovered",
    }
}

named_enum! {
    /// What happened to a store.
    StoreEvent {
        PerceptionDegraded = "perception.degraded", PerceptionLost = "perception.lost",
        PerceptionRecovered = "perception.recovered", ClockSkew = "source.clockSkew", Gap = "source.gap",
        ReviewOverdue = "review.overdue", StatusChanged = "store.statusChanged", KeyExpiring = "key.expiring",
    }
}

/// A notice about a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationalNotice {
    /// What happened.
    #[serde(rename = "type")]
    pub event: SettingEvent,
    /// When it was noticed.
    pub timestamp: Printed,
    /// Which setting.
    pub data: SettingTrouble,
}

/// The setting a notice is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's OperationalNotice")]
pub struct SettingTrouble {
    pub webhook_id: WebhookId,
    #[serde(rename = "type")]
    pub kind: WebhookType,
    /// Without the query.
    pub url: String,
    pub failing_since: Option<Printed>,
    pub waiting: i64,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
}

/// A notice about a store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoreNotice {
    /// What happened.
    #[serde(rename = "type")]
    pub event: StoreEvent,
    /// When it was noticed.
    pub timestamp: Printed,
    /// Which store, and the numbers.
    pub data: StoreTrouble,
}

/// The store a notice is about; what does not belong to the event is left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's StoreNotice")]
pub struct StoreTrouble {
    pub store_id: Option<StoreId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreRefFace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StoreStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
}

//! The contract's `Session`, shared by webhooks and the list of sessions. Two names are misspelt in the contract.

use aisle_model::session::SessionStatus;
use aisle_model::store::ShopperFlag;
use aisle_model::{CardId, CustomerId, EntryCode, SessionNumber, SessionToken, StoreId};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Printed;

/// One trip. Every property is always there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's Session")]
pub struct SessionFace {
    pub created_at: Printed,
    pub updated_at: Printed,
    pub id: SessionNumber,
    pub customer_id: Option<CustomerId>,
    pub code: EntryCode,
    #[serde(rename = "codeFirstSuccesfullyScannedAt")]
    pub code_first_scanned_at: Option<Printed>,
    #[serde(rename = "codeLastSuccesfullyScannedAt")]
    pub code_last_scanned_at: Option<Printed>,
    pub customer_first_entered_at: Option<Printed>,
    pub customer_last_entered_at: Option<Printed>,
    pub customer_first_exited_at: Option<Printed>,
    pub customer_last_exited_at: Option<Printed>,
    pub customer_payment_instrument_id: Option<CardId>,
    pub customer_satisfaction: Option<i64>,
    pub customer_satisfaction_submitted: bool,
    pub group_size: Option<i64>,
    pub visitors: i64,
    pub location_id: Option<String>,
    pub priority: i64,
    pub session_token: SessionToken,
    pub session_id: SessionToken,
    pub referenced_session_id: Option<SessionToken>,
    pub status: SessionStatus,
    pub store_id: Option<StoreId>,
    pub store_id_scannable_at: Option<StoreId>,
    pub suspected_fraud: bool,
    pub metadata: Map<String, Value>,
    pub expires_at: Option<Printed>,
    pub shopping_session_flags: Vec<ShopperFlag>,
}

//! The options of settings. One at its default is as good as absent.

use aisle_model::webhook::WebhookType;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Failure, FieldFault};

/// All options with their defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "the contract's WebhookOptions")]
pub struct Options {
    /// checkoutZone: the call carries what the session holds.
    pub send_cart: bool,
    /// checkoutZone: one call per session instead of one per person.
    pub buffered: bool,
    /// checkoutZone: how long a change must last in buffered mode, milliseconds.
    pub buffer_ms: i64,
    /// checkoutZone: an all-digit zone id is sent as an integer.
    pub numeric_zone_id: bool,
    /// externalEntry: also asked about codes the server does not know.
    pub resolve_unknown_codes: bool,
    /// cartMutator: also asked before a draft is announced.
    pub mutate_drafts: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            send_cart: false,
            buffered: false,
            buffer_ms: 2000,
            numeric_zone_id: false,
            resolve_unknown_codes: false,
            mutate_drafts: false,
        }
    }
}

impl Options {
    /// The options in force of a setting.
    pub fn of(stored: &Map<String, Value>) -> Result<Self, Failure> {
        serde_json::from_value(Value::Object(stored.clone()))
            .map_err(|error| Failure::broken(format!("options of a setting: {error}")))
    }

    /// The options that are kept for a setting of a type: those that belong to it. One of another type is a fault unless
    /// it is at its default, for the contract's schema fills those in.
    pub fn for_type(kind: WebhookType, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<FieldFault>> {
        let defaults = serde_json::to_value(Self::default()).unwrap_or_default();
        let (own, other): (Map<_, _>, Map<_, _>) =
            given.clone().into_iter().partition(|(name, _)| names(kind).contains(&name.as_str()));
        let faults: Vec<FieldFault> = other
            .iter()
            .filter(|(name, value)| defaults.get(name.as_str()).is_some_and(|default| default != *value))
            .map(|(name, _)| FieldFault::invalid(format!("options.{name}"), format!("is not an option of {kind}")))
            .collect();
        if faults.is_empty() { Ok(own) } else { Err(faults) }
    }
}

const fn names(kind: WebhookType) -> &'static [&'static str] {
    match kind {
        WebhookType::CheckoutZone => &["send_cart", "buffered", "buffer_ms", "numeric_zone_id"],
        WebhookType::ExternalEntry => &["resolve_unknown_codes"],
        WebhookType::CartMutator => &["mutate_drafts"],
        _ => &[],
    }
}

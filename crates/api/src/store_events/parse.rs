//! One line to one event: JSON, the contract's schema, the rules no schema can say, the typed event.

use aisle_contract::{Fault, contract};
use aisle_model::EventId;
use aisle_operations::Keys;
use aisle_operations::stream::{Incoming, Refused};
use serde_json::Value;

use super::kinds::typed;
use super::lines::Line;

/// Why a line was not taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rejected {
    /// If it could be read.
    pub event_id: Option<EventId>,
    pub error: Refused,
    /// Only for [`Refused::Invalid`].
    pub faults: Vec<Fault>,
}

impl Rejected {
    pub const fn plainly(event_id: Option<EventId>, error: Refused) -> Self {
        Self { event_id, error, faults: Vec::new() }
    }
}

/// Judges a line by itself.
pub(super) fn parse(keys: &Keys, line: &Line) -> Result<Incoming, Rejected> {
    let Line::Whole(bytes) = line else {
        return Err(Rejected::plainly(None, Refused::TooLarge));
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Rejected::plainly(None, Refused::Malformed))?;
    let event_id = event_id(&value);
    let rejected = |faults| Rejected { event_id, error: Refused::Invalid, faults };
    let checked = contract().check_coercing("StoreEvent", value);
    let mut faults = checked.faults;
    let kind = checked.value.get("kind").and_then(Value::as_str);
    if kind.is_some_and(|kind| kind.starts_with("server.")) {
        faults.push(Fault::invalid("kind"));
    }
    if !faults.is_empty() {
        return Err(rejected(faults));
    }
    // Objects are kept sorted by name, so that equal contents have one text.
    let content = keys.hash("event content", &checked.value.to_string());
    let typed = typed(keys, checked.value).map_err(&rejected)?;
    Ok(Incoming { event: typed.event, content, code: typed.code, looks: typed.looks, bytes: bytes.len() })
}

fn event_id(value: &Value) -> Option<EventId> {
    let text = value.get("eventId")?.as_str()?;
    text.parse().ok().map(EventId)
}

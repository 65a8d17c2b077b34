//! Events of a store's stream: the kind decides by which rules an event is judged, and an unknown kind is no fault.

#![allow(clippy::unwrap_used, reason = "a test")]

use aisle_contract::{Fault, contract};
use serde_json::{Value, json};

/// Faults as `field rule`, without the quotes.
fn short(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{} {}", fault.field.trim_matches('"'), fault.rule)).collect()
}

#[test]
fn store_events() {
    let base = json!({"eventId": "0189f7ea-ae2c-7809-8aeb-b819cf5e9e7f", "at": "2026-11-22T10:00:00+01:00", "source": "vision"});
    let event = |more: Value| {
        let mut event = base.clone();
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let cases: &[(Value, &[&str])] = &[
        (json!({"kind": "positions", "people": []}), &[]),
        (json!({"kind": "positions"}), &["people any.required"]),
        (
            json!({"kind": "positions", "people": [{"y": "a"}]}),
            &["people[0].trackId any.required", "people[0].x any.required", "people[0].y number.base"],
        ),
        (json!({"kind": "weather.changed", "anything": {}}), &[]),
        (json!({}), &["kind any.required"]),
        (json!({"kind": 5}), &["kind string.base"]),
        (json!({"kind": "Not A Kind"}), &["kind string.pattern.base"]),
        (json!({"kind": "positions", "people": [], "at": "1697721601000000"}), &[]),
        (json!({"kind": "positions", "people": [], "at": 5}), &["at number.min"]),
        (json!({"kind": "positions", "people": [], "at": "yesterday"}), &["at date.format"]),
        (
            json!({"kind": "interaction", "action": "grab", "quantity": "0"}),
            &["action any.only", "quantity number.min"],
        ),
        (json!({"kind": "handoff"}), &["fromTrackId any.required"]),
        (json!({"kind": "handoff", "toTrackId": "7"}), &[]),
    ];
    for (more, expected) in cases {
        let checked = contract().check_coercing("StoreEvent", event(more.clone()));
        assert_eq!(short(&checked.faults), *expected, "{more}");
    }
    let taken = contract().check_coercing("StoreEvent", event(json!({"kind": "interaction", "action": "pick"}))).value;
    assert_eq!(taken["at"], json!("2026-11-22T09:00:00Z"));
    assert_eq!((&taken["confidence"], &taken["supersedes"]), (&json!(1), &Value::Null));
}

//! The AsyncAPI document: complete, without loose ends, and true to the schemas.

#![allow(clippy::unwrap_used, reason = "a test")]

use aisle_contract::{asyncapi_json_for, contract, openapi_json};
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&asyncapi_json_for(&|_| true)).unwrap()
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Object(map) => map.values().for_each(|value| walk(value, visit)),
        Value::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// The component that a message is about, if it is one.
fn component(payload: &Value) -> Option<&str> {
    payload["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

#[test]
fn every_reference_leads_somewhere() {
    for document in [document(), serde_json::from_str(&asyncapi_json_for(&|_| false)).unwrap()] {
        let mut count = 0;
        walk(&document, &mut |value| {
            if let Some(pointer) = value["$ref"].as_str() {
                assert!(document.pointer(&pointer[1..]).is_some(), "{pointer}");
                count += 1;
            }
        });
        assert!(count > 300, "{count}");
    }
}

#[test]
fn what_asyncapi_3_demands_is_there() {
    let document = document();
    assert_eq!(document["asyncapi"], "3.0.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let channels = document["channels"].as_object().unwrap();
    for (name, channel) in channels {
        assert!(channel["address"].is_null() || channel["address"].is_string(), "{name}");
        assert!(!channel["messages"].as_object().unwrap().is_empty(), "{name}");
    }
    for (name, operation) in document["operations"].as_object().unwrap() {
        assert!(operation["action"] == "send" || operation["action"] == "receive", "{name}");
        for holder in [operation, &operation["reply"]] {
            let channel = holder["channel"]["$ref"].as_str().unwrap_or_default();
            for message in holder["messages"].as_array().into_iter().flatten() {
                let pointer = message["$ref"].as_str().unwrap();
                assert!(
                    pointer.starts_with(&format!("{channel}/messages/")),
                    "{name}: {pointer} is not of its channel"
                );
            }
        }
    }
    walk(&document["components"]["schemas"], &mut |schema| {
        assert!(schema.get("prefixItems").is_none() && !schema["discriminator"].is_object(), "{schema}");
    });
}

#[test]
fn every_message_has_an_example_that_obeys_its_schema() {
    let document = document();
    let mut wrong = Vec::new();
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        let example = &message["examples"][0]["payload"];
        assert!(!example.is_null(), "{name}");
        let faults = component(&message["payload"]).map(|component| contract().check(component, example));
        wrong.extend(faults.unwrap_or_default().into_iter().map(|fault| format!("{name}: {}", fault.error)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_webhook_and_every_kind_of_store_event_is_a_message() {
    let document = document();
    let http: Value = serde_json::from_str(openapi_json()).unwrap();
    let messages = document["components"]["messages"].as_object().unwrap();
    for name in http["webhooks"].as_object().unwrap().keys() {
        assert!(messages.contains_key(name) && document["channels"][name].is_object(), "{name}");
    }
    let kinds = http["components"]["schemas"]["StoreEvent"]["oneOf"].as_array().unwrap();
    let on_channel = document["channels"]["storeEvents"]["messages"].as_object().unwrap();
    for kind in kinds {
        assert!(on_channel.contains_key(component(kind).unwrap()), "{kind}");
    }
}

#[test]
fn only_channels_of_served_operations_are_shown() {
    let shown: Value = serde_json::from_str(&asyncapi_json_for(&|id| id == "pollStoreCommands")).unwrap();
    let channels = shown["channels"].as_object().unwrap();
    assert!(channels.contains_key("storeCommands") && channels.contains_key("checkout"));
    assert!(!channels.contains_key("storeEventStream"));
    assert_eq!(shown["operations"].get("receiveStoreEvents.storeEventStream"), None);
}

//! The documents as they are served: the whole, or what of it a server offers.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// The whole document, as compact JSON.
pub fn openapi_json() -> &'static str {
    include_str!(concat!(env!("OUT_DIR"), "/openapi.json"))
}

/// The document with only the operations that `is_served` names; a path without any is left out. Webhooks and components
/// stay.
///
/// # Panics
/// Never: the text it reads was written by the build.
pub fn openapi_json_for(is_served: &dyn Fn(&str) -> bool) -> String {
    let mut document: IndexMap<&str, &RawValue> =
        serde_json::from_str(openapi_json()).expect("the build wrote this text");
    let mut paths: IndexMap<&str, IndexMap<&str, &RawValue>> =
        serde_json::from_str(document["paths"].get()).expect("the build wrote this text");
    paths.retain(|_, item| {
        let mut any = false;
        item.retain(|_, part| match operation_id(part) {
            Some(id) => {
                let served = is_served(&id);
                any |= served;
                served
            }
            None => true,
        });
        any
    });
    let kept = to_raw_value(&paths).expect("the build wrote this text");
    document.insert("paths", &kept);
    serde_json::to_string(&document).expect("the build wrote this text")
}

/// `None` for the parts of a path that are no operation.
fn operation_id(part: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "operationId")]
        id: String,
    }
    serde_json::from_str::<Named>(part.get()).ok().map(|named| named.id)
}

/// The AsyncAPI document: every webhook, and the channels of the store API whose operation `is_served` names.
///
/// # Panics
/// Never: the text it reads was written by the build.
pub fn asyncapi_json_for(is_served: &dyn Fn(&str) -> bool) -> String {
    let text = include_str!(concat!(env!("OUT_DIR"), "/asyncapi.json"));
    let mut document: IndexMap<String, Value> = serde_json::from_str(text).expect("the build wrote this text");
    let mut gone = Vec::new();
    if let Some(Value::Object(channels)) = document.get_mut("channels") {
        channels.retain(|name, channel| {
            let stays = channel["x-operation-id"].as_str().is_none_or(is_served);
            if !stays {
                gone.push(Value::from(format!("#/channels/{name}")));
            }
            stays
        });
    }
    if let Some(Value::Object(operations)) = document.get_mut("operations") {
        operations.retain(|_, operation| !gone.contains(&operation["channel"]["$ref"]));
    }
    serde_json::to_string(&document).expect("the build wrote this text")
}

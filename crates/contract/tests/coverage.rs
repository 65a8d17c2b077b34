//! What is compiled and served is the contract: nothing of `contract/openapi.yaml` is missing or said otherwise.

#![allow(clippy::unwrap_used, reason = "a test")]

use serde_json::Value;
use std::path::Path;

fn contract_file() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/openapi.yaml");
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether everything `wanted` says is said by `found` as well; where not, the place is added to `missing`.
fn covers(wanted: &Value, found: &Value, place: &str, missing: &mut Vec<String>) {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            for (name, value) in wanted {
                match found.get(name) {
                    Some(found) => covers(value, found, &format!("{place}/{name}"), missing),
                    None => missing.push(format!("{place}/{name}")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() <= found.len() => {
            for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                covers(wanted, found, &format!("{place}/{index}"), missing);
            }
        }
        _ if wanted == found => {}
        _ => missing.push(place.to_owned()),
    }
}

#[test]
fn every_path_method_parameter_field_value_and_answer_of_the_contract_is_in_the_document() {
    let document: Value = serde_json::from_str(aisle_contract::openapi_json()).unwrap();
    let mut missing = Vec::new();
    covers(&contract_file(), &document, "", &mut missing);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn what_is_left_out_or_changed_is_noticed() {
    let whole = contract_file();
    let places = [
        "/paths/~1api~1admin~1v2~1stores",
        "/paths/~1api~1admin~1v2~1stores/post/responses/409",
        "/components/schemas/Store/required/0",
        "/components/schemas/StoreOpenStatus/enum/0",
        "/components/parameters/StoreIdPath/schema/type",
    ];
    for place in places {
        let mut changed = whole.clone();
        *changed.pointer_mut(place).unwrap() = Value::from("something else");
        let mut missing = Vec::new();
        covers(&whole, &changed, "", &mut missing);
        assert_eq!(missing, [place.replace("~1", "/")]);
    }
}

//! The contract against itself: its examples obey its schemas, its copy is current, what is served is what was asked for.

#![allow(clippy::unwrap_used, reason = "a test")]

use aisle_contract::{Place, TokenKind, contract, openapi_json, openapi_json_for};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> Value {
    serde_json::from_str(openapi_json()).unwrap()
}

#[test]
fn every_example_file_obeys_its_webhook() {
    let mut seen = 0;
    for entry in fs::read_dir(repository().join("contract/examples")).unwrap() {
        let path = entry.unwrap().path();
        let body: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let schema = contract().webhook_schema(path.file_stem().unwrap().to_str().unwrap()).unwrap();
        assert_eq!(contract().check(schema, &body), [], "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, document()["webhooks"].as_object().unwrap().len());
}

#[test]
fn every_example_of_the_document_obeys_its_schema() {
    let document = document();
    let mut seen = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for found in item.as_object().unwrap().values().filter(|part| part.is_object()) {
            let operation = contract().operation(found["operationId"].as_str().unwrap()).unwrap();
            for example in examples(&found["requestBody"]) {
                assert_eq!(operation.read_body(example.clone()).faults, [], "{} {example}", operation.id);
                seen += 1;
            }
            for (status, answer) in found["responses"].as_object().unwrap() {
                for example in examples(answer) {
                    let faults = operation.check_response(status.parse().unwrap(), example);
                    assert_eq!(faults, [], "{} {status} {example}", operation.id);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 60, "{seen} examples");
}

fn examples(part: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    for media in part["content"].as_object().into_iter().flat_map(|types| types.values()) {
        found.extend(media.get("example"));
        found.extend(
            media["examples"].as_object().into_iter().flat_map(|named| named.values()).map(|one| &one["value"]),
        );
    }
    found.retain(|example| !example.is_string());
    found
}

#[test]
fn every_operation_of_the_document_is_compiled() {
    let document = document();
    let written = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let written = written.filter(|part| part.get("operationId").is_some()).count();
    assert_eq!(contract().operations().count(), written);
    for operation in contract().operations() {
        let named = operation.parameters.iter().filter(|parameter| parameter.place == Place::Path);
        let named: Vec<String> = named.map(|parameter| format!("{{{}}}", parameter.name)).collect();
        assert_eq!(named.len(), operation.path.matches('{').count(), "{}", operation.id);
        assert!(named.iter().all(|name| operation.path.contains(name.as_str())), "{}", operation.id);
        assert!(operation.statuses().count() > 0, "{}", operation.id);
    }
}

#[test]
fn tokens_and_scopes() {
    let cases = [
        ("listCustomers", TokenKind::Retailer, Some("customers:read")),
        ("getAppCustomer", TokenKind::Customer, None),
        ("registerAppCustomer", TokenKind::None, None),
        ("issueAccessToken", TokenKind::None, None),
        ("ingestStoreEvents", TokenKind::Store, Some("store:events")),
        ("putMachineEvent", TokenKind::Vendor, Some("machine:events")),
        ("receiveCheckout", TokenKind::Retailer, None),
    ];
    for (id, token, scope) in cases {
        let operation = contract().operation(id).unwrap();
        assert_eq!((operation.token, operation.scope.as_deref()), (token, scope), "{id}");
    }
}

#[test]
fn the_served_document_holds_what_is_served() {
    let text = openapi_json_for(&|id| id == "getZone" || id == "createCustomer");
    let served: Value = serde_json::from_str(&text).unwrap();
    let paths = served["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 2);
    let zone = paths["/api/admin/v2/stores/{storeId}/zones/{zoneId}"].as_object().unwrap();
    assert!(zone.contains_key("get") && zone.contains_key("parameters") && !zone.contains_key("patch"));
    let whole = document();
    assert_eq!((&served["components"], &served["webhooks"]), (&whole["components"], &whole["webhooks"]));
    let everything: Value = serde_json::from_str(&openapi_json_for(&|_| true)).unwrap();
    assert_eq!(everything, whole);
}

/// The contract is kept beside the repository while it is being worked on.
#[test]
fn the_copy_is_current() {
    let original = repository().join("../shared/contract");
    if !original.is_dir() {
        return;
    }
    let copy = repository().join("contract");
    let read = |path: PathBuf| fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(read(copy.join("openapi.yaml")) == read(original.join("openapi.yaml")), "contract/openapi.yaml differs");
    for entry in fs::read_dir(original.join("examples")).unwrap() {
        let name = entry.unwrap().file_name();
        let (ours, theirs) = (copy.join("examples").join(&name), original.join("examples").join(&name));
        assert!(read(ours) == read(theirs), "contract/examples/{} differs", name.display());
    }
}

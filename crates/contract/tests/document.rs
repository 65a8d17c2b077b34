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
fn everything_has_an_example_that_obeys_its_schema() {
    let document = document();
    let mut wrong = Vec::new();
    for (operation, found) in operations(&document) {
        for media in medias(&found["requestBody"]) {
            let shown = examples(&document, media);
            let judged = shown.iter().filter(|example| !example.is_string());
            let faults = judged.flat_map(|example| operation.read_body((*example).clone()).faults);
            wrong.extend(faults.map(|fault| format!("{} body: {}", operation.id, fault.error)));
            if shown.is_empty() {
                wrong.push(format!("{} body has no example", operation.id));
            }
        }
        for (status, answer) in found["responses"].as_object().unwrap() {
            for media in medias(resolve(&document, answer)) {
                let shown = examples(&document, media);
                let faults = shown.iter().flat_map(|example| match frame(&media["schema"]) {
                    Some(component) => contract().check(component, example),
                    None => operation.check_response(status.parse().unwrap(), example),
                });
                wrong.extend(faults.map(|fault| format!("{} {status}: {}", operation.id, fault.error)));
                if shown.is_empty() {
                    wrong.push(format!("{} {status} has no example", operation.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults: {wrong:#?}", wrong.len());
}

#[test]
fn every_parameter_that_must_be_given_has_an_example_that_obeys_its_schema() {
    let document = document();
    for (operation, found) in operations(&document) {
        let item = &document["paths"][&*operation.path];
        let lists = [&item["parameters"], &found["parameters"]].into_iter().filter_map(Value::as_array);
        for parameter in lists.flatten().map(|one| resolve(&document, one)).filter(|one| one["required"] == true) {
            let (name, example) = (parameter["name"].as_str().unwrap(), &parameter["example"]);
            let shown = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            let read = match parameter["in"].as_str().unwrap() {
                "path" => operation.read_path(&[(name.to_owned(), shown)]).map_err(|faults| {
                    faults.into_iter().filter(|fault| fault.field == format!("\"{name}\"")).collect::<Vec<_>>()
                }),
                "query" => operation.read_query(&format!("{name}={shown}")),
                _ => operation.read_headers(|wanted| (wanted == name).then_some(&*shown)),
            };
            assert_eq!(read.err().unwrap_or_default(), [], "{} {name}", operation.id);
        }
    }
}

#[test]
fn every_operation_has_a_curl_line() {
    let document = document();
    for (operation, found) in operations(&document) {
        let line = found["x-codeSamples"][0]["source"].as_str().unwrap();
        assert!(line.starts_with("curl ") && !line.contains(['{', '}']) || line.contains(" -d "), "{line}");
        let method = format!("-X {} ", operation.method);
        assert_eq!(line.contains(&method), &*operation.method != "GET", "{line}");
    }
}

fn operations(document: &Value) -> Vec<(&'static aisle_contract::Operation, &Value)> {
    let items = document["paths"].as_object().unwrap().values();
    let parts = items.flat_map(|item| item.as_object().unwrap().values());
    let named = parts.filter_map(|part| Some((part.get("operationId")?.as_str()?, part)));
    named.map(|(id, part)| (contract().operation(id).unwrap(), part)).collect()
}

fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let pointer = value["$ref"].as_str().map(|pointer| document.pointer(&pointer[1..]).unwrap());
    pointer.unwrap_or(value)
}

/// What the lines of a streamed answer are; the contract compiles the first type of an answer only.
fn frame(schema: &Value) -> Option<&str> {
    let name = schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")?;
    ["IngestFrame", "StoredStoreEvent"].contains(&name).then_some(name)
}

fn medias(holder: &Value) -> impl Iterator<Item = &Value> {
    holder["content"].as_object().into_iter().flat_map(|types| types.values())
}

fn examples<'d>(document: &'d Value, media: &'d Value) -> Vec<&'d Value> {
    let named = media["examples"].as_object().into_iter().flat_map(|named| named.values());
    let named = named.map(|one| &resolve(document, one)["value"]);
    media.get("example").into_iter().chain(named).collect()
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

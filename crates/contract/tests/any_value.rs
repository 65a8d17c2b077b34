//! Whatever comes in: no panic, and what passes the coercing check passes the strict one.

#![allow(clippy::unwrap_used, reason = "a test")]

use aisle_contract::{Operation, contract};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Texts that some rule of the contract takes for something, and some that none does.
const TEXTS: &[&str] = &[
    "",
    "0",
    "12",
    "-1.5",
    "1e400",
    "true",
    "NONE",
    "GENERIC",
    "positions",
    "handoff",
    "interaction",
    "weather",
    "external",
    "setCart",
    "accept",
    "2026-11-22",
    "2026-11-22T10:00:00+01:00",
    "0189f7ea-ae2c-7809-8aeb-b819cf5e9e7f",
    "a@b.co",
    "https://a.example.com",
    "vision",
    "9007199254740993",
    "checkout",
    "cancelled",
    "12.50",
    "confirmed",
    "USD",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        (-20_i64..20).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(TEXTS).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

/// Every name of a property that a schema knows at any depth.
fn names(document: &Value, schema: &Value, names: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(pointer) = map.get("$ref").and_then(Value::as_str)
                && seen.insert(pointer.to_owned())
            {
                self::names(document, document.pointer(&pointer[1..]).unwrap(), names, seen);
            }
            if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                names.extend(properties.keys().cloned());
            }
            map.values().for_each(|inside| self::names(document, inside, names, seen));
        }
        Value::Array(list) => list.iter().for_each(|inside| self::names(document, inside, names, seen)),
        _ => {}
    }
}

/// An operation with a body: the names its schema knows, and a good example where there is one.
#[derive(Clone, Debug)]
struct Subject {
    id: &'static str,
    names: Vec<String>,
    example: Value,
}

static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(aisle_contract::openapi_json()).unwrap();
    let with_body = contract().operations().filter(|operation| operation.body.is_some());
    with_body.map(|operation| subject(&document, operation)).collect()
});

fn subject(document: &Value, operation: &'static Operation) -> Subject {
    let method = operation.method.to_lowercase();
    let content = &document["paths"][&*operation.path][method]["requestBody"]["content"];
    let media = content.as_object().unwrap().values().next().unwrap();
    let mut known = BTreeSet::from(["unknown".to_owned()]);
    names(document, &media["schema"], &mut known, &mut BTreeSet::new());
    let named = || media["examples"].as_object()?.values().next().map(|one| one["value"].clone());
    let example = media.get("example").cloned().or_else(named).filter(Value::is_object);
    Subject { id: &operation.id, names: known.into_iter().collect(), example: example.unwrap_or_else(|| json!({})) }
}

fn body() -> impl Strategy<Value = (Subject, Value)> {
    (0..SUBJECTS.len()).prop_flat_map(|which| {
        let subject = SUBJECTS[which].clone();
        let names = subject.names.clone();
        tree(names).prop_map(move |value| (subject.clone(), value))
    })
}

fn tree(names: Vec<String>) -> impl Strategy<Value = Value> {
    let names = prop::sample::select(names);
    scalar().prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(names.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn holds(id: &str, value: Value) -> Result<(), TestCaseError> {
    let operation = contract().operation(id).unwrap();
    let shown = value.to_string();
    let checked = operation.read_body(value);
    if checked.faults.is_empty() {
        let strict = operation.check_body(&checked.value);
        prop_assert!(strict.is_empty(), "{} {shown} became {} with {strict:?}", operation.id, checked.value);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_body((subject, value) in body()) {
        holds(subject.id, value)?;
    }

    #[test]
    fn any_query(which: Index, raw in "([a-zA-Z]{1,9}|status|count|externalId|minCreatedAt)(\\[\\]|%5B1%5D)?=[0-9a-z%,+T:Z&=-]{0,20}") {
        let operations: Vec<&Operation> = contract().operations().collect();
        let _read = which.get(operations.as_slice()).read_query(&raw);
    }
}

#[test]
fn every_field_with_every_kind_of_value() {
    let others =
        [json!(null), json!(true), json!(0), json!(-1), json!(1.5), json!(1e300), json!([]), json!({}), json!(["1"])];
    let values: Vec<Value> = TEXTS.iter().map(|text| json!(text)).chain(others).collect();
    let mut good = 0;
    for subject in SUBJECTS.iter() {
        let operation = contract().operation(subject.id).unwrap();
        for name in &subject.names {
            for value in &values {
                let mut body = subject.example.clone();
                body[name.as_str()] = value.clone();
                good += usize::from(operation.read_body(body.clone()).faults.is_empty());
                holds(subject.id, body).unwrap();
            }
        }
    }
    assert!(good > 1000, "{good} bodies were good");
}

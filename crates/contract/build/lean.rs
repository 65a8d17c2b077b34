//! The lean document: only what decides whether a value is good.
//!
//! A keyword this file does not know stops the build: a rule that the validator would silently skip is worse than a failed
//! build.

use crate::yaml::{METHODS, component, entries, mapping, resolve, text};
use serde_yaml_ng::{Mapping, Value};

const ANNOTATIONS: &[&str] = &[
    "description",
    "title",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "discriminator",
    "contentMediaType",
];
const PLAIN: &[&str] = &[
    "enum",
    "required",
    "default",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// What the validator is compiled from.
pub fn lean(document: &Value) -> Value {
    let mut schemas = Mapping::new();
    for (name, value) in entries(&document["components"]["schemas"]) {
        schemas.insert(name.clone(), schema(value));
    }
    let mut operations = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for method in METHODS {
            if let Some(found) = item.get(*method) {
                operations.push(operation(document, text(path), item, method, found));
            }
        }
    }
    let mut webhooks = Mapping::new();
    for (name, item) in entries(&document["webhooks"]) {
        let body = &item["post"]["requestBody"]["content"]["application/json"]["schema"];
        webhooks.insert(name.clone(), component(text(&body["$ref"])).into());
    }
    mapping([
        ("schemas", Value::Mapping(schemas)),
        ("operations", Value::Sequence(operations)),
        ("webhooks", Value::Mapping(webhooks)),
    ])
}

fn operation(document: &Value, path: &str, item: &Value, method: &str, found: &Value) -> Value {
    let mut parameters = Vec::new();
    for list in [&item["parameters"], &found["parameters"]] {
        for parameter in list.as_sequence().into_iter().flatten() {
            parameters.push(lean_parameter(resolve(document, parameter)));
        }
    }
    let mut responses = Mapping::new();
    for (status, answer) in entries(&found["responses"]) {
        let answer = resolve(document, answer);
        responses.insert(status.clone(), content_schema(&answer["content"]));
    }
    let anonymous = found["security"].as_sequence().is_some_and(Vec::is_empty);
    let mut lean = mapping([
        ("id", found["operationId"].clone()),
        ("method", Value::String(method.to_uppercase())),
        ("path", Value::String(path.to_owned())),
        ("anonymous", Value::Bool(anonymous)),
        ("token", found["x-token"].clone()),
        ("scope", found["x-scope"].clone()),
        ("parameters", Value::Sequence(parameters)),
        ("responses", Value::Mapping(responses)),
    ]);
    if let Some(body) = found.get("requestBody") {
        let types = entries(&body["content"]).map(|(name, _)| name.clone()).collect();
        let required = body["required"].as_bool().unwrap_or(false);
        let body = mapping([
            ("required", Value::Bool(required)),
            ("content_types", Value::Sequence(types)),
            ("schema", content_schema(&body["content"])),
        ]);
        lean.as_mapping_mut().expect("made as one").insert("body".into(), body);
    }
    lean
}

fn lean_parameter(parameter: &Value) -> Value {
    mapping([
        ("name", parameter["name"].clone()),
        ("in", parameter["in"].clone()),
        ("required", Value::Bool(parameter["required"].as_bool().unwrap_or(false))),
        ("schema", schema(&parameter["schema"])),
    ])
}

/// Schema of the first content type. Where there are two, they differ in framing only.
fn content_schema(content: &Value) -> Value {
    let first = content.as_mapping().and_then(|types| types.values().next());
    first.and_then(|media| media.get("schema")).map_or(Value::Null, schema)
}

fn schema(value: &Value) -> Value {
    let Value::Mapping(keywords) = value else {
        let permits = value.as_bool().expect("a schema is a mapping or a boolean");
        let nothing = mapping([("not", Value::Mapping(Mapping::new()))]);
        return if permits { Value::Mapping(Mapping::new()) } else { nothing };
    };
    let mut lean = Mapping::new();
    for (keyword, value) in keywords {
        let kept = match text(keyword) {
            "$ref" => ("ref", component(text(value)).into()),
            "type" if value.is_string() => ("type", Value::Sequence(vec![value.clone()])),
            "type" => ("type", value.clone()),
            "const" => ("enum", Value::Sequence(vec![value.clone()])),
            "properties" => {
                let named = entries(value).map(|(name, value)| (name.clone(), schema(value)));
                ("properties", Value::Mapping(named.collect()))
            }
            name @ ("items" | "additionalProperties" | "propertyNames" | "not" | "if" | "then" | "else") => {
                (name, schema(value))
            }
            name @ ("oneOf" | "anyOf" | "allOf" | "prefixItems") => {
                let list = value.as_sequence().expect("a list of schemas");
                (name, Value::Sequence(list.iter().map(schema).collect()))
            }
            name if PLAIN.contains(&name) => (name, value.clone()),
            name if ANNOTATIONS.contains(&name) || name.starts_with("x-") => continue,
            name => panic!("the validator does not know the keyword {name}"),
        };
        lean.insert(kept.0.into(), kept.1);
    }
    Value::Mapping(lean)
}

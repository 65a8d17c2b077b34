//! Turns `contract/openapi.yaml`, with what this server adds in `contract/additions.yaml`, into two JSON texts: the whole
//! document, which is served, and a lean one, which is compiled into the validator.
//!
//! The lean one holds only what decides whether a value is good. A keyword this file does not know stops the build: a rule
//! that the validator would silently skip is worse than a failed build.

use serde_yaml_ng::{Mapping, Value};
use std::path::{Path, PathBuf};
use std::{env, fs};

const METHODS: &[&str] = &["get", "put", "post", "patch", "delete"];
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

fn main() {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=build.rs");
    let mut document = read(&manifest.join("../../contract/openapi.yaml"));
    merge(&mut document, read(&manifest.join("../../contract/additions.yaml")));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    write(&out.join("openapi.json"), &document);
    write(&out.join("lean.json"), &lean(&document));
}

fn read(source: &Path) -> Value {
    println!("cargo::rerun-if-changed={}", source.display());
    let shown = source.display();
    let text = fs::read_to_string(source).unwrap_or_else(|error| panic!("cannot read {shown}: {error}"));
    serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{shown} is no YAML: {error}"))
}

/// Adds what is new; what both say stops the build.
fn merge(document: &mut Value, additions: Value) {
    let (Value::Mapping(known), Value::Mapping(added)) = (document, additions) else {
        panic!("contract/additions.yaml says something that contract/openapi.yaml says already");
    };
    for (name, value) in added {
        match known.get_mut(&name) {
            Some(old) => merge(old, value),
            None => drop(known.insert(name, value)),
        }
    }
}

fn write(path: &Path, value: &Value) {
    let text = serde_json::to_string(value).expect("the document has only string keys");
    fs::write(path, text).expect("OUT_DIR can be written");
}

fn lean(document: &Value) -> Value {
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
        webhooks.insert(name.clone(), reference(text(&body["$ref"])));
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
            "$ref" => ("ref", reference(text(value))),
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

fn reference(pointer: &str) -> Value {
    let name = pointer.strip_prefix("#/components/schemas/");
    Value::String(name.expect("schemas refer to components").to_owned())
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(pointer) = value.get("$ref") else {
        return value;
    };
    let path = text(pointer).strip_prefix("#/").expect("a local reference");
    path.split('/').fold(document, |at, step| &at[step])
}

fn entries(value: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    value.as_mapping().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn mapping<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

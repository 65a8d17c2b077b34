//! A sample of a schema: the schema's own example where it has one, else one that is put together from its parts.
//!
//! `contract/samples.yaml` says what a field is shown with, by `Component.field` or by its bare name. Whether a sample obeys
//! its schema is not judged here: a test judges every example of the served document.

use crate::yaml::{component, entries, resolve, text};
use serde_yaml_ng::{Mapping, Value};

/// Deeper than any answer; ends schemas that hold themselves.
const DEEPEST: usize = 24;

/// Makes samples of the schemas of one document.
#[derive(Clone, Copy)]
pub struct Sampler<'d> {
    pub document: &'d Value,
    /// `contract/samples.yaml`.
    pub samples: &'d Value,
}

/// Where a value stands: in which component, under which name.
#[derive(Clone, Copy)]
struct Spot<'d> {
    component: &'d str,
    field: &'d str,
    depth: usize,
}

impl<'d> Sampler<'d> {
    /// A value that the schema describes.
    pub fn of(self, schema: &'d Value) -> Value {
        self.make(schema, Spot { component: "", field: "", depth: 0 }).unwrap_or_default()
    }

    /// What a parameter is shown with.
    pub fn of_parameter(self, name: &'d str, schema: &'d Value) -> Value {
        let listed = self.samples["parameters"].get(name).filter(|value| self.fits(schema, value));
        listed.cloned().unwrap_or_else(|| self.of(schema))
    }

    /// `None` where the schema holds itself without end.
    fn make(self, schema: &'d Value, spot: Spot<'d>) -> Option<Value> {
        if spot.depth > DEEPEST {
            return None;
        }
        if let Some(value) = self.listed(schema, spot) {
            return Some(value);
        }
        if let Some(pointer) = schema.get("$ref") {
            let component = component(text(pointer));
            let inner = Spot { component, field: "", depth: spot.depth + 1 };
            return self.make(resolve(self.document, schema), inner);
        }
        let own = schema.get("const").or_else(|| schema.get("example"));
        let own = own.or_else(|| schema.get("examples").and_then(|list| list.get(0)));
        if let Some(value) = own {
            return Some(value.clone());
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_sequence) {
            return self.together(schema, parts, spot);
        }
        let parts = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_sequence);
        let is_schema = |part: &Value| part.get("required").is_none() || part.get("type").is_some();
        if let Some(parts) = parts.filter(|parts| parts.iter().all(is_schema)) {
            let part = parts.iter().find(|part| kinds(part).next() != Some("null"))?;
            return self.make(part, spot);
        }
        self.plain(schema, spot)
    }

    /// What `samples.yaml` says of a field.
    fn listed(self, schema: &Value, spot: Spot<'_>) -> Option<Value> {
        let fields = &self.samples["fields"];
        let exact = fields.get(format!("{}.{}", spot.component, spot.field));
        let found = exact.or_else(|| fields.get(spot.field).filter(|value| self.fits(schema, value)));
        found.filter(|_| !spot.field.is_empty()).cloned()
    }

    /// The parts of an `allOf` laid over each other.
    fn together(self, schema: &'d Value, parts: &'d [Value], spot: Spot<'d>) -> Option<Value> {
        let mut whole = match self.plain(schema, spot)? {
            Value::Mapping(fields) => fields,
            _ => Mapping::new(),
        };
        for part in parts {
            match self.make(part, Spot { depth: spot.depth + 1, ..spot })? {
                Value::Mapping(fields) => whole.extend(fields),
                single => return Some(single),
            }
        }
        Some(Value::Mapping(whole))
    }

    fn plain(self, schema: &'d Value, spot: Spot<'d>) -> Option<Value> {
        if let Some(value) = schema.get("default").filter(|value| !value.is_null()) {
            return Some(value.clone());
        }
        if let Some(values) = schema.get("enum") {
            return values.get(0).cloned();
        }
        let kind = kinds(schema).find(|kind| *kind != "null");
        let is_object = schema.get("properties").is_some() || schema.get("additionalProperties").is_some();
        Some(match kind {
            Some("object") => self.object(schema, spot),
            Some("array") => self.array(schema, spot),
            Some("string") => string(schema),
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
            Some("boolean") => Value::Bool(false),
            _ if is_object => self.object(schema, spot),
            _ => Value::Mapping(Mapping::new()),
        })
    }

    fn object(self, schema: &'d Value, spot: Spot<'d>) -> Value {
        let mut fields = Mapping::new();
        let shown = entries(&schema["properties"]).filter(|(_, property)| property["writeOnly"] != true);
        for (name, property) in shown {
            let inner = Spot { component: spot.component, field: text(name), depth: spot.depth + 1 };
            if let Some(value) = self.make(property, inner) {
                fields.insert(name.clone(), value);
            }
        }
        let others = schema.get("additionalProperties").filter(|others| others.is_mapping() && fields.is_empty());
        if let Some(value) = others.and_then(|others| self.make(others, Spot { depth: spot.depth + 1, ..spot })) {
            fields.insert(self.key(schema), value);
        }
        Value::Mapping(fields)
    }

    /// A name for the only entry of a map.
    fn key(self, schema: &Value) -> Value {
        let names = schema.get("propertyNames").map(|names| resolve(self.document, names));
        let known = names.and_then(|names| names.get("enum").or_else(|| names.get("examples")));
        known.and_then(|list| list.get(0)).cloned().unwrap_or_else(|| "1".into())
    }

    fn array(self, schema: &'d Value, spot: Spot<'d>) -> Value {
        let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).max(1);
        let inner = Spot { depth: spot.depth + 1, ..spot };
        let item = schema.get("items").and_then(|items| self.make(items, inner));
        let tuple = schema.get("prefixItems").and_then(Value::as_sequence);
        let tuple = tuple.into_iter().flatten().filter_map(|part| self.make(part, inner));
        let mut list: Vec<Value> = tuple.collect();
        while list.len() < usize::try_from(count).expect("a small count") {
            let Some(item) = &item else { break };
            list.push(item.clone());
        }
        Value::Sequence(list)
    }

    /// Whether a value listed under a bare name is of this field's kind: `id` is a number here and a text there.
    fn fits(self, schema: &Value, value: &Value) -> bool {
        let schema = resolve(self.document, schema);
        let parts = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema.get(name)?.as_sequence());
        let parts: Vec<&Value> = parts.flatten().collect();
        if !parts.is_empty() {
            return parts.into_iter().any(|part| self.fits(part, value));
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_sequence) {
            return values.contains(value);
        }
        kinds(schema).any(|kind| match value {
            Value::Null => kind == "null",
            Value::Bool(_) => kind == "boolean",
            Value::Number(number) => kind == "number" || (kind == "integer" && !number.is_f64()),
            Value::String(_) => kind == "string",
            Value::Sequence(_) => kind == "array",
            Value::Mapping(_) => kind == "object",
            Value::Tagged(_) => false,
        })
    }
}

fn kinds(schema: &Value) -> impl Iterator<Item = &str> {
    let said = schema.get("type");
    let list = said.and_then(Value::as_sequence).into_iter().flatten();
    said.filter(|said| said.is_string()).into_iter().chain(list).map(text)
}

fn string(schema: &Value) -> Value {
    let text = match schema.get("format").map(text) {
        Some("date-time") => "2026-01-19T10:49:06.149Z",
        Some("date") => "2026-01-19",
        Some("uuid") => "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e01",
        Some("email") => "user@example.com",
        Some("uri") => "https://shop.example.com/aisle",
        _ => "text",
    };
    text.into()
}

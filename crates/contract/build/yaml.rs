//! Reading of YAML values of the document.

use serde_yaml_ng::Value;

/// Methods of a path that are operations.
pub const METHODS: &[&str] = &["get", "put", "post", "patch", "delete"];

/// The name of the component that a schema refers to.
pub fn component(pointer: &str) -> &str {
    pointer.strip_prefix("#/components/schemas/").expect("schemas refer to components")
}

/// What a reference, if it is one, points at.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(pointer) = value.get("$ref") else {
        return value;
    };
    let path = text(pointer).strip_prefix("#/").expect("a local reference");
    path.split('/').fold(document, |at, step| &at[step])
}

/// Pairs of a mapping; none of anything else.
pub fn entries(value: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    value.as_mapping().into_iter().flatten()
}

/// A string of the document.
pub fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

/// A mapping in the order that is written.
pub fn mapping<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// A `$ref`.
pub fn reference(pointer: &str) -> Value {
    mapping([("$ref", pointer.into())])
}

//! The operations as the served document lists them: what a test drives that must hold for every one of them.

use aisle_contract::{Operation, contract};
use serde_json::Value;

/// The document as it is served.
pub(super) fn document() -> Value {
    serde_json::from_str(&crate::openapi()).unwrap()
}

/// One operation of the document.
pub(super) struct Documented {
    pub(super) operation: &'static Operation,
    /// With every reference followed.
    pub(super) parameters: Vec<Value>,
    /// The JSON schema of the body, where it takes one.
    pub(super) body: Option<Value>,
}

/// Every operation there is.
pub(super) fn operations(document: &Value) -> Vec<Documented> {
    let mut found = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for part in item.as_object().unwrap().values().filter(|part| part["operationId"].is_string()) {
            let operation = contract().operation(part["operationId"].as_str().unwrap()).unwrap();
            let lists = [&item["parameters"], &part["parameters"]].into_iter().filter_map(Value::as_array);
            let parameters = lists.flatten().map(|one| resolved(document, one).clone()).collect();
            let body = part["requestBody"]["content"]["application/json"].get("schema").cloned();
            found.push(Documented { operation, parameters, body });
        }
    }
    found
}

pub(super) fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    value["$ref"].as_str().map_or(value, |pointer| resolved(document, document.pointer(&pointer[1..]).unwrap()))
}

impl Documented {
    /// The path with the example of each parameter, or what is given for it.
    pub(super) fn uri(&self, given: &[(&str, &str)]) -> String {
        let mut uri = self.operation.path.to_string();
        for (name, example) in self.needed("path") {
            let value = given.iter().find(|(wanted, _)| *wanted == name).map_or(&*example, |(_, value)| value);
            uri = uri.replace(&format!("{{{name}}}"), value);
        }
        uri
    }

    /// Name and example of each parameter of a kind that must be given.
    pub(super) fn needed(&self, place: &str) -> Vec<(&str, String)> {
        let needed = self.parameters.iter().filter(|one| one["in"] == place && one["required"] == true);
        let shown = |example: &Value| example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        needed.map(|one| (one["name"].as_str().unwrap(), shown(&one["example"]))).collect()
    }
}

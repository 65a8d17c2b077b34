//! The lean document as the build wrote it, before it is compiled. Lives only while the contract is being compiled.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// Everything that decides about values, in the order of the contract.
#[derive(Deserialize)]
pub struct Document {
    pub schemas: IndexMap<String, RawSchema>,
    pub operations: Vec<RawOperation>,
    pub webhooks: IndexMap<String, String>,
}

#[derive(Deserialize)]
pub struct RawOperation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub anonymous: bool,
    pub token: Option<String>,
    pub scope: Option<String>,
    pub parameters: Vec<RawParameter>,
    pub body: Option<RawBody>,
    pub responses: IndexMap<String, Option<RawSchema>>,
}

#[derive(Deserialize)]
pub struct RawParameter {
    pub name: String,
    #[serde(rename = "in")]
    pub place: String,
    pub required: bool,
    pub schema: RawSchema,
}

#[derive(Deserialize)]
pub struct RawBody {
    pub required: bool,
    pub content_types: Vec<String>,
    pub schema: RawSchema,
}

/// One schema: `$ref` is a component's name, `type` always a list, `const` an `enum` of one.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RawSchema {
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    #[serde(rename = "type")]
    pub types: Vec<String>,
    #[serde(rename = "enum")]
    pub values: Option<Vec<Value>>,
    #[serde(deserialize_with = "present")]
    pub default: Option<Value>,
    pub properties: IndexMap<String, RawSchema>,
    pub required: Vec<String>,
    pub additional_properties: Option<Box<RawSchema>>,
    pub property_names: Option<Box<RawSchema>>,
    pub min_properties: Option<usize>,
    pub max_properties: Option<usize>,
    pub items: Option<Box<RawSchema>>,
    pub prefix_items: Vec<RawSchema>,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    pub unique_items: bool,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub pattern: Option<String>,
    pub format: Option<String>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub exclusive_minimum: Option<f64>,
    pub all_of: Vec<RawSchema>,
    pub any_of: Vec<RawSchema>,
    pub one_of: Vec<RawSchema>,
    pub not: Option<Box<RawSchema>>,
    #[serde(rename = "if")]
    pub condition: Option<Box<RawSchema>>,
    #[serde(rename = "then")]
    pub then_schema: Option<Box<RawSchema>>,
    #[serde(rename = "else")]
    pub else_schema: Option<Box<RawSchema>>,
}

/// Keeps `default: null` apart from no default.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

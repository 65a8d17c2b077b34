//! `PUT /api/admin/v2/stores/{storeId}/layout`

use aisle_contract::Fault;
use aisle_model::StoreId;
use aisle_model::store_map::StoreMap;
use aisle_operations::layout::{self, Numbered, shape_faults};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::face::LayoutFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    base_version: i64,
    #[serde(flatten)]
    map: StoreMap,
}

/// Replaces the map.
pub(super) async fn replace(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let Update { base_version, map } = call.body()?;
    let replaced = layout::replace(&call.app, &call.caller, store, base_version, map).await?;
    Ok(Answer::ok(&LayoutFace::of(&replaced)))
}

/// Faults of shapes and numbers in what the schema could read.
pub(super) fn faults(body: &Value) -> Vec<Fault> {
    let found = shape_faults(
        &readable(body, "gates"),
        &readable(body, "gondolas"),
        &readable(body, "cameras"),
        &readable(body, "machines"),
    );
    let faults = found.iter();
    faults.map(|fault| Fault::new(&fault.field, fault.rule, &fault.text)).collect()
}

fn readable<T: DeserializeOwned>(body: &Value, list: &str) -> Numbered<T> {
    let list = body.get(list).and_then(Value::as_array).into_iter().flatten();
    let read = |(place, value): (usize, &Value)| Some((place, T::deserialize(value).ok()?));
    list.enumerate().filter_map(read).collect()
}

//! `/api/admin/v2/stores/{storeId}/settings`
//!
//! Only what was set is stored. The defaults are read from the contract, which also judges the groups of a PATCH: they are
//! laid over the defaults, and the whole must be good settings.

use std::sync::LazyLock;

use aisle_contract::{Checked, Fault, contract};
use aisle_model::StoreId;
use aisle_operations::stores::{self, Store};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

const SCHEMA: &str = "StoreSettings";

/// Every setting with its default. A required property must be there before defaults are filled in, so the groups are
/// given empty, and the two that are none are given as the contract has them, which a test watches.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| {
    let whole = json!({
        "checkIn": {}, "zones": {}, "entry": {}, "exit": {}, "tracking": {}, "attribution": {}, "weights": {},
        "inventory": {}, "identity": {}, "orders": {}, "review": {}, "perception": {}, "fraud": {}, "retention": {},
        "liveCart": true, "interestGroups": [],
    });
    contract().check_coercing(SCHEMA, whole).value
});

/// `GET /api/admin/v2/stores/{storeId}/settings`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let store = stores::find(&call.app, &call.caller, id).await?;
    Ok(answer(&store))
}

/// `PATCH /api/admin/v2/stores/{storeId}/settings`
pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let part = part_of(call.body_value());
    let store = stores::update_settings(&call.app, &call.caller, id, part).await?;
    Ok(answer(&store))
}

/// Faults of the groups. Their schema in the PATCH is open, for each may be sent in part.
pub(super) fn faults(body: &Value) -> Vec<Fault> {
    let groups = body.as_object().into_iter().flatten();
    let groups = groups.filter(|(_, value)| value.is_object());
    let groups = groups.map(|(name, value)| (name.clone(), value.clone()));
    checked(&Value::Object(groups.collect())).faults
}

fn answer(store: &Store) -> Answer {
    let set = Value::Object(store.settings.clone());
    Answer::ok(&laid_over(DEFAULTS.clone(), &set))
}

fn checked(body: &Value) -> Checked {
    contract().check_coercing(SCHEMA, laid_over(DEFAULTS.clone(), body))
}

/// What a good PATCH says, coerced, without names that the contract does not have.
fn part_of(body: &Value) -> Map<String, Value> {
    let coerced = checked(body).value;
    let mut part = Map::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let Some(default) = DEFAULTS.get(name) else {
            continue;
        };
        let mut said = as_coerced(value, &coerced[&**name]);
        if let (Value::Object(said), Value::Object(known)) = (&mut said, default) {
            said.retain(|name, _| known.contains_key(name));
        }
        part.insert(name.clone(), said);
    }
    part
}

/// The values of `coerced` for what `said` names; null stays null.
fn as_coerced(said: &Value, coerced: &Value) -> Value {
    match (said, coerced) {
        (Value::Null, _) => Value::Null,
        (Value::Object(said), Value::Object(coerced)) => {
            // An unknown name that was said to be null is not among what was coerced.
            let of = |name: &str| coerced.get(name).unwrap_or(&Value::Null);
            let named = said.iter().map(|(name, value)| (name.clone(), as_coerced(value, of(name))));
            Value::Object(named.collect())
        }
        (_, coerced) => coerced.clone(),
    }
}

/// `part` over `whole`; null leaves what is there.
fn laid_over(whole: Value, part: &Value) -> Value {
    match (whole, part) {
        (Value::Object(mut whole), Value::Object(part)) => {
            for (name, value) in part.iter().filter(|(_, value)| !value.is_null()) {
                let old = whole.remove(name).unwrap_or_default();
                whole.insert(name.clone(), laid_over(old, value));
            }
            Value::Object(whole)
        }
        (_, part) => part.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aisle_model::settings::StoreSettings;

    #[test]
    fn the_defaults_are_whole_settings_and_those_of_the_engine() {
        assert_eq!(contract().check(SCHEMA, &DEFAULTS), []);
        let of_contract: StoreSettings = serde_json::from_value(DEFAULTS.clone()).unwrap();
        assert_eq!(of_contract, StoreSettings::default());
        let document: Value = serde_json::from_str(aisle_contract::openapi_json()).unwrap();
        let properties = &document["components"]["schemas"][SCHEMA]["properties"];
        for single in ["liveCart", "interestGroups"] {
            assert_eq!(DEFAULTS[single], properties[single]["default"], "{single}");
        }
        let mine = serde_json::to_value(StoreSettings::default()).unwrap();
        for (group, values) in mine.as_object().unwrap() {
            let known: Vec<_> = values.as_object().unwrap().keys().collect();
            let contract: Vec<_> = DEFAULTS[&**group].as_object().unwrap().keys().collect();
            assert_eq!(known, contract, "{group}");
        }
    }

    #[test]
    fn every_fault_of_the_groups_is_told_once() {
        let faults = faults(&json!({
            "zones": {"enterDwellMs": -1, "leaveDwellMs": "soon", "minRepeatMs": null},
            "fraud": {"tailgating": {"action": "shout"}},
            "liveCart": "perhaps",
        }));
        let fields: Vec<_> = faults.iter().map(|fault| (&*fault.field, fault.rule)).collect();
        assert_eq!(
            fields,
            [
                ("\"zones.enterDwellMs\"", "number.min"),
                ("\"zones.leaveDwellMs\"", "number.base"),
                ("\"fraud.tailgating.action\"", "any.only"),
            ]
        );
    }

    #[test]
    fn what_is_stored_is_coerced_and_known() {
        let part = part_of(&json!({
            "zones": {"enterDwellMs": "500", "leaveDwellMs": 900.0, "minRepeatMs": null, "colour": "red", "smell": null},
            "fraud": {"tailgating": {"count": 2}}, "entry": null, "liveCart": false, "mood": {"good": true, "bad": null},
        }));
        let expected = json!({
            "zones": {"enterDwellMs": 500, "leaveDwellMs": 900, "minRepeatMs": null},
            "fraud": {"tailgating": {"count": 2}}, "entry": null, "liveCart": false,
        });
        assert_eq!(Value::Object(part), expected);
    }
}

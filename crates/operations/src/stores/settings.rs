//! The thresholds of a store. Only what was set is stored; what was not has the default of the contract.

use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_model::StoreId;
use serde_json::{Map, Value};

use super::locked_in;
use crate::{App, Caller, Failure, plan};

/// Merges a part of the settings, judged by the contract, into those of a store. Null sets back to the default.
pub async fn update_settings(
    app: &App,
    caller: &Caller,
    id: StoreId,
    part: Map<String, Value>,
) -> Result<Store, Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let (app, part) = (here.clone(), part.clone());
        Box::pin(async move {
            let before = locked_in(c, retailer, id).await?;
            let mut after = Store { settings: merged(before.settings.clone(), part), ..before.clone() };
            if after == before {
                return Ok(before);
            }
            let now = app.clock.now();
            rows::stores::save(c, &after, now).await?;
            after.version += 1;
            after.updated_at = now;
            if after.thresholds()?.floor != before.thresholds()?.floor {
                plan::announce(c, &app, &after).await?;
            }
            Ok::<_, Failure>(after)
        })
    });
    let changed = changed.await?;
    plan::wake(app);
    Ok(changed)
}

/// `whole` with `part` laid over it: objects are merged, null takes away, all else replaces.
pub fn merged(mut whole: Map<String, Value>, part: Map<String, Value>) -> Map<String, Value> {
    for (name, said) in part {
        match (whole.remove(&name), said) {
            (_, Value::Null) => {}
            (Some(Value::Object(group)), Value::Object(some)) => {
                whole.insert(name, Value::Object(merged(group, some)));
            }
            (_, Value::Object(some)) => {
                whole.insert(name, Value::Object(merged(Map::new(), some)));
            }
            (_, value) => {
                whole.insert(name, value);
            }
        }
    }
    whole.retain(|_, value| value.as_object().is_none_or(|group| !group.is_empty()));
    whole
}

//! `aisle seed FILE`: loads one document, all or nothing.

use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use crate::config::Config;
use crate::{End, furnish, node};

/// Runs the command.
pub async fn run(config: &Config, file: &Path, as_json: bool) -> anyhow::Result<End> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let app = node::open(config).await?;
    app.database.migrate().await?;
    let furnished = furnish::load(&app, &text).await;
    app.database.close().await;
    let furnished = furnished.with_context(|| format!("{} was not loaded, nothing was changed", file.display()))?;
    let retailers: Vec<_> = furnished
        .retailers
        .iter()
        .map(|made| {
            json!({
                "retailerId": made.id,
                "name": made.name,
                "apiKey": made.api_key,
                "applications": made.applications,
                "stores": made.stores.iter().map(|store| json!({
                    "storeId": store.id, "checkInDeviceIds": store.devices, "tokens": store.tokens,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    let sum = |count: fn(&furnish::Made) -> usize| furnished.retailers.iter().map(count).sum::<usize>();
    let counts = json!({
        "retailers": furnished.retailers.len(),
        "stores": sum(|made| made.stores.len()),
        "zones": sum(|made| made.stores.iter().map(|store| store.zones).sum()),
        "checkInDevices": sum(|made| made.stores.iter().map(|store| store.devices.len()).sum()),
        "products": sum(|made| made.products),
        "customers": sum(|made| made.customers),
        "webhooks": sum(|made| made.webhooks),
    });
    if as_json {
        println!("{}", json!({ "counts": counts, "made": retailers }));
    } else {
        for (thing, count) in counts.as_object().into_iter().flatten() {
            println!("{thing}: {count}");
        }
        println!("keys, shown only now: {}", json!(retailers));
    }
    Ok(End::Done)
}

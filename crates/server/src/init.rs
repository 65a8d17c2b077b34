//! `aisle init`: a retailer with its first application, API key, console user and a furnished store.

use aisle_operations::App;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::cli::InitOptions;
use crate::config::Config;
use crate::furnish::{self, Furnished, Made, demo_store};
use crate::{End, node};

/// Runs the command.
pub async fn run(config: &Config, options: &InitOptions, as_json: bool) -> anyhow::Result<End> {
    let app = node::open(config).await?;
    app.database.migrate().await?;
    if options.if_empty && aisle_operations::retailers::any(&app).await? {
        app.database.close().await;
        let answer = json!({ "initialized": false, "message": "there is a retailer already" });
        println!(
            "{}",
            if as_json { answer.to_string() } else { "there is a retailer already: nothing was done".to_owned() }
        );
        return Ok(End::Done);
    }
    let made = furnished(&app, &options.retailer, options.development, &["First store"]).await?;
    app.database.close().await;
    let shown = shown(&made)?;
    if as_json {
        println!("{shown}");
    } else {
        for (key, value) in shown.as_object().into_iter().flatten() {
            println!("{key}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    Ok(End::Done)
}

/// A retailer with furnished stores, and the password of its console user.
pub struct WithConsole {
    pub retailer: Made,
    pub email: String,
    pub password: String,
}

/// Makes a retailer with furnished stores of these names.
pub async fn furnished(app: &App, name: &str, development: bool, stores: &[&str]) -> anyhow::Result<WithConsole> {
    let email = format!("{name}@console.invalid");
    let password = app.chance.uuid().simple().to_string();
    let retailer = demo_store::retailer(name, development, &email, &password, stores);
    let made = furnish::furnish(app, json!({ "retailers": [retailer] })).await?;
    match made {
        Ok(Furnished { mut retailers }) => {
            let retailer = retailers.pop().context("one retailer was made")?;
            Ok(WithConsole { retailer, email, password })
        }
        Err(faults) => bail!("{}", faults.iter().map(|fault| fault.text.as_str()).collect::<Vec<_>>().join("; ")),
    }
}

fn shown(made: &WithConsole) -> anyhow::Result<Value> {
    let retailer = &made.retailer;
    let store = retailer.stores.first().context("a store was made")?;
    let application = retailer.applications.first().context("an application was made")?;
    Ok(json!({
        "retailerId": retailer.id,
        "apiKey": retailer.api_key,
        "clientId": application["clientId"],
        "clientSecret": application["clientSecret"],
        "storeId": store.id,
        "storeToken": store.tokens.first(),
        "gateId": demo_store::GATE,
        "checkInDeviceId": store.devices.first(),
        "zoneIds": demo_store::ZONES,
        "productIds": demo_store::PRODUCTS.collect::<Vec<_>>(),
        "consoleEmail": made.email,
        "consolePassword": made.password,
    }))
}

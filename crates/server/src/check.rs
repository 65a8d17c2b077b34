//! `aisle check`: the configuration (read before this runs), the database, and what must always hold.

use serde_json::json;

use crate::config::Config;
use crate::{End, node};

/// Runs the command; every finding is a line.
pub async fn run(config: &Config, as_json: bool) -> anyhow::Result<End> {
    let app = node::open(config).await?;
    app.database.migrate().await?;
    app.database.ping().await?;
    let findings = aisle_operations::invariants::findings(&app).await;
    app.database.close().await;
    let findings = findings?;
    if as_json {
        println!("{}", json!({ "findings": findings }));
    } else if findings.is_empty() {
        println!("configuration, database and invariants are well");
    }
    for finding in findings.iter().filter(|_| !as_json) {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { End::Done } else { End::Failed })
}

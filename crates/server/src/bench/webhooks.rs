//! How fast notices leave: a backlog that is worked off, single ones at a steady pace, and the neighbours of endpoints
//! that hang or fail.
//!
//! A backlog is written into the database of a stopped server, in changes of 100 messages, so that nothing but the
//! delivery is timed. Everything else goes over the API, as a retailer's back end does it.

mod backlog;
mod pace;
mod sink;

use std::time::Duration;

use aisle_store_client::AdminClient;
use anyhow::Context as _;
use serde_json::json;

use super::Measure;
use super::child::Server;
use sink::{Kind, Sink};

const BODIES: [usize; 2] = [400, 3_000];
const ENDPOINTS: [usize; 2] = [1, 100];

/// All measures of webhooks.
pub async fn measure(database_url: Option<&str>, load: Duration) -> anyhow::Result<Vec<Measure>> {
    let mut measures = Vec::new();
    for endpoints in ENDPOINTS {
        for bytes in BODIES {
            measures.extend(backlog::measure(database_url, load, endpoints, bytes).await?);
        }
    }
    measures.extend(pace::steady(database_url, load).await?);
    measures.extend(pace::neighbours(database_url, load).await?);
    Ok(measures)
}

/// Settings for changes of customers, one for each endpoint of the sink; answers their ids.
async fn settings(admin: &AdminClient, sink: &Sink, kinds: &[Kind]) -> anyhow::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for (number, kind) in kinds.iter().enumerate() {
        let setting = json!({ "type": "customerCreated", "url": sink.url(*kind, number), "timeoutMs": 30_000 });
        let made = admin.post("/api/admin/v2/webhooks", &setting).await?;
        ids.push(made["id"].as_i64().context("a setting has an id")?);
    }
    Ok(ids)
}

fn admin(server: &Server) -> anyhow::Result<AdminClient> {
    Ok(AdminClient::new(&server.url, server.key("apiKey")?)?)
}

//! A backlog is worked off: how many a second, and how large the server is afterwards.

use std::time::Duration;

use aisle_model::webhook::WebhookName;
use aisle_model::{RetailerId, SessionToken};
use aisle_operations::notices::{self, Notice, OrderKey};
use aisle_operations::{App, Failure};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::super::Measure;
use super::super::child::Server;
use super::sink::{Kind, Sink};
use super::{admin, settings};

/// Deliveries for each second of load: the target of the embedded database.
const A_SECOND: usize = 4_000;
const IN_ONE_CHANGE: usize = 100;
/// Messages that leave one after another.
const OF_ONE_SESSION: usize = 5;
/// A server from which nothing comes for so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// Deliveries a second of bodies of a size to some endpoints, and resident memory after them.
pub async fn measure(
    database_url: Option<&str>,
    load: Duration,
    endpoints: usize,
    bytes: usize,
) -> anyhow::Result<Vec<Measure>> {
    let mut server = Server::start(database_url)?;
    let sink = Sink::start().await?;
    let ids = settings(&admin(&server)?, &sink, &vec![Kind::Healthy; endpoints]).await?;
    let messages = (usize::try_from(load.as_secs())? * A_SECOND / endpoints).max(1);
    let retailer = RetailerId(server.id("retailerId")?);
    server.while_stopped(async |app| fill(app, retailer, messages, bytes).await).await?;
    let all = messages * endpoints;
    sink.wait_for(all, PATIENCE).await?;
    let admin = admin(&server)?;
    let settled = tokio::time::timeout(SETTLED_WITHIN, async {
        for id in &ids {
            while admin.get(&format!("/api/admin/v2/webhooks/{id}")).await?["health"]["waiting"] != 0 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        anyhow::Ok(())
    });
    settled.await.context("messages still wait although all have come")??;
    let arrivals = sink.take();
    ensure!(arrivals.len() == all, "{} deliveries of {all} messages", arrivals.len());
    let first = arrivals.iter().map(|one| one.at).min().unwrap_or_else(std::time::Instant::now);
    let took = arrivals.iter().map(|one| one.at.duration_since(first)).max().unwrap_or_default();
    let label = format!("{endpoints} endpoints, {bytes} bytes");
    let target = if database_url.is_some() { "> 2000" } else { "> 4000" };
    let resident = server.resident_mib()?;
    Ok(vec![
        Measure::new(format!("deliveries, {label}"), all as f64 / took.as_secs_f64(), "/s").with_target(target),
        Measure::new(format!("resident memory after {all} deliveries, {label}"), resident, "MiB").with_target("< 60"),
    ])
}

async fn fill(app: &App, retailer: RetailerId, messages: usize, bytes: usize) -> anyhow::Result<()> {
    for begin in (0..messages).step_by(IN_ONE_CHANGE) {
        let end = messages.min(begin + IN_ONE_CHANGE);
        let this = app.clone();
        let change = app.database.change(move |c| {
            let app = this.clone();
            Box::pin(async move {
                for number in begin..end {
                    let session = SessionToken::from(format!("bench-{:08}", number / OF_ONE_SESSION).as_str());
                    let notice = Notice {
                        retailer,
                        name: WebhookName::CustomerCreated,
                        store: None,
                        session: None,
                        customer: None,
                        order: OrderKey::Session(session),
                    };
                    notices::send(c, &app, &notice, &body(number, bytes)).await?;
                }
                Ok::<_, Failure>(())
            })
        });
        change.await?;
    }
    Ok(())
}

/// Lines of a cart until it is long enough.
fn body(number: usize, bytes: usize) -> Value {
    let mut lines = Vec::new();
    let line = |place: usize| {
        let product = number.wrapping_mul(31).wrapping_add(place * 7919) % 100_000;
        json!({ "id": place, "productId": product, "name": format!("Product {product}"), "quantity": place % 3 + 1 })
    };
    let length = |value: &Value| value.to_string().len();
    let mut whole = json!({ "number": number, "cart": [] });
    while length(&whole) < bytes {
        lines.push(line(lines.len()));
        whole = json!({ "number": number, "cart": lines });
    }
    whole
}

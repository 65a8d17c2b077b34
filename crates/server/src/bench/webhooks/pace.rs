//! From cause to arrival: customers are made at a steady pace, and each is told of.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aisle_store_client::AdminClient;
use serde_json::json;
use tokio::task::JoinSet;

use super::super::child::Server;
use super::super::{Measure, percentile};
use super::sink::{Kind, Sink};
use super::{admin, settings};

/// Calls before anything is timed: connections, prepared statements.
const WARM_UP: usize = 20;
const STEADY: Duration = Duration::from_millis(20);
/// A hundred deliveries each.
const CROWDED: Duration = Duration::from_millis(200);
const ENDPOINTS: usize = 100;
const SPOILT: usize = 10;
const PATIENCE: Duration = Duration::from_secs(40);

/// When a cause was sent, and when its answer, which follows the commit, was there.
struct Cause {
    sent: Instant,
    answered: Instant,
}

/// 50 messages a second to one endpoint.
pub async fn steady(database_url: Option<&str>, load: Duration) -> anyhow::Result<Vec<Measure>> {
    let (causes, sink) = run(database_url, load, STEADY, &[Kind::Healthy]).await?;
    let millis = |span: Duration| span.as_secs_f64() * 1000.0;
    let (mut whole, mut late) = (Vec::new(), Vec::new());
    for arrival in sink.take() {
        if let Some(cause) = causes.get(&arrival.name) {
            whole.push(millis(arrival.at.duration_since(cause.sent)));
            // What arrives before the answer to its cause is not late at all.
            late.push(millis(arrival.at.saturating_duration_since(cause.answered)));
        }
    }
    whole.sort_by(f64::total_cmp);
    late.sort_by(f64::total_cmp);
    let one = |name: &str, times: &[f64], share| Measure::new(name, percentile(times, share), "ms");
    Ok(vec![
        one("50/s, request to arrival, P50", &whole, 0.5),
        one("50/s, request to arrival, P99", &whole, 0.99),
        one("50/s, answer after the commit to arrival, P50", &late, 0.5).with_target("< 1.5"),
        one("50/s, answer after the commit to arrival, P99", &late, 0.99).with_target("< 5"),
    ])
}

/// 500 deliveries a second to a hundred endpoints: the healthy eighty, without and with twenty bad neighbours.
pub async fn neighbours(database_url: Option<&str>, load: Duration) -> anyhow::Result<Vec<Measure>> {
    let alone = vec![Kind::Healthy; ENDPOINTS];
    let mut spoilt = alone.clone();
    spoilt[..SPOILT].fill(Kind::Hanging);
    spoilt[SPOILT..2 * SPOILT].fill(Kind::Failing);
    let mut p99 = Vec::new();
    for kinds in [alone, spoilt] {
        let (causes, sink) = run(database_url, load, CROWDED, &kinds).await?;
        let mut times: Vec<f64> = Vec::new();
        for arrival in sink.take().iter().filter(|arrival| arrival.endpoint >= 2 * SPOILT) {
            if let Some(cause) = causes.get(&arrival.name) {
                times.push(arrival.at.duration_since(cause.sent).as_secs_f64() * 1000.0);
            }
        }
        times.sort_by(f64::total_cmp);
        p99.push(percentile(&times, 0.99));
    }
    let ratio = p99[1] / p99[0];
    Ok(vec![
        Measure::new("80 of 100 endpoints, request to arrival, P99, all healthy", p99[0], "ms"),
        Measure::new("the same beside 10 that hang and 10 that answer 500", p99[1], "ms"),
        Measure::new("ratio of the two", ratio, "").with_target("< 1.5"),
    ])
}

async fn run(
    database_url: Option<&str>,
    load: Duration,
    every: Duration,
    kinds: &[Kind],
) -> anyhow::Result<(HashMap<String, Cause>, Sink)> {
    let server = Server::start(database_url)?;
    let sink = Sink::start().await?;
    let admin = admin(&server)?;
    settings(&admin, &sink, kinds).await?;
    for number in 0..WARM_UP {
        make(&admin, format!("warm-{number}")).await?;
    }
    let healthy = kinds.iter().filter(|kind| **kind == Kind::Healthy).count();
    sink.wait_for(WARM_UP * healthy, PATIENCE).await?;
    sink.take();
    let mut tick = tokio::time::interval(every);
    let mut making = JoinSet::new();
    let begun = Instant::now();
    let mut made = 0;
    while begun.elapsed() < load {
        tick.tick().await;
        let (admin, name) = (admin.clone(), format!("timed-{made}"));
        making.spawn(async move { Ok::<_, anyhow::Error>((name.clone(), make(&admin, name).await?)) });
        made += 1;
    }
    let mut causes = HashMap::new();
    while let Some(done) = making.join_next().await {
        let (name, cause) = done??;
        causes.insert(name, cause);
    }
    sink.wait_for(made * healthy, PATIENCE).await?;
    Ok((causes, sink))
}

async fn make(admin: &AdminClient, name: String) -> anyhow::Result<Cause> {
    let sent = Instant::now();
    // Only who is complete is told of.
    let email = format!("{name}@example.com");
    let customer = json!({ "firstName": name, "lastName": "Example", "email": email, "phone": "+15550100" });
    admin.post("/api/admin/v2/customers", &customer).await?;
    Ok(Cause { sent, answered: Instant::now() })
}

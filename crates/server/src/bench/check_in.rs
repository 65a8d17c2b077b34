//! How fast the door answers: one scan at a time, and many at once, with and without a retailer's hook.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aisle_store_client::AdminClient;
use anyhow::{Context as _, ensure};
use serde_json::json;

use super::child::Server;
use super::{Measure, hook, percentile};

const ONE_AT_A_TIME: usize = 300;
const AT_ONCE: usize = 32;
const HOOK_MS: u64 = 20;

/// Latency and throughput without a hook, then with one.
pub async fn measure(database_url: Option<&str>, load: Duration) -> anyhow::Result<Vec<Measure>> {
    let mut measures = Vec::new();
    for with_hook in [false, true] {
        let server = Server::start(database_url)?;
        let admin = AdminClient::new(&server.url, server.key("apiKey")?)?;
        let label = if with_hook { format!("hook of {HOOK_MS} ms") } else { "no hook".to_owned() };
        if with_hook {
            let hook = hook::start(Duration::from_millis(HOOK_MS)).await?;
            let setting = json!({ "type": "externalEntry", "url": format!("http://{hook}/verify") });
            admin.post("/api/admin/v2/webhooks", &setting).await?;
        }
        let door = Door { admin, path: door_path(&server)? };
        measures.extend(latency(&door, &label).await?);
        measures.push(throughput(&door, &label, load).await?);
    }
    Ok(measures)
}

#[derive(Clone)]
struct Door {
    admin: AdminClient,
    path: String,
}

fn door_path(server: &Server) -> anyhow::Result<String> {
    let (store, device) = (server.id("storeId")?, server.id("checkInDeviceId")?);
    Ok(format!("/api/admin/v2/stores/{store}/check-in/{device}/entry-codes/verify"))
}

impl Door {
    /// Codes of one customer each, made by many hands.
    async fn codes(&self, count: usize) -> anyhow::Result<Vec<String>> {
        let next = Arc::new(AtomicUsize::new(0));
        let makers = (0..AT_ONCE).map(|_| {
            let (door, next) = (self.clone(), Arc::clone(&next));
            async move {
                let mut made = Vec::new();
                while next.fetch_add(1, Ordering::Relaxed) < count {
                    let customer = door.admin.post("/api/admin/v2/customers", &json!({})).await?;
                    let path = format!("/api/admin/v2/customers/{}/entry-codes", customer["id"]);
                    let code = door.admin.post(&path, &json!({})).await?;
                    made.push(code["code"].as_str().context("a code")?.to_owned());
                }
                anyhow::Ok(made)
            }
        });
        Ok(futures::future::try_join_all(makers).await?.concat())
    }

    async fn scan(&self, code: &str) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let answer = self.admin.post(&self.path, &json!({ "verificationCode": code })).await?;
        ensure!(answer["status"] == "OK", "a good code was refused: {answer}");
        Ok(begun.elapsed().as_secs_f64() * 1000.0)
    }
}

async fn latency(door: &Door, label: &str) -> anyhow::Result<Vec<Measure>> {
    let mut times = Vec::new();
    for code in door.codes(ONE_AT_A_TIME).await? {
        times.push(door.scan(&code).await?);
    }
    times.sort_by(f64::total_cmp);
    let one = |name: &str, share| {
        Measure::new(format!("check-in, one at a time, {label}, {name}"), percentile(&times, share), "ms")
    };
    Ok(vec![one("P50", 0.5), one("P95", 0.95), one("P99", 0.99)])
}

async fn throughput(door: &Door, label: &str, load: Duration) -> anyhow::Result<Measure> {
    let mut scanned = 0;
    let mut spent = Duration::ZERO;
    // Codes are made between the measured stretches, so that only scans are timed.
    while spent < load {
        let codes = Arc::new(door.codes(2_000).await?);
        let next = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let scanners = (0..AT_ONCE).map(|_| {
            let (door, codes, next) = (door.clone(), Arc::clone(&codes), Arc::clone(&next));
            async move {
                while let Some(code) = codes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    door.scan(code).await?;
                }
                anyhow::Ok(())
            }
        });
        futures::future::try_join_all(scanners).await?;
        spent += begun.elapsed();
        scanned += codes.len();
    }
    let rate = f64::from(u32::try_from(scanned)?) / spent.as_secs_f64();
    Ok(Measure::new(format!("check-ins, {AT_ONCE} at once, {label}"), rate, "/s"))
}

//! `aisle demo`: a server on a temporary folder, two furnished stores, and shoppers who walk about until it is stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aisle_model::StoreId;
use aisle_simulator::{Limit, Plan, Progress, Scenario, Simulation};
use aisle_store_client::AdminClient;
use anyhow::Context as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::cli::DemoOptions;
use crate::config::{Config, Server};
use crate::furnish::Made;
use crate::init::WithConsole;
use crate::serve::{self, Running, wait_for_signal};
use crate::{End, init};

const STORES: [&str; 2] = ["Market Street", "Station"];
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// What each type of webhook is sent to: the server's own receiver.
const RECEIVERS: [(&str, &str); 14] = [
    ("checkout", "checkout"),
    ("cartMutator", "cart-mutator"),
    ("priceCalculator", "order-price"),
    ("externalEntry", "entry-code/verify"),
    ("entryCodeNotify", "entry-code/notify"),
    ("customerCreated", "customer-created"),
    ("transitions", "transition"),
    ("checkoutZone", "checkout-zone"),
    ("tracking", "tracking"),
    ("identityMatching", "identity-matching"),
    ("suspectedFraud", "suspected-fraud"),
    ("planogramError", "planogram-error"),
    ("restrictedProductsInteractions", "restricted-products-interactions"),
    ("remoteRegister", "remote-register"),
];

/// Runs until interrupted, or until so many trips were made.
pub async fn run(config: &Config, options: &DemoOptions) -> anyhow::Result<End> {
    let folder = tempfile::tempdir()?;
    let mut config = config.clone();
    config.server.data_dir = folder.path().to_owned();
    for range in LOOPBACK {
        config.egress.allow.push(range.parse()?);
    }
    let running = start(config).await?;
    let made = init::furnished(&running.app, "demo", true, &STORES).await?;
    let url = format!("http://{}", running.address);
    let admin = AdminClient::new(&url, &made.retailer.api_key)?;
    point_at_inbox(&admin, &url, &made.retailer.api_key).await?;
    greet(&url, &made);
    let stop = CancellationToken::new();
    let trips = Trips { told: Arc::default(), most: options.trips, stop: stop.clone() };
    let simulations = made.retailer.stores.iter().zip(STORES).map(|(store, name)| {
        let plan = plan(options, &url, &made.retailer, store.id, store.tokens.first());
        let trips = trips.clone();
        async move { walk_about(plan?, name, trips).await }
    });
    let simulations = futures::future::try_join_all(simulations);
    let ended = tokio::select! {
        done = simulations => done.map(|_| End::Done),
        signal = wait_for_signal() => signal.map(|()| End::Interrupted),
    };
    stop.cancel();
    running.stop().await;
    ended
}

/// On the default address if it is free, else on any.
async fn start(config: Config) -> anyhow::Result<Running> {
    let is_default = config.server.listen == Server::default().listen;
    if is_default && tokio::net::TcpListener::bind(&config.server.listen).await.is_err() {
        let server = Server { listen: "127.0.0.1:0".to_owned(), ..config.server };
        return serve::start(&Config { server, ..config }).await;
    }
    serve::start(&config).await
}

async fn point_at_inbox(admin: &AdminClient, url: &str, token: &str) -> anyhow::Result<()> {
    for (kind, path) in RECEIVERS {
        let mut setting = json!({ "type": kind, "url": format!("{url}/api/push/{path}"), "authorization": token });
        if kind == "checkout" {
            setting["isDefault"] = json!(true);
        }
        admin.post("/api/admin/v2/webhooks", &setting).await.with_context(|| format!("webhook {kind}"))?;
    }
    Ok(())
}

fn greet(url: &str, made: &WithConsole) {
    let (key, store) = (&made.retailer.api_key, made.retailer.stores.first().map_or(0, |store| store.id));
    println!("Aisle is at {url}, its reference at {url}/docs");
    println!("login for the console to come: {} {}", made.email, made.password);
    println!("API key: {key}\n");
    println!("Try:");
    println!("  curl -H 'Authorization: Bearer {key}' '{url}/api/push/inbox?count=5'");
    println!("  curl -H 'Authorization: Bearer {key}' '{url}/api/admin/v2/stores/{store}/shoppers'");
    println!("  curl -H 'Authorization: Bearer {key}' '{url}/api/admin/v2/sessions?count=3&direction=desc'\n");
}

fn plan(options: &DemoOptions, url: &str, retailer: &Made, store: i64, token: Option<&String>) -> anyhow::Result<Plan> {
    Ok(Plan {
        url: url.to_owned(),
        admin_token: retailer.api_key.clone(),
        store_token: token.cloned().unwrap_or_default(),
        store: StoreId(store),
        limit: Limit::Endless,
        seed: options.seed.wrapping_add(store.unsigned_abs()),
        speed: options.speed,
        scenario: Scenario::named("busy").context("the scenario is built in")?,
    })
}

/// Counts trips over all stores and stops when there were enough.
#[derive(Clone)]
struct Trips {
    told: Arc<AtomicU64>,
    most: Option<u64>,
    stop: CancellationToken,
}

async fn walk_about(plan: Plan, store: &'static str, trips: Trips) -> anyhow::Result<()> {
    let stopped = trips.stop.clone();
    let tell = move |progress: Progress| match progress {
        Progress::Trip(trip) => {
            let told = trips.told.fetch_add(1, Ordering::Relaxed) + 1;
            if trips.most.is_none_or(|most| told <= most) {
                println!("{store:<14} {trip}");
            }
            if trips.most.is_some_and(|most| told >= most) {
                trips.stop.cancel();
            }
        }
        Progress::RealTime(fault) => tracing::warn!("{store} runs in real time: {fault}"),
        Progress::Rejected(rejection) => {
            tracing::warn!("{store}: an event was rejected: {rejection:?}")
        }
        Progress::Started { .. } => {}
    };
    Simulation::new(plan)?.run(stopped.cancelled_owned(), tell).await.with_context(|| store.to_owned())?;
    Ok(())
}

//! A store with one gate and a reader, customers who come and go, and runners that can be killed.

use std::time::Duration;

use aisle_database::testing::{TestDatabase, fetch_all};
use aisle_database::{Database, rows, sql};
use aisle_model::entry_code::CodeState;
use aisle_model::event::StoreEvent;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookType;
use aisle_model::{CheckInDeviceId, Moment, SessionToken, StoreId};
use aisle_operations::check_in::{self, At, Presented};
use aisle_operations::customers::NewCustomer;
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::stream::{Decision, Ingest};
use aisle_operations::{App, Caller, Chance, Clock, Nudges, customers, entry_codes, webhooks};
pub use aisle_testkit::START;
use aisle_testkit::{Scripted, build, furnished, hook, incoming};
use aisle_worker::{nodes, runner};
use tokio_util::sync::CancellationToken;

pub struct World {
    pub app: App,
    pub caller: Caller,
    pub store: StoreId,
    pub device: CheckInDeviceId,
}

pub fn app_over(database: Database, clock: Clock, nudges: Nudges, node: &str) -> App {
    let parts = build(database).clock(clock).nudges(nudges).node(node);
    parts.chance(Chance::system()).app()
}

pub async fn world(database: Database) -> World {
    let app = app_over(database, Clock::set_to(START), Nudges::default(), "front");
    let shop = furnished(app).await;
    let hook = hook(WebhookType::Transitions, "https://retailer.example/hook");
    webhooks::create(&shop.app, &shop.caller, hook).await.unwrap();
    World { app: shop.app, caller: shop.caller, store: shop.store, device: shop.device }
}

impl World {
    /// A customer checks in now.
    pub async fn check_in(&self) -> SessionToken {
        let new = NewCustomer { role: Role::Customer, ..NewCustomer::default() };
        let customer = customers::create(&self.app, &self.caller, new).await.unwrap().customer.id;
        let code = NewEntryCode::default();
        let session = entry_codes::create(&self.app, &self.caller, customer, code).await.unwrap();
        let presented = Presented {
            retailer: self.caller.retailer,
            store: self.store,
            at: At::Device(self.device),
            code: session.code.clone(),
            group_size: None,
            scan: None,
            once: None,
        };
        check_in::verify(&self.app, presented).await.unwrap();
        let (retailer, code) = (self.caller.retailer, session.code.clone());
        let read = self
            .app
            .database
            .read(move |c| Box::pin(async move { rows::entry_codes::find(c, retailer, code.as_str()).await }));
        assert_eq!(read.await.unwrap().unwrap().state, CodeState::Used);
        session.token
    }

    /// Sends events in batches of a size.
    pub async fn send(&self, events: Vec<StoreEvent>, size: usize) {
        let mut ingest = Ingest::open(&self.app, &self.caller, self.store).await.unwrap();
        for batch in events.chunks(size) {
            let appended = ingest.append(&self.app, batch.iter().cloned().map(incoming).collect()).await.unwrap();
            for decision in appended.decisions {
                assert!(matches!(decision, Decision::Accepted { .. }), "{decision:?}");
            }
        }
    }

    pub async fn messages(&self, name: &'static str) -> Vec<String> {
        let read = self.app.database.read(move |c| {
            let query = sql!("select session_token from messages where name = $1 order by session_token", name);
            Box::pin(async move {
                let rows = fetch_all(c, query).await?;
                rows.iter().map(|row| row.get("session_token")).collect()
            })
        });
        read.await.map_err(|error: aisle_database::Error| error).unwrap()
    }
}

/// Somebody comes in at `start`, walks, and has left for good eight seconds later.
pub fn visit(number: u128, start: Moment) -> Vec<StoreEvent> {
    Scripted::visit(number, start).events()
}

/// Runners on a runtime of their own, so that they can be killed in the middle of anything.
pub struct Node {
    runtime: Option<tokio::runtime::Runtime>,
    pub stop: CancellationToken,
}

impl Node {
    pub fn start(app: &App) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let stop = CancellationToken::new();
        let (beaten, alive) = nodes::proof();
        runtime.spawn(nodes::run(app.clone(), stop.clone(), beaten));
        runtime.spawn(runner::run(app.clone(), stop.clone(), alive));
        Self { runtime: Some(runtime), stop }
    }

    /// Everything of the node ends at its next step; nothing is put in order.
    pub fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A handle for a node of its own: connections to PostgreSQL die with the runtime that made them.
pub async fn handle_for_node(test: &TestDatabase) -> Database {
    match test.settings {
        aisle_database::Settings::Sqlite { .. } => test.database.clone(),
        aisle_database::Settings::Postgres { .. } => Database::open(&test.settings).await.unwrap(),
    }
}

/// Waits for something that must come soon.
pub async fn eventually<F, Fut>(what: &str, mut is_so: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let until = tokio::time::Instant::now() + Duration::from_secs(40);
    while !is_so().await {
        assert!(tokio::time::Instant::now() < until, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

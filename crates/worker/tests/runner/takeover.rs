//! Two nodes on one PostgreSQL: what one of them does when the other dies, or is not alive for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aisle_database::testing::{TestDatabase, fetch_all, on_both_databases, open_postgres};
use aisle_database::{Database, Error, rows, sql};
use aisle_model::entry_code::CodeState;
use aisle_model::session::SessionStatus;
use aisle_model::webhook::WebhookType;
use aisle_model::{Millis, SessionToken};
use aisle_operations::check_in::{self, At, Presented};
use aisle_operations::customers::NewCustomer;
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::{App, Chance, Clock, Nudges, customers, entry_codes, webhooks};
use aisle_testkit::{Answer, Catcher, build, furnished, hook};
use aisle_worker::{Workers, nodes, runner};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::world::{START, World, eventually, handle_for_node, visit, world};

/// A whole node on a runtime of its own.
struct WholeNode {
    app: App,
    runtime: Option<tokio::runtime::Runtime>,
}

impl WholeNode {
    async fn start(test: &TestDatabase, clock: &Clock, name: &str) -> Self {
        let app = node(handle_for_node(test).await, clock, name);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let begun = app.clone();
        runtime.spawn(async move {
            let _workers = Workers::start(&begun);
            std::future::pending::<()>().await;
        });
        Self { app, runtime: Some(runtime) }
    }

    /// Nothing is put in order.
    fn die(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for WholeNode {
    fn drop(&mut self) {
        self.die();
    }
}

fn node(database: Database, clock: &Clock, name: &str) -> App {
    let parts = build(database).clock(clock.clone()).nudges(Nudges::default()).node(name);
    parts.loopback().chance(Chance::system()).app()
}

impl World {
    async fn session_status(&self, token: &SessionToken) -> SessionStatus {
        let (retailer, token) = (self.caller.retailer, token.clone());
        let read =
            self.app.database.read(move |c| Box::pin(async move { rows::sessions::find(c, retailer, &token).await }));
        read.await.unwrap().unwrap().status
    }

    async fn new_code(&self) -> Presented {
        let customer = customers::create(&self.app, &self.caller, NewCustomer::default()).await.unwrap().customer.id;
        let session = entry_codes::create(&self.app, &self.caller, customer, NewEntryCode::default()).await.unwrap();
        Presented {
            retailer: self.caller.retailer,
            store: self.store,
            at: At::Device(self.device),
            code: session.code,
            group_size: None,
            scan: None,
            once: None,
        }
    }

    async fn code_state(&self, presented: &Presented) -> CodeState {
        let (retailer, code) = (presented.retailer, presented.code.clone());
        let read = self
            .app
            .database
            .read(move |c| Box::pin(async move { rows::entry_codes::find(c, retailer, code.as_str()).await }));
        read.await.map_err(|error: Error| error).unwrap().unwrap().state
    }
}

/// Answers nothing while told to be silent.
async fn receiver() -> (Catcher, Arc<AtomicBool>) {
    let silent = Arc::new(AtomicBool::new(true));
    let is_silent = Arc::clone(&silent);
    let answer = move |_: &_| if is_silent.load(Ordering::SeqCst) { Answer::hang() } else { Answer::status(204) };
    (Catcher::start(answer).await, silent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_node_hands_over_its_stores_its_deliveries_and_its_questions() {
    let test = open_postgres().await;
    let clock = Clock::set_to(START);
    let shop = furnished(node(handle_for_node(&test).await, &clock, "front")).await;
    let world = World { app: shop.app, caller: shop.caller, store: shop.store, device: shop.device };
    let (retailer, silent) = receiver().await;
    let told = hook(WebhookType::Transitions, &retailer.url);
    webhooks::create(&world.app, &world.caller, told).await.unwrap();
    let mut first = WholeNode::start(&test, &clock, "first").await;
    let trip = world.check_in().await;
    clock.advance(Millis(3_000));
    let events = visit(1, START);
    let (before, after) = events.split_at(10);
    world.send(before.to_vec(), 3).await;
    retailer.wait_for(1).await;

    let (door, _) = receiver().await;
    let asks = hook(WebhookType::ExternalEntry, &door.url);
    webhooks::create(&world.app, &world.caller, asks).await.unwrap();
    let presented = world.new_code().await;
    let (asking, code) = (first.app.clone(), presented.clone());
    first.runtime.as_ref().unwrap().spawn(async move { check_in::verify(&asking, code).await.map(drop) });
    door.wait_for(1).await;
    let _second = WholeNode::start(&test, &clock, "second").await;
    // The second one has looked around several times, and everything is in living hands.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!((retailer.arrivals().len(), door.arrivals().len()), (1, 1));

    first.die();
    silent.store(false, Ordering::SeqCst);
    world.send(after.to_vec(), 3).await;
    clock.advance(Millis(11_000));
    eventually("the end of the trip", async || world.session_status(&trip).await == SessionStatus::Completed).await;
    eventually("every notice", async || retailer.arrivals().len() == 3).await;
    eventually("the end of the question", async || world.code_state(&presented).await == CodeState::Registered).await;
    let arrivals = retailer.arrivals();
    let paths: Vec<&str> = arrivals.iter().map(|arrival| arrival.path.as_str()).collect();
    assert_eq!(paths, ["/hook/entered", "/hook/entered", "/hook/left"]);
    assert_eq!((arrivals[0].id(), &arrivals[0].body), (arrivals[1].id(), &arrivals[1].body));
    for name in ["transitionEntered", "transitionLeft"] {
        assert_eq!(world.messages(name).await, std::slice::from_ref(&trip.0), "{name}");
    }
    assert_eq!(door.arrivals().len(), 1, "a question is not asked again by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_beat_runs_no_store_until_it_can() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        world.check_in().await;
        world.app.clock.advance(Millis(3_000));
        let (alive, told) = nodes::proof();
        let (beaten, _) = nodes::proof();
        let for_long = || Instant::now() + Duration::from_mins(10);
        alive.send_replace(for_long());
        let stop = CancellationToken::new();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(nodes::run(world.app.clone(), stop.clone(), beaten));
        tasks.spawn(runner::run(world.app.clone(), stop.clone(), told));
        let events = visit(1, START);
        let (before, after) = events.split_at(10);
        world.send(before.to_vec(), 3).await;
        eventually("coming in", async || world.messages("transitionEntered").await.len() == 1).await;
        alive.send_replace(Instant::now());
        // Runners end together, each with a snapshot of where it stands.
        eventually("the snapshot", async || world.has_snapshot().await).await;
        world.send(after.to_vec(), 3).await;
        world.app.clock.advance(Millis(6_000));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert!(world.messages("transitionLeft").await.is_empty(), "a node that is not alive went on");
        alive.send_replace(for_long());
        eventually("going out", async || world.messages("transitionLeft").await.len() == 1).await;
        stop.cancel();
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_beats_until_its_last_call_is_written_down() {
    let test = open_postgres().await;
    let app = node(test.database.clone(), &Clock::set_to(START), "first");
    let shop = furnished(app).await;
    let world = World { app: shop.app, caller: shop.caller, store: shop.store, device: shop.device };
    let slow = Catcher::answering(Answer::status(204).after(Duration::from_secs(3))).await;
    let told = hook(WebhookType::EntryCodeNotify, &slow.url);
    webhooks::create(&world.app, &world.caller, told).await.unwrap();
    let workers = Workers::start(&world.app);
    let refused = Presented { code: "no-such-code".into(), ..world.new_code().await };
    check_in::verify(&world.app, refused).await.ok();
    slow.wait_for(1).await;
    let before = world.beats().await.unwrap();
    let mut stopping = tokio::task::JoinSet::new();
    stopping.spawn(workers.stop(Duration::from_secs(20)));
    eventually("a beat of a node that stops", async || world.beats().await.unwrap() > before).await;
    assert!(stopping.join_next().await.unwrap().unwrap(), "all have ended");
    assert_eq!(world.beats().await, None, "it has signed off");
    let delivered = sql!("select count(*) as n from deliveries where state = 'delivered'");
    let read =
        world.app.database.read(move |c| Box::pin(async move { fetch_all(c, delivered).await?[0].get::<i64>("n") }));
    assert_eq!(read.await.map_err(|error: Error| error).unwrap(), 1);
}

impl World {
    /// How often the first node has beaten; `None` when it is not alive.
    async fn beats(&self) -> Option<i64> {
        let read = self.app.database.read(|c| {
            let query = sql!("select beats from nodes where id = 'first'");
            Box::pin(async move { fetch_all(c, query).await?.pop().map(|row| row.get("beats")).transpose() })
        });
        read.await.map_err(|error: Error| error).unwrap()
    }

    async fn has_snapshot(&self) -> bool {
        let store = self.store;
        let read = self.app.database.read(move |c| Box::pin(rows::snapshots::find(c, store)));
        read.await.map_err(|error: Error| error).unwrap().is_some()
    }
}

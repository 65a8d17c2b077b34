//! Two processes, one request: who runs it, who waits, and what a late try may not do.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aisle_database::testing::{on_both_databases, open_postgres};
use aisle_database::{Database, rows};
use aisle_model::RetailerId;
use aisle_operations::idempotency::{Idempotency, RequestName, Turn};
use aisle_operations::once::Once;
use aisle_operations::{App, Caller, Clock, Failure};
use aisle_testkit::{START, build, caller_of};

const HASH: [u8; 32] = [1; 32];

fn process(database: &Database, clock: &Clock, node: &str) -> App {
    build(database.clone()).clock(clock.clone()).node(node).app()
}

fn clock() -> Clock {
    Clock::set_to(START)
}

fn name() -> RequestName {
    RequestName {
        credential: "key:1".to_owned(),
        method: "POST".to_owned(),
        path: "/x".to_owned(),
        key: "k".to_owned(),
    }
}

async fn begin(app: &App, claims: &Idempotency) -> Turn {
    claims.begin(app, &name(), HASH).await.unwrap()
}

fn run(turn: Turn) -> Once {
    match turn {
        Turn::Run(once) => once,
        Turn::Replay(_) | Turn::Mismatch | Turn::Gone => panic!("the request was to be run"),
    }
}

/// The effect of the request: one retailer, counted.
async fn effect(app: &App, once: Once, runs: &Arc<AtomicU32>) -> Result<RetailerId, Failure> {
    let caller = Caller { once: Some(once), ..caller_of(RetailerId(1)) };
    let (runs, now) = (Arc::clone(runs), app.clock.now());
    app.change_once(&caller, move |c| {
        let name = format!("made {}", runs.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move { Ok(rows::retailers::insert(c, &name, now).await?) })
    })
    .await
}

async fn made(app: &App) -> usize {
    let retailers = app.database.read(|c| Box::pin(rows::retailers::list(c))).await;
    retailers.unwrap().len()
}

#[tokio::test]
async fn a_crash_between_effect_and_answer_repeats_the_answer_only() {
    on_both_databases(|database| async move {
        let (clock, runs) = (clock(), Arc::new(AtomicU32::new(0)));
        let dead = process(&database, &clock, "dead");
        let claim = run(begin(&dead, &Idempotency::default()).await);
        let first = effect(&dead, claim.clone(), &runs).await.unwrap();
        drop(claim);
        let (heir, claims) = (process(&database, &clock, "heir"), Idempotency::default());
        let claim = run(begin(&heir, &claims).await);
        assert!(claim.outcome.is_some());
        let second = effect(&heir, claim.clone(), &runs).await.unwrap();
        assert_eq!((first, runs.load(Ordering::SeqCst), made(&heir).await), (second, 1, 1));
        let answer = Some(b"done".to_vec());
        claims.settle(&heir, claim, 201, answer).await.unwrap();
        assert!(matches!(begin(&heir, &claims).await, Turn::Replay(kept) if kept == b"done"));
        let other = claims.begin(&heir, &name(), [2; 32]).await.unwrap();
        assert!(matches!(other, Turn::Mismatch));
    })
    .await;
}

#[tokio::test]
async fn a_try_that_was_taken_over_cannot_commit() {
    on_both_databases(|database| async move {
        let (clock, runs) = (clock(), Arc::new(AtomicU32::new(0)));
        let app = process(&database, &clock, "one");
        let late = run(begin(&app, &Idempotency::default()).await);
        // As after a start anew: nobody knows that the first goes on.
        let claim = run(begin(&app, &Idempotency::default()).await);
        assert!(matches!(effect(&app, late, &runs).await, Err(Failure::Busy(_))));
        assert_eq!(made(&app).await, 0);
        effect(&app, claim.clone(), &runs).await.unwrap();
        let twice = effect(&app, claim.clone(), &runs).await;
        assert!(matches!(twice, Err(Failure::Busy(_))), "one change per request");
        assert_eq!(made(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_claim_is_held_until_the_last_who_works_under_it_is_done() {
    on_both_databases(|database| async move {
        let (runs, app) = (Arc::new(AtomicU32::new(0)), process(&database, &clock(), "one"));
        let claims = Idempotency::default();
        let claim = run(begin(&app, &claims).await);
        let goes_on = claim.clone();
        drop(claim);
        let mut repeat = Box::pin(begin(&app, &claims));
        assert!(futures::poll!(&mut repeat).is_pending());
        let made_by_first = effect(&app, goes_on, &runs).await.unwrap();
        let again = effect(&app, run(repeat.await), &runs).await.unwrap();
        assert_eq!((again, made(&app).await), (made_by_first, 1));
    })
    .await;
}

#[tokio::test]
async fn a_failed_request_gives_its_key_free() {
    on_both_databases(|database| async move {
        let app = process(&database, &clock(), "one");
        let claims = Idempotency::default();
        for _ in 0..3 {
            let claim = run(begin(&app, &claims).await);
            let answer = Some(b"broken".to_vec());
            claims.settle(&app, claim, 503, answer).await.unwrap();
        }
        let other = claims.begin(&app, &name(), [2; 32]).await.unwrap();
        assert!(matches!(other, Turn::Run(_)), "nothing is left of the first");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_beats_keeps_its_claim() {
    let fresh = open_postgres().await;
    let clock = clock();
    let alive = process(&fresh.database, &clock, "alive");
    let beating = alive.database.change(|c| Box::pin(rows::nodes::beat(c, "alive", None)));
    beating.await.unwrap();
    let theirs = Idempotency::default();
    let claim = run(begin(&alive, &theirs).await);
    let (waiting, ours) = (process(&fresh.database, &clock, "waiting"), Idempotency::default());
    let soon = Duration::from_millis(500);
    let early = tokio::time::timeout(soon, begin(&waiting, &ours)).await;
    assert!(early.is_err(), "it waits while the other runs");
    let answer = Some(b"done".to_vec());
    theirs.settle(&alive, claim, 200, answer).await.unwrap();
    assert!(matches!(begin(&waiting, &ours).await, Turn::Replay(_)));
    let buried = alive.database.change(|c| Box::pin(rows::nodes::remove(c, "alive")));
    buried.await.unwrap();
    let again = RequestName { key: "other".to_owned(), ..name() };
    drop(run(theirs.begin(&alive, &again, HASH).await.unwrap()));
    let taken = ours.begin(&waiting, &again, HASH).await.unwrap();
    assert!(matches!(taken, Turn::Run(_)), "it was found dead");
}

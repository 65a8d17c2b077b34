//! A whole simulation against a server that does what a real one would, as far as one gate goes.

#![allow(clippy::unwrap_used, reason = "a test")]

mod fake_store;
#[path = "../walks/layouts.rs"]
#[allow(dead_code, reason = "the other tests of the crate use more of them")]
mod layouts;

use std::fmt::Write as _;
use std::future::pending;

use aisle_model::StoreId;
use aisle_simulator::{
    Ending, Limit, Plan, Progress, Replay, ReplayPace, Scenario, Simulation, SimulationFault, Summary, TripReport,
};
use fake_store::FakeStore;

fn plan(url: &str, parties: u32, bad_codes: f64) -> Plan {
    let text =
        format!("parties = {parties}\nsizes = [2, 1, 1, 1]\nbad_codes = {bad_codes}\narrivals_per_minute = 60.0");
    Plan {
        url: url.to_owned(),
        admin_token: "admin".into(),
        store_token: "store".into(),
        store: StoreId(2),
        limit: Limit::Scenario,
        seed: 11,
        speed: 100.0,
        scenario: Scenario::read(&text).unwrap(),
    }
}

async fn simulate(store: &FakeStore, parties: u32, bad_codes: f64) -> (Summary, Vec<TripReport>) {
    let (url, server) = store.serve().await;
    let simulation = Simulation::new(plan(&url, parties, bad_codes)).unwrap();
    let mut trips = Vec::new();
    let run = simulation.run(pending(), |progress| match progress {
        Progress::Trip(report) => trips.push(*report),
        Progress::Started { parties: told, speed } => {
            assert_eq!(told, Some(parties));
            assert!((speed - 100.0).abs() < 1e-9);
        }
        other => panic!("{other:?}"),
    });
    let summary = tokio::select! {
        summary = run => summary.unwrap(),
        () = server => panic!("the server has ended"),
    };
    (summary, trips)
}

#[tokio::test]
async fn every_trip_is_what_the_server_says_it_was() {
    let store = FakeStore::new(true, false);
    let (summary, trips) = simulate(&store, 12, 0.4).await;
    let world = store.world();
    assert_eq!(world.faults, [""; 0]);
    assert_eq!(world.rates, [100.0, 1.0], "the clock is slowed down again");
    assert_eq!(trips.len(), 12);
    for trip in &trips {
        assert_eq!(trip.mismatches, [""; 0], "{trip}");
        assert_eq!(trip.bad.is_none(), matches!(trip.ending, Ending::Visited { .. }), "{trip}");
    }
    let good = trips.iter().filter(|trip| trip.bad.is_none()).count() as u64;
    assert!((3..=11).contains(&good), "{good} of 12");
    let visitors: usize = trips.iter().map(|trip| trip.truth.visitors()).sum();
    assert_eq!(summary.trips, Some(good));
    assert_eq!(summary.refused, 12 - good);
    assert_eq!(summary.visitors, visitors as u64);
    assert_eq!((summary.mismatches, summary.rejected_events), (Some(0), 0));
    assert_eq!(summary.events, world.event_ids.len() as u64);
    let printed = serde_json::to_value(&summary).unwrap();
    for key in ["trips", "customers", "orders", "lines", "mismatches", "reviews", "precision", "recall", "f1"] {
        assert!(printed.get(key).is_some(), "{key}");
    }
}

#[tokio::test]
async fn a_server_that_miscounts_is_found_out() {
    let store = FakeStore::new(true, true);
    let (summary, trips) = simulate(&store, 3, 0.0).await;
    assert_eq!(summary.mismatches, Some(3));
    assert!(trips[0].mismatches[0].contains("visitors instead of"), "{}", trips[0]);
    assert!(trips[0].to_string().contains("MISMATCH"), "{}", trips[0]);
}

#[tokio::test]
async fn without_the_development_right_it_runs_in_real_time_and_can_be_stopped() {
    let store = FakeStore::new(false, false);
    let (url, server) = store.serve().await;
    let simulation = Simulation::new(plan(&url, 1, 0.0)).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    let mut told = None;
    let run = simulation.run(async { stopped.await.unwrap() }, |progress| match progress {
        Progress::RealTime(fault) => told = Some(fault.to_string()),
        Progress::Started { .. } => stop.take().unwrap().send(()).unwrap(),
        other => panic!("{other:?}"),
    });
    let summary = tokio::select! {
        summary = run => summary.unwrap(),
        () = server => panic!("the server has ended"),
    };
    assert!(told.unwrap().ends_with("The Development right is missing"));
    assert_eq!(summary.trips, Some(0));
    assert!(store.world().rates.is_empty());
}

#[tokio::test]
async fn a_recording_is_sent_again_in_order() {
    let store = FakeStore::new(true, false);
    let (url, server) = store.serve().await;
    let mut recording = String::new();
    for second in 0..40 {
        writeln!(
            recording,
            r#"{{"kind":"heartbeat","eventId":"00000000-0000-4000-8000-{second:012}","at":"2025-05-05T10:00:{second:02}Z","source":"vision","seq":{},"role":"perception","status":"ok","offset":{second}}}"#,
            second + 70
        )
        .unwrap();
        writeln!(recording, r#"{{"kind":"server.tick","at":"2025-05-05T10:00:{second:02}Z"}}"#).unwrap();
    }
    let replay = Replay::new(&url, ("admin", "store"), StoreId(2), ReplayPace::Fast, false).unwrap();
    let summary = tokio::select! {
        summary = replay.run(recording.as_bytes(), pending(), |_| {}) => summary.unwrap(),
        () = server => panic!("the server has ended"),
    };
    assert_eq!((summary.events, summary.skipped_lines, summary.mismatches), (40, 40, None));
    let world = store.world();
    assert_eq!(world.event_ids.len(), 40);
    // Up to a second ahead is allowed; anything else the store would have noted.
    assert!(world.faults.iter().all(|fault| fault.starts_with("ahead")), "{:?}", world.faults);
    assert!(world.rates.len() >= 19, "the clock moved {} times", world.rates.len());
}

#[test]
fn senseless_plans_are_refused() {
    let check = |change: &dyn Fn(&mut Plan), expected: &str| {
        let mut plan = plan("http://127.0.0.1:1", 1, 0.0);
        change(&mut plan);
        let fault: SimulationFault = Simulation::new(plan).unwrap_err();
        assert!(fault.to_string().contains(expected), "{fault}");
    };
    check(&|plan| plan.speed = 0.0, "speed");
    check(&|plan| plan.speed = f64::NAN, "speed");
    check(&|plan| plan.url = "server".into(), "no http or https address");
    check(&|plan| plan.store_token = "a\n".into(), "token");
}

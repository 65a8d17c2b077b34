//! Floods: memory stays bounded, nothing panics, and the store works again afterwards.

use aisle_floor::{MOST_PEOPLE, MOST_RESERVATIONS, MOST_SOURCES};
use aisle_model::entry::{CheckInPlace, CheckedIn, EntryBody, ServerEntry};
use aisle_model::event::{Direction, EventKind, GateCrossed, SourceRole, SourceStatus};
use aisle_model::{GateId, Millis, Moment, SessionNumber, TrackId};
use proptest::prelude::*;

use crate::script::session;
use crate::store::{plan, second};
use crate::stream::{Run, event, heartbeat, positions, tick};

fn snapshot_bytes(run: &Run) -> usize {
    serde_json::to_vec(&run.floor).expect("a floor can be written").len()
}

/// Positions of many tracks that were never seen before.
fn flood(run: &mut Run, first: usize, count: usize, at: Moment, x: f64) {
    let names: Vec<String> = (first..first + count).map(|n| format!("flood-{n}")).collect();
    let place = |n: usize| (x + (n % 97) as f64 * 0.01, (n / 97 % 300) as f64 * 2.0 + 30.0);
    let people: Vec<(&str, f64, f64)> =
        names.iter().enumerate().map(|(n, name)| (name.as_str(), place(n).0, place(n).1)).collect();
    run.send(positions(at, "vision", &people));
    run.entries.clear();
}

#[test]
fn a_hundred_thousand_tracks_are_not_followed_and_the_store_recovers() {
    let mut run = Run::of(plan());
    for n in 0..100 {
        flood(&mut run, n * 1000, 1000, second(n as f64), 5.0);
    }
    assert_eq!(run.floor.people_inside().count(), MOST_PEOPLE);
    assert!(run.floor.counters().refused > 90_000);
    assert!(snapshot_bytes(&run) < 16 << 20, "{} bytes", snapshot_bytes(&run));
    for minute in 2..40 {
        let at = second(f64::from(minute) * 60.0);
        run.send(positions(at, "vision", &[("late", 5.0, 5.0)]));
    }
    let inside: Vec<_> = run.floor.people_inside().flat_map(|p| p.tracks.to_vec()).collect();
    assert_eq!(inside, [TrackId::from("late")]);
}

#[test]
fn what_waits_is_bounded_and_then_acts_early() {
    let mut run = Run::of(plan());
    run.send(heartbeat(second(0.0), "vision", SourceRole::Perception, SourceStatus::Ok));
    let names: Vec<String> = (0..1000).map(|n| format!("t{n}")).collect();
    let people: Vec<(&str, f64, f64)> = names.iter().map(|n| (n.as_str(), 5.0, 5.0)).collect();
    for n in 0..400_i64 {
        let at = second(1.0).plus(Millis(n * 10));
        run.send(positions(at, "other", &people));
        run.entries.clear();
    }
    assert!(run.floor.counters().pressed >= 200);
    assert!(run.floor.store_time() > Some(second(2.0)));
    assert!(snapshot_bytes(&run) < 64 << 20);
}

#[test]
fn sources_reservations_and_nameless_crossings_are_bounded() {
    let mut run = Run::of(plan());
    for n in 0..2000_i64 {
        let at = second(n as f64 / 100.0);
        let name = format!("source-{n}");
        run.send(heartbeat(at, &name, SourceRole::Other, SourceStatus::Ok));
    }
    assert!(run.floor.sources().count() <= MOST_SOURCES);
    for n in 0..6000_i64 {
        let mut session = session("S1", &[]);
        session.number = SessionNumber(n);
        let place = CheckInPlace::Gate(GateId(1));
        let at = second(20.0);
        let (places, reserved, scanned_at, accepted_at) = (Some(u32::MAX), u32::MAX, at, at);
        let check_in = CheckedIn { session, place, places, reserved, scanned_at, accepted_at };
        run.add(at, EntryBody::Server(ServerEntry::CheckedIn(check_in)));
    }
    for n in 0..3000_i64 {
        let (gate_id, direction) = (GateId(2), Direction::In);
        let body = GateCrossed { gate_id, direction, track_id: None, forced: false };
        run.send(event(second(20.0 + n as f64 / 1000.0), "door", EventKind::GateCrossed(body)));
    }
    run.send(positions(second(30.0), "vision", &[]));
    assert!(run.floor.people_inside().count() == 3000);
    let text = serde_json::to_string(&run.floor).expect("text");
    assert!(text.matches("\"ends_at\"").count() <= MOST_RESERVATIONS);
}

#[test]
fn one_person_stays_small() {
    let mut run = Run::of(plan());
    for n in 0..20_000_i64 {
        let at = second(0.0).plus(Millis(n * 33));
        let x = 5.0 + (n % 40) as f64 * 0.02;
        run.send(positions(at, "vision", &[("A", x, 0.0)]));
        if n % 200 == 0 {
            let body = EventKind::TrackMerged {
                track_ids: vec![TrackId::from(format!("alias-{n}").as_str())],
                into: TrackId::from("A"),
            };
            run.send(event(at, "vision", body));
        }
        run.entries.clear();
    }
    assert!(snapshot_bytes(&run) < 64 << 10, "{} bytes", snapshot_bytes(&run));
}

#[test]
fn without_a_plan_nothing_happens_and_nothing_breaks() {
    let mut run = Run::of(plan());
    run.floor = aisle_floor::Floor::new(aisle_model::StoreId(2));
    run.facts.clear();
    run.send(positions(second(0.0), "vision", &[("A", 5.0, 0.0)]));
    run.add(second(9.0), tick(second(9.0)));
    assert!(run.facts.is_empty());
    assert_eq!(run.floor.counters().ignored, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_number_is_a_place_or_no_place(
        places in prop::collection::vec((any::<f64>(), any::<f64>()), 1..40),
        moments in prop::collection::vec(any::<i64>(), 1..40),
    ) {
        let mut run = Run::of(plan());
        for ((x, y), micros) in places.iter().zip(&moments) {
            let at = Moment::from_micros(*micros);
            run.add(at, positions(at, "vision", &[("A", *x, *y), ("B", *y, 0.0)]));
            run.add(at, tick(at));
        }
        let text = serde_json::to_string(&run.floor).expect("text");
        let read: aisle_floor::Floor = serde_json::from_str(&text).expect("a floor");
        prop_assert_eq!(serde_json::to_string(&read).expect("text"), text);
    }
}

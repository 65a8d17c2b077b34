//! Simulated people walk as people can.

#![allow(clippy::unwrap_used, reason = "a test")]

mod layouts;

use std::collections::BTreeMap;
use std::sync::Arc;

use aisle_floorplan::Point;
use aisle_model::event::Direction;
use aisle_model::{Millis, Moment, TrackId};
use aisle_simulator::store_map::{MapFault, StoreMap};
use aisle_simulator::walks::{Crowd, Floor, Sight, TICK, TripTruth, itinerary};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const BEGIN: Moment = Moment::from_millis(1_768_819_746_000);
const TRIPS: u32 = 12;
/// Ten minutes for a dozen groups that come within two: enough for the slowest to leave.
const LONGEST: usize = 12_000;

fn floor(layout: &Value) -> Arc<Floor> {
    Arc::new(Floor::new(StoreMap::read(layout).unwrap()).unwrap())
}

/// Every third code is bad; the answer comes up to 1.5 s after the scan.
fn run(floor: &Arc<Floor>, seed: u64) -> (Vec<Sight>, BTreeMap<u32, u32>) {
    let mut crowd = Crowd::new(Arc::clone(floor), BEGIN, "t");
    let mut sizes = BTreeMap::new();
    for number in 0..TRIPS {
        let mut chance = ChaCha8Rng::seed_from_u64(seed ^ u64::from(number));
        let way = &floor.ways()[chance.random_range(0..floor.ways().len())];
        let people = chance.random_range(1..=4);
        let company = itinerary(floor, way, people, &mut chance).unwrap();
        let at = BEGIN.plus(Millis(chance.random_range(0..120_000)));
        crowd.expect(at, number, way, company);
        sizes.insert(number, people);
    }
    let mut sights = Vec::new();
    let mut answers: Vec<(Moment, u32)> = Vec::new();
    for _ in 0..LONGEST {
        let now = crowd.now();
        for (_, trip) in answers.extract_if(.., |(at, _)| *at <= now) {
            crowd.answer(trip, trip % 3 != 0);
        }
        for sight in crowd.step() {
            if let Sight::Scanned { at, trip, .. } = sight {
                answers.push((at.plus(Millis(i64::from(trip) * 100)), trip));
            }
            sights.push(sight);
        }
        if crowd.is_empty() {
            return (sights, sizes);
        }
    }
    panic!("not everybody left with seed {seed}");
}

fn truths(sights: &[Sight]) -> Vec<&TripTruth> {
    sights.iter().filter_map(|sight| if let Sight::Over(truth) = sight { Some(truth) } else { None }).collect()
}

fn paths(sights: &[Sight]) -> BTreeMap<TrackId, Vec<(Moment, Point)>> {
    let mut paths: BTreeMap<TrackId, Vec<(Moment, Point)>> = BTreeMap::new();
    for sight in sights {
        if let Sight::Positions { at, people } = sight {
            for (track, place) in people {
                paths.entry(track.clone()).or_default().push((*at, *place));
            }
        }
    }
    paths
}

fn check_walks(layout: &Value, seed: u64) {
    let floor = floor(layout);
    let (sights, sizes) = run(&floor, seed);
    let truths = truths(&sights);
    assert_eq!(truths.len(), TRIPS as usize);
    for truth in &truths {
        assert_eq!(truth.people.len(), sizes[&truth.number] as usize);
        assert_eq!(truth.is_admitted, truth.number % 3 != 0);
        for person in &truth.people {
            assert_eq!(person.entered.is_some(), person.left.is_some(), "{person:?}");
            assert!(person.entered <= person.left, "{person:?}");
            assert!(!truth.is_admitted || person.entered.is_some(), "{person:?}");
        }
    }
    let paths = paths(&sights);
    assert_eq!(paths.len(), truths.iter().map(|truth| truth.people.len()).sum::<usize>());
    for path in paths.values() {
        check_path(&floor, path);
    }
}

fn check_path(floor: &Floor, path: &[(Moment, Point)]) {
    for pair in path.windows(2) {
        let ((before, from), (after, to)) = (pair[0], pair[1]);
        assert_eq!(after, before.plus(TICK), "a person is seen without a break");
        assert!(from.distance(to) <= 1.6 * 0.1 + 1e-9, "{from:?} to {to:?}");
        for step in 0..=4 {
            let place = from.toward(to, f64::from(step) / 4.0);
            for gondola in &floor.map.gondolas {
                // A corner that is cut within a tick brings the straight line nearer than the way itself.
                assert!(gondola.footprint.distance(place) > 0.2, "{place:?} at gondola {}", gondola.id);
            }
        }
    }
    let outside = |place: Point| floor.map.gates.iter().any(|gate| gate.line.signed_distance(place) < 0.0);
    assert!(outside(path[0].1) && outside(path[path.len() - 1].1));
    // Whoever is inside came through a gate: crossings and sides agree at every step.
    for pair in path.windows(2) {
        if outside(pair[0].1) != outside(pair[1].1) {
            let crossed = floor.map.gates.iter().any(|gate| gate.line.crossing(pair[0].1, pair[1].1).is_some());
            assert!(crossed, "through the wall: {pair:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn people_walk_around_furniture_through_gates_and_leave(seed in any::<u64>()) {
        check_walks(&layouts::plain(), seed);
        check_walks(&layouts::two_gates(), seed);
    }
}

#[test]
fn the_same_seed_gives_the_same_walks() {
    let floor = floor(&layouts::two_gates());
    assert_eq!(run(&floor, 5).0, run(&floor, 5).0);
    assert_ne!(run(&floor, 5).0, run(&floor, 6).0);
}

/// Else it would not be certain to whom a code belongs.
#[test]
fn groups_come_in_one_after_the_other() {
    let floor = floor(&layouts::plain());
    for seed in 0..8 {
        let (sights, _) = run(&floor, seed);
        let mut open: Option<u32> = None;
        for sight in &sights {
            let (track, direction) = match sight {
                Sight::Scanned { trip, .. } => {
                    open = Some(*trip);
                    continue;
                }
                Sight::Crossed { track, direction, .. } => (track, direction),
                _ => continue,
            };
            if *direction == Direction::In {
                let trip: u32 = track.as_str().split('-').nth(1).unwrap().parse().unwrap();
                assert_eq!(Some(trip), open, "seed {seed}");
            }
        }
    }
}

#[test]
fn a_crossing_is_told_for_the_moment_of_the_line() {
    let floor = floor(&layouts::plain());
    let (sights, _) = run(&floor, 3);
    let paths = paths(&sights);
    let mut crossings = 0;
    for sight in &sights {
        let Sight::Crossed { at, track, is_reported, .. } = sight else {
            continue;
        };
        crossings += 1;
        assert!(!is_reported);
        let path = &paths[track];
        let after = path.iter().position(|(moment, _)| moment >= at).unwrap();
        let (x_before, x_after) = (path[after - 1].1.x(), path[after].1.x());
        assert!(x_before * x_after <= 0.0, "{x_before} to {x_after}");
    }
    assert!(crossings >= 2 * 8, "{crossings}");
}

#[test]
fn zones_are_visited() {
    let (sights, _) = run(&floor(&layouts::plain()), 3);
    let truths = truths(&sights);
    let at_checkout = truths.iter().flat_map(|truth| &truth.people);
    assert!(at_checkout.filter(|person| person.zones.contains(&"checkout".into())).count() > 3);
}

#[test]
fn a_map_without_a_way_in_is_refused() {
    let check = |change: &dyn Fn(&mut Value), expected: &str| {
        let mut layout = layouts::plain();
        change(&mut layout);
        let fault: MapFault = StoreMap::read(&layout).and_then(Floor::new).unwrap_err();
        assert!(fault.to_string().contains(expected), "{fault}");
    };
    check(&|layout| layout["checkInDevices"] = json!([]), "no enabled check-in device");
    check(&|layout| layout["checkInDevices"][0]["enabled"] = json!(false), "no enabled check-in device");
    check(&|layout| layout["checkInDevices"][0]["purpose"] = json!("loyalty"), "no enabled check-in device");
    check(&|layout| layout["gates"][0]["kind"] = json!("entry"), "no enabled check-in device");
    check(&|layout| layout["gates"][0]["b"] = json!([0.0, 5.0]), "gate 1 has an impossible shape");
    check(&|layout| layout["gates"] = json!(7), "cannot be read");
}

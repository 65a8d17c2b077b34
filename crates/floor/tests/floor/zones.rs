//! Zones: margins, dwells, jitter, jumps, sight lost and found, changed plans.

use aisle_floor::Fact;
use aisle_model::floor_map::ZoneLabel;
use aisle_model::{Millis, ShopperId};
use proptest::prelude::*;

use crate::script::check;
use crate::store::{plan, second, tenths, zone};
use crate::stream::{Run, planned, positions};

/// Sends one track at these seconds and places, then long enough nobody for time to pass them.
fn run_of(fixes: &[(f64, f64, f64)]) -> Run {
    let mut run = Run::of(plan());
    for (time, x, y) in fixes {
        run.send(positions(second(*time), "vision", &[("A", *x, *y)]));
    }
    let end = fixes.last().map_or(0.0, |fix| fix.0);
    run.send(positions(second(end + 0.6), "vision", &[]));
    run
}

fn enters_and_leaves(facts: &[Fact], id: &str) -> (Vec<i64>, Vec<i64>) {
    let (mut enters, mut leaves) = (Vec::new(), Vec::new());
    for fact in facts {
        match fact {
            Fact::ZoneEntered { zone, at, .. } if zone.as_str() == id => enters.push(at.millis()),
            Fact::ZoneLeft { zone, at, .. } if zone.as_str() == id => leaves.push(at.millis()),
            _ => {}
        }
    }
    (enters, leaves)
}

fn check_till(fixes: &[(f64, f64, f64)], expected_enters: &[f64], expected_leaves: &[f64]) {
    let run = run_of(fixes);
    let millis = |times: &[f64]| times.iter().map(|t| second(*t).millis()).collect::<Vec<_>>();
    let expected = (millis(expected_enters), millis(expected_leaves));
    assert_eq!(enters_and_leaves(&run.facts, "till"), expected);
}

/// Along y = 0 at 10 Hz: `x` as a function of time.
fn path(from: f64, to: f64, x: impl Fn(f64) -> f64) -> Vec<(f64, f64, f64)> {
    let frames = tenths(to - from);
    (0..=frames).map(|n| from + n as f64 / 10.0).map(|t| (t, x(t), 0.0)).collect()
}

#[test]
fn the_moment_is_that_of_the_edge_between_two_positions() {
    check_till(&[(0.0, 4.9, 0.0), (0.2, 5.1, 0.0), (0.4, 5.2, 0.0), (0.6, 5.5, 0.0), (0.8, 5.6, 0.0)], &[0.1], &[]);
}

#[test]
fn the_dwell_starts_at_the_margin_and_ends_at_the_edge() {
    let shallow = path(0.0, 5.0, |t| if t < 1.0 { 4.9 } else { 5.14 });
    check_till(&shallow, &[], &[]);
    let too_short = path(0.0, 5.0, |t| if (1.0..1.25).contains(&t) { 5.2 } else { 4.9 });
    check_till(&too_short, &[], &[]);
    let dips_to_the_edge = path(0.0, 5.0, |t| if (1.0..1.15).contains(&t) { 5.2 } else { 5.0 });
    check_till(&dips_to_the_edge, &[0.0], &[]);
}

#[test]
fn leaving_needs_its_own_margin_and_dwell() {
    let x = |t: f64| match t {
        t if t < 3.0 => 6.0,
        t if t < 3.65 => 4.8,
        t if t < 5.0 => 5.1,
        t if t < 7.0 => 4.86,
        _ => 4.0,
    };
    let run = run_of(&path(0.0, 9.0, x));
    let (enters, leaves) = enters_and_leaves(&run.facts, "till");
    assert_eq!(enters, [second(0.0).millis()]);
    assert_eq!(leaves.len(), 1);
    assert!((second(4.8).millis()..=second(5.1).millis()).contains(&leaves[0]));
}

#[test]
fn dwell_counts_only_time_with_positions_a_second_apart() {
    check_till(&[(0.0, 4.9, 0.0), (0.5, 6.0, 0.0), (1.6, 6.0, 0.0), (2.7, 6.0, 0.0)], &[], &[]);
    check_till(&[(0.0, 4.9, 0.0), (1.0, 6.0, 0.0), (2.0, 6.0, 0.0)], &[0.0909], &[]);
}

#[test]
fn a_jump_is_believed_when_the_next_position_confirms_it() {
    let lonely = path(0.0, 3.0, |t| if (t - 1.0).abs() < 0.01 { 6.5 } else { 3.0 });
    check_till(&lonely, &[], &[]);
    let mut confirmed = path(0.0, 3.0, |t| if t < 0.95 { 3.0 } else { 6.5 });
    confirmed[10].1 = 6.3;
    let run = run_of(&confirmed);
    assert_eq!(enters_and_leaves(&run.facts, "till").0.len(), 1);
}

#[test]
fn out_of_sight_for_three_seconds_is_out_of_all_zones_as_of_the_last_position() {
    check(
        "walk A 0 (6,0) 3 (6,0)
         walk A 9 (6,0) 20 (6,0)
         end 20",
        "0.000 A came in
         0.000 A in till
         3.000 A out of till
         9.000 A in till",
    );
}

#[test]
fn jitter_on_an_edge_for_ten_minutes_makes_no_noise() {
    let mut run = Run::of(plan());
    let mut state = 12_345_u64;
    for n in 0..18_000_i64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let jitter = ((state >> 33) % 3001) as f64 / 10_000.0 - 0.15;
        let at = second(0.0).plus(Millis(n * 1000 / 30));
        run.send(positions(at, "vision", &[("A", 5.0 + jitter, 0.0)]));
    }
    let (enters, leaves) = enters_and_leaves(&run.facts, "till");
    assert!(enters.len() <= 1 && leaves.len() <= 1, "{} {}", enters.len(), leaves.len());
}

#[test]
fn a_narrow_zone_can_be_entered() {
    let mut narrow = plan();
    narrow.zones.push(zone("slot", ZoneLabel::Interest, [(3.0, -1.0), (3.2, 1.0)]));
    let mut run = Run::of(narrow);
    for n in 0..20 {
        run.send(positions(second(f64::from(n) / 10.0), "vision", &[("A", 3.1, 0.0)]));
    }
    assert_eq!(enters_and_leaves(&run.facts, "slot").0, [second(0.0).millis()]);
}

#[test]
fn a_deleted_zone_is_left_and_a_new_one_entered_with_the_usual_dwell() {
    let mut run = Run::of(plan());
    let stand = |run: &mut Run, from: i32, to: i32| {
        for n in from..to {
            run.send(positions(second(f64::from(n) / 10.0), "vision", &[("A", 6.0, 0.0)]));
        }
    };
    stand(&mut run, 0, 30);
    let mut other = plan();
    other.version = 2;
    other.at = second(2.95);
    other.zones.retain(|zone| zone.id.as_str() != "till");
    other.zones.insert(0, zone("promo", ZoneLabel::Interest, [(5.5, -1.0), (7.0, 1.0)]));
    run.add(second(2.95), planned(other));
    stand(&mut run, 30, 60);
    assert_eq!(enters_and_leaves(&run.facts, "till").1, [second(2.95).millis()]);
    assert_eq!(enters_and_leaves(&run.facts, "promo").0, [second(2.5).millis()]);
}

/// The most facts of one kind about one person and zone within any minute of the moments at which they were found.
fn busiest_minute(found: &[(i64, ShopperId)]) -> usize {
    let window = |start: usize| {
        let (from, who) = &found[start];
        let same = found[start..].iter().filter(|(_, other)| other == who);
        same.take_while(|(at, _)| at - from < 60_000).count()
    };
    (0..found.len()).map(window).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn never_more_than_22_a_minute(
        steps in prop::collection::vec((1_i64..800, -1.0_f64..1.0, any::<bool>()), 400),
    ) {
        let mut run = Run::of(plan());
        let mut at = second(0.0);
        let (mut enters, mut leaves) = (Vec::new(), Vec::new());
        for (wait, offset, is_inside) in steps {
            let x = if is_inside { 6.0 + offset } else { 3.5 + offset };
            at = at.plus(Millis(wait));
            let known = run.facts.len();
            run.send(positions(at, "vision", &[("A", x, 0.0)]));
            for fact in &run.facts[known..] {
                match fact {
                    Fact::ZoneEntered { shopper, .. } => enters.push((at.millis(), shopper.clone())),
                    Fact::ZoneLeft { shopper, .. } => leaves.push((at.millis(), shopper.clone())),
                    _ => {}
                }
            }
        }
        prop_assert!(busiest_minute(&enters) <= 22);
        prop_assert!(busiest_minute(&leaves) <= 22);
    }

    #[test]
    fn enters_and_leaves_take_turns_in_order_of_time(
        steps in prop::collection::vec((20_i64..4000, 3.0_f64..9.5), 200),
    ) {
        let mut run = Run::of(plan());
        let mut at = second(0.0);
        for (wait, x) in steps {
            at = at.plus(Millis(wait));
            run.send(positions(at, "vision", &[("A", x, 0.0)]));
        }
        let (enters, leaves) = enters_and_leaves(&run.facts, "till");
        prop_assert!(enters.len() == leaves.len() || enters.len() == leaves.len() + 1);
        for (n, leave) in leaves.iter().enumerate() {
            prop_assert!(enters[n] <= *leave);
            prop_assert!(enters.get(n + 1).is_none_or(|next| leave <= next));
        }
    }
}

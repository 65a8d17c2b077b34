//! Broken tracks, merges and splits.

use aisle_model::TrackId;
use aisle_model::event::{Appearance, EventKind, Person, Positions};

use crate::render::rendered;
use crate::script::check;
use crate::store::{plan, second};
use crate::stream::{Run, event};

#[test]
fn a_new_name_in_the_next_frame_continues_the_only_one_who_vanished() {
    check(
        "walk A 0 (3,0) 5 (4,0)
         walk A2 5.1 (4,0) 9 (4.5,3)
         walk B 0 (9,9) 20 (9,9)
         end 12",
        "0.000 A came in
         0.000 B came in
         5.100 A is A+A2",
    );
}

#[test]
fn two_who_vanished_are_not_told_apart() {
    check(
        "walk A 0 (3,0) 5 (4,0)
         walk B 0 (3,1) 5 (4,1)
         walk C 5.1 (4,0.5) 9 (4.5,3)
         end 12",
        "0.000 A came in
         0.000 B came in
         5.100 C came in",
    );
}

#[test]
fn too_far_away_is_somebody_else() {
    check(
        "walk A 0 (3,0) 5 (4,0)
         walk B 6 (9,0) 20 (9,0)
         end 12",
        "0.000 A came in
         6.000 B came in",
    );
}

#[test]
fn a_merge_with_a_visitor_joins_into_the_registered() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (3,0)
         walk V 0 (3,1) 30 (3,1)
         2.5 scan S1 device 4 places 1
         10.1 merge V A
         end 16",
        "0.000 V came in
         3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         10.100 V left joined
         10.100 V was A
         10.100 A is V",
    );
}

#[test]
fn a_merge_of_two_sessions_moves_nothing() {
    check(
        "walk A 0 (3,0) 30 (3,0)
         walk B 0 (3,1) 30 (3,1)
         5 bind A S1
         6 bind B S2
         10.1 merge A B
         end 16",
        "0.000 A came in
         0.000 B came in
         5.000 A bound S1
         5.000 A entered S1
         5.000 A bound
         6.000 B bound S2
         6.000 B entered S2
         6.000 B bound
         10.100 A review identityConflict
         10.100 B review identityConflict",
    );
}

#[test]
fn a_split_makes_a_new_visitor() {
    check(
        "walk A 0 (3,0) 30 (3,0)
         walk B 10.2 (3,0.5) 30 (6,3)
         5 bind A S1
         10.1 split A B
         end 16",
        "0.000 A came in
         5.000 A bound S1
         5.000 A entered S1
         5.000 A bound
         10.100 A is A
         10.100 B came in",
    );
}

fn looking(people: &[(&str, f64, &[f64])]) -> EventKind {
    let person = |(track, x, values): &(&str, f64, &[f64])| Person {
        track_id: TrackId::from(*track),
        x: *x,
        y: 0.0,
        confidence: 1.0,
        more: serde_json::Map::new(),
        appearance: (!values.is_empty()).then(|| Appearance { model: "reid-1".to_owned(), values: values.to_vec() }),
    };
    let people = people.iter().map(person).collect();
    EventKind::Positions(Positions { people, complete: true })
}

/// Two people in different clothes vanish; somebody appears who looks like `new`.
fn check_looks(new: &[f64], expected_last: &str) {
    let mut run = Run::of(plan());
    let both = looking(&[("A", 3.0, &[1.0, 0.0, 0.0]), ("B", 3.5, &[0.0, 1.0, 0.0])]);
    run.send(event(second(0.0), "vision", both));
    run.send(event(second(1.0), "vision", looking(&[("C", 3.2, new)])));
    run.send(event(second(3.0), "vision", looking(&[])));
    let said = rendered(&run.facts);
    assert_eq!(said.last().map(String::as_str), Some(expected_last));
}

#[test]
fn looks_tell_apart_who_goes_on() {
    check_looks(&[0.1, 2.0, 0.0], "1.000 B is B+C");
    check_looks(&[9.0, 1.0, 0.0], "1.000 A is A+C");
}

#[test]
fn looks_that_fit_both_or_nobody_join_nobody() {
    check_looks(&[1.0, 1.02, 0.0], "1.000 C came in");
    check_looks(&[0.0, 0.0, 1.0], "1.000 C came in");
    check_looks(&[], "1.000 C came in");
    check_looks(&[0.0, 0.0, 0.0], "1.000 C came in");
}

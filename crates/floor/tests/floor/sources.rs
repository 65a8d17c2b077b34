//! Store time, order, settling, gaps, and sources that fall silent.

use aisle_floor::{Fact, SourceState};
use aisle_model::entry::EntryBody;
use aisle_model::event::{Direction, EventKind, GateCrossed, Positions, Settled, SourceRole, SourceStatus};
use aisle_model::{GateId, Millis, SourceName, TrackId};

use crate::render::rendered;
use crate::script::{compare, run};
use crate::store::{plan, plan_without_cameras, second};
use crate::stream::{Run, event, heartbeat, positions, settled, tick};

fn nobody(seconds: f64, source: &str) -> EntryBody {
    positions(second(seconds), source, &[])
}

fn numbered(seconds: f64, seq: u64) -> EntryBody {
    let mut body = nobody(seconds, "vision");
    if let EntryBody::Event(event) = &mut body {
        event.seq = Some(seq);
    }
    body
}

#[test]
fn time_follows_the_slowest_required_source_and_never_goes_back() {
    let mut two = plan();
    two.settings.perception.required_sources.push(SourceName::from("east"));
    let mut run = Run::of(two);
    run.send(nobody(10.0, "vision"));
    run.send(nobody(4.0, "east"));
    assert_eq!(run.floor.store_time(), Some(second(3.5)));
    run.send(nobody(2.0, "east"));
    assert_eq!(run.floor.store_time(), Some(second(3.5)));
    run.send(nobody(12.0, "east"));
    assert_eq!(run.floor.store_time(), Some(second(9.5)));
}

#[test]
fn without_required_sources_time_follows_the_ticks() {
    let mut run = Run::of(plan_without_cameras());
    run.send(nobody(10.0, "vision"));
    assert_eq!(run.floor.store_time(), None);
    run.tick(7.0);
    assert_eq!(run.floor.store_time(), Some(second(6.5)));
    run.send(heartbeat(second(10.0), "vision", SourceRole::Perception, SourceStatus::Ok));
    assert_eq!(run.floor.store_time(), Some(second(9.5)));
}

#[test]
fn events_act_in_the_order_of_the_world() {
    let mut run = Run::of(plan());
    let seen = |time: f64, x: f64| positions(second(time), "vision", &[("A", x, 0.0)]);
    run.send(positions(second(0.0), "vision", &[("B", 9.0, 9.0)]));
    run.send(seen(0.4, 5.2));
    run.send(seen(0.2, 4.8));
    run.send(seen(0.3, 5.0));
    for n in 5..20 {
        run.send(seen(f64::from(n) / 10.0, 5.4));
    }
    let zones: Vec<String> = rendered(&run.facts).into_iter().filter(|line| line.contains("in till")).collect();
    assert_eq!(zones, ["0.300 A in till"]);
}

#[test]
fn a_late_crossing_takes_a_place_that_is_still_open() {
    let crossed = |seconds: f64| {
        let (gate_id, direction) = (GateId(2), Direction::In);
        let track_id = Some(TrackId::from("A"));
        let body = GateCrossed { gate_id, direction, track_id, forced: false };
        event(second(seconds), "door", EventKind::GateCrossed(body))
    };
    let mut late = run(plan(), true, "walk A 0 (-1,20) 5 (-1,20) 7 (1,20)\n2 scan S1 device 5 places 1\nend 8");
    late.add(second(8.1), crossed(6.0));
    assert_eq!(late.floor.counters().stragglers, 1);
    compare(&late, "6.000 A came in by 2\n6.000 A bound S1 place\n6.000 A entered S1\n6.500 A in hall S1");
}

#[test]
fn late_positions_move_nobody() {
    let mut run = Run::of(plan());
    run.send(positions(second(0.0), "vision", &[("A", 3.0, 0.0)]));
    run.send(nobody(5.0, "vision"));
    run.send(positions(second(4.0), "vision", &[("A", 6.0, 0.0), ("B", 6.0, 0.0)]));
    run.send(nobody(9.0, "vision"));
    assert_eq!(rendered(&run.facts), ["0.000 A came in"]);
}

#[test]
fn an_event_that_breaks_the_promise_of_its_source_is_late() {
    let mut run = Run::of(plan());
    run.send(settled(second(5.0), "vision", second(5.0)));
    run.send(positions(second(4.9), "vision", &[("A", 6.0, 0.0)]));
    assert_eq!(run.floor.counters().late, 1);
    run.send(positions(second(5.1), "vision", &[("A", 6.0, 0.0)]));
    assert_eq!(run.floor.counters().late, 1);
}

#[test]
fn settled_is_the_least_promise_and_a_gap_holds_it_back() {
    let mut run = Run::of(plan());
    run.send(numbered(1.0, 1));
    run.send(settled(second(2.0), "vision", second(1.9)));
    assert_eq!(run.floor.settled_up_to(), Some(second(1.9)));
    run.send(numbered(3.0, 2));
    run.send(numbered(4.0, 5));
    run.send(settled(second(5.0), "vision", second(4.9)));
    assert_eq!(run.floor.settled_up_to(), Some(second(3.0)));
    let asked = run.facts.iter().filter(|f| matches!(f, Fact::ResendAsked { .. })).count();
    assert_eq!(asked, 1);
    run.send(numbered(3.5, 3));
    assert_eq!(run.floor.settled_up_to(), Some(second(3.0)));
    let lost = Settled { up_to: second(5.0), track_ids: None, lost: vec![(4, 4)] };
    run.send(event(second(5.1), "vision", EventKind::Settled(lost)));
    assert_eq!(run.floor.settled_up_to(), Some(second(5.0)));
    let smaller = settled(second(5.2), "vision", second(1.0));
    run.send(smaller);
    assert_eq!(run.floor.settled_up_to(), Some(second(5.0)));
}

#[test]
fn a_promise_about_tracks_settles_their_trip_only() {
    let mut run = Run::of(plan());
    let tracks = [TrackId::from("A"), TrackId::from("B")];
    let of_tracks = Settled { up_to: second(4.0), track_ids: Some(tracks.to_vec()), lost: Vec::new() };
    run.send(event(second(5.0), "vision", EventKind::Settled(of_tracks)));
    assert!(run.floor.has_settled(&tracks, second(4.0)));
    assert!(!run.floor.has_settled(&tracks, second(4.1)));
    assert!(!run.floor.has_settled(&[TrackId::from("C")], second(4.0)));
    assert_eq!(run.floor.settled_up_to(), None);
}

#[test]
fn a_gap_is_given_up_after_a_minute_and_those_inside_are_reviewed() {
    let mut run = run(plan(), true, "walk A 0 (3,0) 75 (3,0)\n1 bind A S1\nend 3");
    run.send(numbered(3.1, 1));
    run.send(numbered(3.2, 3));
    for n in 4..70 {
        run.send(positions(second(f64::from(n)), "vision", &[("A", 3.0, 0.0)]));
        run.tick(f64::from(n) + 0.1);
    }
    let lost = run.facts.iter().find_map(|fact| match fact {
        Fact::GapLost { from_seq, to_seq, at, .. } => Some((*from_seq, *to_seq, *at)),
        _ => None,
    });
    assert_eq!(lost.map(|(from, to, _)| (from, to)), Some((2, 2)));
    let said = rendered(&run.facts);
    assert!(said.iter().any(|line| line.ends_with("A review sensorGap")), "{said:?}");
}

#[test]
fn a_silent_source_is_degraded_then_lost_then_back() {
    let mut run = run(plan(), true, "walk A 0 (3,0) 2 (3,0)\n1 bind A S1\nend 2");
    for n in 3..45 {
        run.tick(f64::from(n));
    }
    for n in 45..60 {
        run.send(nobody(f64::from(n), "vision"));
        run.tick(f64::from(n) + 0.1);
    }
    compare(
        &run,
        "0.000 A came in
         1.000 A bound S1
         1.000 A entered S1
         1.000 A bound
         7.000 vision degraded
         7.000 A marked lowTrackingConfidence
         32.000 vision lost
         32.000 A review sensorGap
         54.100 vision back",
    );
}

#[test]
fn a_server_that_was_away_does_not_take_its_sources_for_dead() {
    let mut run = run(plan(), true, "end 3");
    run.tick(3600.0);
    run.tick(3601.0);
    let vision = run.floor.sources().next().expect("vision").1;
    assert_eq!(vision.state, SourceState::Ok);
    assert!(run.floor.store_time() < Some(second(4.0)));
}

#[test]
fn a_source_that_says_it_failed_is_lost_at_once() {
    let mut run = run(plan(), true, "end 3");
    let failed = heartbeat(second(3.1), "vision", SourceRole::Perception, SourceStatus::Failed);
    run.send(failed);
    assert_eq!(rendered(&run.facts), ["3.150 vision lost"]);
}

#[test]
fn a_wrong_clock_is_told_once_an_hour() {
    let mut run = Run::of(plan());
    for n in 0..200 {
        let at = second(f64::from(n) * 30.0);
        let body = heartbeat(at, "vision", SourceRole::Perception, SourceStatus::Ok);
        run.add(at.minus(Millis(700)), body);
    }
    let told: Vec<i64> = run
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::ClockSkewed { skew_ms, .. } => Some(*skew_ms),
            _ => None,
        })
        .collect();
    assert_eq!(told, [700, 700]);
}

#[test]
fn an_event_that_waits_is_replaced_as_if_it_had_never_been() {
    let mut run = Run::of(plan());
    run.send(nobody(0.0, "vision"));
    run.send(positions(second(0.4), "vision", &[("wrong", 6.0, 0.0)]));
    let wrong = match &run.entries.last().expect("sent").body {
        EntryBody::Event(event) => event.event_id,
        EntryBody::Server(_) => unreachable!("positions are an event"),
    };
    let mut right = positions(second(0.4), "vision", &[("right", 6.0, 0.0)]);
    if let EntryBody::Event(event) = &mut right {
        event.supersedes = Some(wrong);
    }
    run.send(right);
    run.send(nobody(3.0, "vision"));
    assert_eq!(rendered(&run.facts), ["0.400 right came in"]);
}

#[test]
fn an_unreadable_store_wants_no_ticks_and_a_waiting_one_does() {
    let mut run = Run::of(plan_without_cameras());
    assert!(!run.floor.wants_ticks());
    let empty = Positions { people: Vec::new(), complete: true };
    run.send(event(second(0.0), "vision", EventKind::Positions(empty)));
    assert!(run.floor.wants_ticks());
    run.tick(1.0);
    assert!(!run.floor.wants_ticks());
    run.tick(60.0);
    run.add(second(60.0), tick(second(60.0)));
    assert!(!run.floor.wants_ticks());
}

#[test]
fn a_lost_source_that_speaks_again_wants_the_ticks_that_bring_it_back() {
    let mut run = Run::of(plan());
    let well = |time: f64| heartbeat(second(time), "vision", SourceRole::Perception, SourceStatus::Ok);
    run.send(well(0.0));
    (1..40).for_each(|n| run.tick(f64::from(n)));
    assert!(!run.floor.wants_ticks(), "nothing is counted while it is lost and silent");
    run.send(well(100.0));
    let mut time = 100.0;
    while run.floor.wants_ticks() && time < 130.0 {
        time += 1.0;
        run.send(well(time));
        run.tick(time);
    }
    assert!(rendered(&run.facts).iter().any(|fact| fact.ends_with("vision back")), "{:?}", rendered(&run.facts));
}

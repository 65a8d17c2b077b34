//! Random stores: streams of everything that can happen, in and out of order, sensible and not.

use aisle_model::entry::{BindAsked, CheckInPlace, CheckedIn, EntryBody, ServerEntry};
use aisle_model::event::{
    AppearedAt, Direction, EventKind, GateCrossed, LostReason, SourceRole, SourceStatus, TrackAppeared, TrackLost,
};
use aisle_model::{CheckInDeviceId, GateId, Millis, Moment, RequestId, TrackId, ZoneId};
use proptest::prelude::*;
use uuid::Uuid;

use crate::script::{session, shopper_of};
use crate::store::{plan, second};
use crate::stream::{Run, event, heartbeat, planned, positions, settled, tick};

/// One thing that happens, and how long after the one before.
#[derive(Debug, Clone)]
pub struct Step {
    wait_ms: i64,
    /// How much older than the newest the event says it is.
    age_ms: i64,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Seen(Vec<(u8, f64, f64)>),
    Walked { track: u8, inwards: bool },
    Appeared(u8, f64, f64),
    Lost(u8, LostReason),
    Crossed { track: Option<u8>, gate: i64, direction: Direction },
    Merged(u8, u8),
    Split(u8, u8),
    Grouped(u8, u8),
    Staff(u8),
    Scanned { session: u8, place: u8, places: u8, late_ms: i64 },
    Bound { track: u8, session: u8, role: u8 },
    Closed(u8),
    Ticked,
    Healthy,
    Settled,
    Replanned(bool),
}

const ROLES: [&str; 4] = ["customer", "employee", "tester", "untracked"];

fn what() -> impl Strategy<Value = What> {
    let track = 0..8_u8;
    let place = (-4.0..12.0_f64, -3.0..22.0_f64);
    let seen = prop::collection::vec((track.clone(), place.0.clone(), place.1.clone()), 0..5);
    let direction = prop_oneof![Just(Direction::In), Just(Direction::Out)];
    let reason = prop_oneof![Just(LostReason::Exited), Just(LostReason::Occluded)];
    prop_oneof![
        6 => seen.prop_map(What::Seen),
        8 => (track.clone(), any::<bool>())
            .prop_map(|(track, inwards)| What::Walked { track, inwards }),
        1 => (track.clone(), place.0, place.1).prop_map(|(t, x, y)| What::Appeared(t, x, y)),
        2 => (track.clone(), reason).prop_map(|(track, reason)| What::Lost(track, reason)),
        4 => (prop::option::of(track.clone()), 1..4_i64, direction)
            .prop_map(|(track, gate, direction)| What::Crossed { track, gate, direction }),
        1 => (track.clone(), track.clone()).prop_map(|(a, b)| What::Merged(a, b)),
        1 => (track.clone(), track.clone()).prop_map(|(a, b)| What::Split(a, b)),
        1 => (track.clone(), track.clone()).prop_map(|(a, b)| What::Grouped(a, b)),
        1 => track.clone().prop_map(What::Staff),
        4 => (1..9_u8, 0..5_u8, 0..4_u8, 0..9000_i64).prop_map(|(session, place, places, late_ms)| {
            What::Scanned { session, place, places, late_ms }
        }),
        2 => (track, 1..9_u8, 0..4_u8)
            .prop_map(|(track, session, role)| What::Bound { track, session, role }),
        1 => (1..9_u8).prop_map(What::Closed),
        5 => Just(What::Ticked),
        4 => Just(What::Healthy),
        2 => Just(What::Settled),
        1 => any::<bool>().prop_map(What::Replanned),
    ]
}

pub fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![6 => 0..400_i64, 2 => 400..4000_i64, 1 => 4000..40_000_i64];
    let age = prop_oneof![8 => Just(0_i64), 1 => 0..1500_i64, 1 => -4000..20_000_i64];
    let step = (wait, age, what()).prop_map(|(wait_ms, age_ms, what)| Step { wait_ms, age_ms, what });
    prop::collection::vec(step, 1..count)
}

/// Runs the steps, then lets an hour of ticks pass so that everything that must end has ended.
pub fn run_of(steps: &[Step]) -> Run {
    let mut run = Run::of(plan());
    let mut now = second(0.0);
    let mut used = Vec::new();
    for step in steps {
        now = now.plus(Millis(step.wait_ms));
        step.perform(&mut run, now, &mut used);
    }
    run
}

/// Everybody is gone after two days.
pub fn wait_for_the_end(run: &mut Run, last: Moment) {
    for minute in 1..=3000 {
        let at = last.plus(Millis(minute * 60_000));
        run.add(at, tick(at));
    }
}

fn name(track: u8) -> String {
    format!("t{track}")
}

impl Step {
    fn perform(&self, run: &mut Run, now: Moment, used: &mut Vec<u8>) {
        let at = now.minus(Millis(self.age_ms));
        match &self.what {
            What::Seen(people) => see(run, now, at, people),
            What::Walked { track, inwards } => {
                for n in 0..8 {
                    let x = f64::from(n) * 0.5 - 1.75;
                    let later = Millis(i64::from(n) * 100);
                    let people = [(*track, if *inwards { x } else { -x }, 0.0)];
                    see(run, now.plus(later), at.plus(later), &people);
                }
            }
            What::Ticked => run.add(now, tick(now)),
            What::Healthy => {
                let (role, status) = (SourceRole::Perception, SourceStatus::Ok);
                run.add(now, heartbeat(at, "vision", role, status));
            }
            What::Settled => run.add(now, settled(at, "vision", at.minus(Millis(700)))),
            What::Replanned(full) => {
                let mut other = plan();
                other.at = now;
                other.zones.truncate(if *full { 9 } else { 2 });
                run.add(now, planned(other));
            }
            What::Scanned { .. } | What::Bound { .. } | What::Closed(_) => {
                self.ask(run, now, used);
            }
            _ => {
                let kind = self.kind(at).expect("all else is an event");
                run.add(now, event(at, "vision", kind));
            }
        }
    }

    /// What perception and sensors say of tracks and gates.
    fn kind(&self, at: Moment) -> Option<EventKind> {
        let track = |track: u8| TrackId::from(name(track).as_str());
        Some(match &self.what {
            What::Appeared(who, x, y) => EventKind::TrackAppeared(appeared(track(*who), (*x, *y))),
            What::Lost(who, reason) => {
                let body = TrackLost { track_id: track(*who), position: None, reason: *reason };
                EventKind::TrackLost(body)
            }
            What::Crossed { track: who, gate, direction } => {
                let (gate_id, direction, track_id) = (GateId(*gate), *direction, who.map(track));
                let body = GateCrossed { gate_id, direction, track_id, forced: false };
                EventKind::GateCrossed(body)
            }
            What::Merged(a, b) => {
                let (track_ids, into) = (vec![track(*b)], track(*a));
                EventKind::TrackMerged { track_ids, into }
            }
            What::Split(a, b) => {
                let (track_id, into) = (track(*a), vec![track(*b), track(*a)]);
                EventKind::TrackSplit { track_id, into, since: at }
            }
            What::Grouped(a, b) => {
                let track_ids = vec![track(*a), track(*b)];
                EventKind::GroupHint { track_ids, confidence: 0.9 }
            }
            What::Staff(who) => EventKind::StaffHint { track_id: track(*who), confidence: 0.95 },
            _ => return None,
        })
    }

    /// What the operations ask: a session is checked in once and bound to only while it may be.
    fn ask(&self, run: &mut Run, now: Moment, used: &mut Vec<u8>) {
        match &self.what {
            What::Scanned { session: number, place, places, late_ms } => {
                if used.contains(number) {
                    return;
                }
                used.push(*number);
                let check_in = CheckedIn {
                    session: session(&format!("S{number}"), &["role", ROLES[*number as usize % 4]]),
                    place: place_of(*place),
                    places: (*places > 0).then(|| u32::from(*places)),
                    reserved: u32::from(*places).max(1),
                    scanned_at: now.minus(Millis(*late_ms)),
                    accepted_at: now,
                };
                run.add(now, EntryBody::Server(ServerEntry::CheckedIn(check_in)));
            }
            What::Bound { track, session: number, role } => {
                let role = if used.contains(number) { *number as usize % 4 } else { *role as usize };
                if !used.contains(number) && role != *number as usize % 4 {
                    return;
                }
                used.push(*number);
                let ask = BindAsked {
                    request: RequestId(Uuid::nil()),
                    shopper: shopper_of(&run.facts, &name(*track)),
                    session: session(&format!("S{number}"), &["role", ROLES[role]]),
                    at: now,
                };
                run.add(now, EntryBody::Server(ServerEntry::BindAsked(ask)));
            }
            What::Closed(number) => {
                let session = session(&format!("S{number}"), &[]).number;
                let closed = ServerEntry::PlacesClosed { session, at: now };
                run.add(now, EntryBody::Server(closed));
            }
            _ => {}
        }
    }
}

fn see(run: &mut Run, now: Moment, at: Moment, people: &[(u8, f64, f64)]) {
    let named: Vec<(String, f64, f64)> = people.iter().map(|(track, x, y)| (name(*track), *x, *y)).collect();
    let people: Vec<(&str, f64, f64)> = named.iter().map(|(track, x, y)| (track.as_str(), *x, *y)).collect();
    run.add(now, positions(at, "vision", &people));
}

fn appeared(track_id: TrackId, (x, y): (f64, f64)) -> TrackAppeared {
    TrackAppeared { track_id, x, y, place: AppearedAt::Interior, gate_id: None, appearance: None }
}

fn place_of(place: u8) -> CheckInPlace {
    match place {
        0 => CheckInPlace::External { device: CheckInDeviceId(4), gate: GateId(1) },
        1 => CheckInPlace::External { device: CheckInDeviceId(5), gate: GateId(2) },
        2 => CheckInPlace::Internal { device: CheckInDeviceId(9), zone: ZoneId::from("desk") },
        3 => CheckInPlace::Gate(GateId(1)),
        _ => CheckInPlace::AnyGate,
    }
}

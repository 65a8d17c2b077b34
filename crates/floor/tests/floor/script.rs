//! Scripts of a store as text.
//!
//! One thing a line, in any order; times are seconds. Cameras send everybody ten times a second unless the store has
//! none, and the server ticks once a second.
//!
//! ```text
//! walk A 0 (-2,0) 4 (2,0)            way points with their times; straight lines between them
//! 1.0 scan S1 device 4 places 2      also: gate 1 | any gate | zone desk; accepted 3.5; role employee
//! 2.0 cross in A gate 2              "-" for a sensor that only counts
//! 9.0 bind A S2 role tester          by a person
//! 9.0 close S1                       its places end
//! 9.0 store CLOSED                   also: OPEN, CLOSED_FOR_MAINTENANCE, DECOMMISSIONED
//! 9.0 lost A exited
//! 9.0 merge A B                      into the first
//! 9.0 split A B                      A goes on
//! 9.0 group A B 0.9 / staff A 0.95
//! end 60
//! ```

use aisle_floor::Fact;
use aisle_model::entry::{BindAsked, CheckInPlace, CheckedIn, EntryBody, ServerEntry, SessionRef};
use aisle_model::event::{Direction, EventKind, GateCrossed, LostReason, SourceRole, SourceStatus, TrackLost};
use aisle_model::floor_map::FloorPlan;
use aisle_model::store::{DeploymentStatus, Role, StoreStatus};
use aisle_model::{
    CheckInDeviceId, CustomerId, GateId, Millis, Moment, RequestId, SessionNumber, SessionToken, ShopperId, TrackId,
    ZoneId,
};
use uuid::Uuid;

use crate::render::rendered;
use crate::store::{plan, plan_without_cameras, second, tenths};
use crate::stream::{Run, event, heartbeat, positions, tick};

pub struct Walk {
    track: String,
    points: Vec<(f64, f64, f64)>,
}

impl Walk {
    fn at(&self, time: f64) -> Option<(f64, f64)> {
        let last = self.points.last()?;
        if (time - last.0).abs() < 1e-9 {
            return Some((last.1, last.2));
        }
        self.points.windows(2).find_map(|pair| {
            let ((t0, x0, y0), (t1, x1, y1)) = (pair[0], pair[1]);
            let share = (time - t0) / (t1 - t0);
            let within = time >= t0 - 1e-9 && time < t1;
            within.then_some((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
        })
    }
}

/// Runs a script in the shop with cameras and compares the facts.
pub fn check(script: &str, expected: &str) {
    compare(&run(plan(), true, script), expected);
}

/// Runs a script in the shop that has turnstiles only.
pub fn check_without_cameras(script: &str, expected: &str) {
    compare(&run(plan_without_cameras(), false, script), expected);
}

pub fn compare(run: &Run, expected: &str) {
    let said: Vec<String> = rendered(&run.facts);
    let trimmed = expected.lines().map(str::trim);
    let expected: Vec<&str> = trimmed.filter(|line| !line.is_empty()).collect();
    assert_eq!(said, expected, "\nsaid:\n{}\n", said.join("\n"));
}

pub fn run(plan: FloorPlan, cameras: bool, script: &str) -> Run {
    let mut run = Run::of(plan);
    let mut walks = Vec::new();
    let mut acts: Vec<(f64, f64, String)> = Vec::new();
    let mut end = 60.0;
    for line in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (first, rest) = line.split_once(' ').expect("a verb and more");
        match first {
            "walk" => walks.push(parsed_walk(rest)),
            "end" => end = number(rest),
            time => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                let heard = after(&words, "accepted").map_or(number(time), number);
                acts.push((heard, number(time), rest.to_owned()));
            }
        }
    }
    acts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut acts = acts.into_iter().peekable();
    for frame in 0..=tenths(end) {
        let time = frame as f64 / 10.0;
        while let Some((_, at, act)) = acts.next_if(|(heard, ..)| *heard <= time) {
            perform(&mut run, at, &act);
        }
        if cameras {
            send_frame(&mut run, time, frame, &walks);
        }
        if frame % 10 == 0 {
            run.add(second(time + 0.06), tick(second(time + 0.06)));
        }
    }
    run
}

fn send_frame(run: &mut Run, time: f64, frame: i64, walks: &[Walk]) {
    if frame % 10 == 0 {
        let (role, status) = (SourceRole::Perception, SourceStatus::Ok);
        run.send(heartbeat(second(time), "vision", role, status));
    }
    let seen = |walk: &Walk| walk.at(time).map(|(x, y)| (walk.track.clone(), x, y));
    let seen: Vec<(String, f64, f64)> = walks.iter().filter_map(seen).collect();
    let people: Vec<(&str, f64, f64)> = seen.iter().map(|(track, x, y)| (track.as_str(), *x, *y)).collect();
    run.send(positions(second(time), "vision", &people));
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

fn parsed_walk(rest: &str) -> Walk {
    let mut words = rest.split_whitespace();
    let track = words.next().expect("a track").to_owned();
    let mut points = Vec::new();
    while let (Some(time), Some(point)) = (words.next(), words.next()) {
        let inner = point.trim_matches(['(', ')']);
        let (x, y) = inner.split_once(',').expect("(x,y)");
        points.push((number(time), number(x), number(y)));
    }
    Walk { track, points }
}

fn perform(run: &mut Run, time: f64, act: &str) {
    let words: Vec<&str> = act.split_whitespace().collect();
    let at = second(time);
    let track = |n: usize| TrackId::from(words[n]);
    if let Some(entry) = asked(&run.facts, at, &words) {
        run.add(entry.0, EntryBody::Server(entry.1));
        return;
    }
    let body = match words[0] {
        "cross" => EventKind::GateCrossed(GateCrossed {
            direction: Direction::parse(words[1]).expect("in or out"),
            track_id: (words[2] != "-").then(|| track(2)),
            gate_id: GateId(words[4].parse().expect("a gate")),
            forced: false,
        }),
        "lost" => EventKind::TrackLost(TrackLost {
            track_id: track(1),
            position: None,
            reason: LostReason::parse(words[2]).expect("a reason"),
        }),
        "merge" => EventKind::TrackMerged { track_ids: vec![track(2)], into: track(1) },
        "split" => EventKind::TrackSplit { track_id: track(1), into: vec![track(2), track(1)], since: at },
        "group" => EventKind::GroupHint { track_ids: vec![track(1), track(2)], confidence: number(words[3]) },
        "staff" => EventKind::StaffHint { track_id: track(1), confidence: number(words[2]) },
        other => panic!("nobody can {other}"),
    };
    run.send(event(at, "door", body));
}

/// What the server appends for a line, and when.
fn asked(facts: &[Fact], at: Moment, words: &[&str]) -> Option<(Moment, ServerEntry)> {
    Some(match words[0] {
        "scan" => {
            let check_in = scanned(at, words);
            (check_in.accepted_at, ServerEntry::CheckedIn(check_in))
        }
        "bind" => {
            let shopper = shopper_of(facts, words[1]);
            let session = session(words[2], words);
            let request = RequestId(Uuid::from_u64_pair(7, 7));
            (at, ServerEntry::BindAsked(BindAsked { request, shopper, session, at }))
        }
        "close" => {
            let session = session(words[1], words).number;
            (at, ServerEntry::PlacesClosed { session, at })
        }
        "store" => (at, ServerEntry::Planned(Box::new(plan_of_status(at, words[1])))),
        _ => return None,
    })
}

fn plan_of_status(at: Moment, word: &str) -> FloorPlan {
    let mut plan = FloorPlan { at, ..plan() };
    match StoreStatus::parse(word) {
        Some(status) => plan.status = status,
        None => plan.deployment = DeploymentStatus::parse(word).expect("a status"),
    }
    plan
}

fn after<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let place = words.iter().position(|word| *word == name)?;
    words.get(place + 1).copied()
}

pub fn session(name: &str, words: &[&str]) -> SessionRef {
    let role = after(words, "role").map_or(Role::Customer, |r| Role::parse(r).expect("a role"));
    SessionRef {
        number: SessionNumber(name[1..].parse().expect("S and a number")),
        token: SessionToken::from(name),
        customer: Some(CustomerId(42)),
        role,
    }
}

fn scanned(at: Moment, words: &[&str]) -> CheckedIn {
    let gate_of = |device: i64| GateId(if device == 5 { 2 } else { 1 });
    let id = |text: &str| -> i64 { text.parse().expect("a number") };
    let place = if let Some(device) = after(words, "device").map(id) {
        CheckInPlace::External { device: CheckInDeviceId(device), gate: gate_of(device) }
    } else if let Some(zone) = after(words, "zone") {
        CheckInPlace::Internal { device: CheckInDeviceId(9), zone: ZoneId::from(zone) }
    } else if words.contains(&"any") {
        CheckInPlace::AnyGate
    } else {
        CheckInPlace::Gate(GateId(id(after(words, "gate").expect("a place"))))
    };
    let places = after(words, "places").map(|n| n.parse().expect("a number"));
    let accepted_at = after(words, "accepted").map_or(at.plus(Millis(20)), |t| second(number(t)));
    CheckedIn {
        session: session(words[1], words),
        place,
        places,
        reserved: places.unwrap_or(1),
        scanned_at: at,
        accepted_at,
    }
}

/// The shopper who came in with a track, or is named like the n-th one without: `#1`.
pub fn shopper_of(facts: &[Fact], name: &str) -> ShopperId {
    let came = |fact: &Fact| match fact {
        Fact::CameIn { shopper, tracks, .. } if tracks.contains(&TrackId::from(name)) => Some(shopper.clone()),
        _ => None,
    };
    facts.iter().rev().find_map(came).unwrap_or_else(|| ShopperId::from(name))
}

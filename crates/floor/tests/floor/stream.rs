//! Entries as a store would send them.

use aisle_floor::{Fact, Floor};
use aisle_model::entry::{Entry, EntryBody, ServerEntry};
use aisle_model::event::{EventKind, Heartbeat, Person, Positions, Settled, SourceRole, SourceStatus, StoreEvent};
use aisle_model::floor_map::FloorPlan;
use aisle_model::{EventId, Moment, Offset, SourceName, StoreId, TrackId};
use uuid::Uuid;

use crate::store::second;

pub fn event(at: Moment, source: &str, body: EventKind) -> EntryBody {
    EntryBody::Event(StoreEvent {
        event_id: EventId(Uuid::nil()),
        at,
        source: SourceName::from(source),
        seq: None,
        supersedes: None,
        body,
        more: serde_json::Map::new(),
    })
}

pub fn positions(at: Moment, source: &str, people: &[(&str, f64, f64)]) -> EntryBody {
    let person = |(track, x, y): &(&str, f64, f64)| Person {
        track_id: TrackId::from(*track),
        x: *x,
        y: *y,
        confidence: 1.0,
        more: serde_json::Map::new(),
        appearance: None,
    };
    let people = people.iter().map(person).collect();
    event(at, source, EventKind::Positions(Positions { people, complete: true }))
}

pub fn heartbeat(at: Moment, source: &str, role: SourceRole, status: SourceStatus) -> EntryBody {
    let more = serde_json::Map::new();
    event(at, source, EventKind::Heartbeat(Heartbeat { role, status, more }))
}

pub fn settled(at: Moment, source: &str, up_to: Moment) -> EntryBody {
    let settled = Settled { up_to, track_ids: None, lost: Vec::new() };
    event(at, source, EventKind::Settled(settled))
}

pub fn tick(at: Moment) -> EntryBody {
    EntryBody::Server(ServerEntry::Tick { now: at })
}

pub fn planned(plan: FloorPlan) -> EntryBody {
    EntryBody::Server(ServerEntry::Planned(Box::new(plan)))
}

/// A floor that is fed entry by entry and keeps what it said.
pub struct Run {
    pub floor: Floor,
    pub facts: Vec<Fact>,
    pub entries: Vec<Entry>,
}

impl Run {
    pub fn of(plan: FloorPlan) -> Self {
        let floor = Floor::new(StoreId(2));
        let mut run = Self { floor, facts: Vec::new(), entries: Vec::new() };
        run.add(plan.at, planned(plan));
        run
    }

    pub fn add(&mut self, received_at: Moment, body: EntryBody) {
        let offset = Offset(1 + i64::try_from(self.entries.len()).expect("short scripts"));
        let mut body = body;
        if let EntryBody::Event(event) = &mut body {
            let number = u64::try_from(offset.0).expect("positive");
            event.event_id = EventId(Uuid::from_u64_pair(0, number));
        }
        let entry = Entry { offset, received_at, body };
        self.floor.apply(&entry, &mut self.facts);
        self.entries.push(entry);
    }

    /// An event that is received 50 ms after it happened.
    pub fn send(&mut self, body: EntryBody) {
        let at = match &body {
            EntryBody::Event(event) => event.at,
            EntryBody::Server(_) => second(0.0),
        };
        self.add(at.plus(aisle_model::Millis(50)), body);
    }

    pub fn tick(&mut self, seconds: f64) {
        self.add(second(seconds), tick(second(seconds)));
    }
}

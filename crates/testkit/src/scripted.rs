//! What the perception and the reader of a store say, told in steps: as operations take it, and as it goes over the wire.

use aisle_model::event::{
    AppearedAt, CodeScanned, Direction, EventKind, GateCrossed, Heartbeat, Person, Positions, Settled, SourceRole,
    SourceStatus, StoreEvent, TrackAppeared,
};
use aisle_model::floor_map::FloorPoint;
use aisle_model::{CheckInDeviceId, EventId, Millis, Moment, SourceName, TrackId};
use aisle_operations::Keys;
use aisle_operations::stream::Incoming;
use serde_json::{Map, Value, json};

use crate::{GATE, START};

/// Events of one source. Moments are milliseconds after the beginning.
pub struct Scripted {
    series: u128,
    start: Moment,
    told: Vec<(StoreEvent, Option<String>)>,
}

impl Scripted {
    /// Nothing yet. The number keeps the ids of several scripts apart.
    pub fn new(series: u128, start: Moment) -> Self {
        Self { series, start, told: Vec::new() }
    }

    /// Somebody comes in through [`GATE`], walks, and has left for good eight seconds later.
    pub fn visit(series: u128, start: Moment) -> Self {
        let track = format!("t{series}");
        let at = |y: f64| (0.5, y);
        let mut script = Self::new(series, start)
            .alive(0)
            .appears(100, &track, at(-0.8))
            .sees(200, &[(&track, at(-0.8))])
            .sees(600, &[(&track, at(-0.3))])
            .crosses(1000, &track, Direction::In);
        for step in 0..12 {
            script = script.sees(1100 + 200 * step, &[(&track, at(0.5 + 0.1 * step as f64))]);
        }
        script = script
            .sees(4000, &[(&track, at(0.4))])
            .crosses(4200, &track, Direction::Out)
            .sees(4300, &[(&track, at(-0.6))]);
        (0..8).fold(script, |script, step| script.sees(4800 + 400 * step, &[]))
    }

    /// Perception is well.
    #[must_use]
    pub fn alive(self, millis: i64) -> Self {
        self.then(millis, heartbeat())
    }

    /// Perception begins to follow somebody at [`GATE`].
    #[must_use]
    pub fn appears(self, millis: i64, track: &str, (x, y): FloorPoint) -> Self {
        let appeared = TrackAppeared {
            track_id: TrackId::from(track),
            x,
            y,
            place: AppearedAt::Gate,
            gate_id: Some(GATE),
            appearance: None,
        };
        self.then(millis, EventKind::TrackAppeared(appeared))
    }

    /// Where everybody is.
    #[must_use]
    pub fn sees(self, millis: i64, people: &[(&str, FloorPoint)]) -> Self {
        self.then(millis, positions(people))
    }

    /// Somebody goes through [`GATE`].
    #[must_use]
    pub fn crosses(self, millis: i64, track: &str, direction: Direction) -> Self {
        self.then(millis, crossed(direction, Some(track)))
    }

    /// A reader sees a code.
    #[must_use]
    pub fn scans(mut self, millis: i64, device: CheckInDeviceId, code: &str) -> Self {
        let hash = Keys::new(&[1; 32]).hash("test", code);
        let scanned = CodeScanned {
            device,
            code_hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            medium: "qr".to_owned(),
            group_size: None,
        };
        self = self.then(millis, EventKind::CodeScanned(scanned));
        self.told.last_mut().unwrap().1 = Some(code.to_owned());
        self
    }

    /// Everything up to this moment was said.
    #[must_use]
    pub fn settles(self, millis: i64) -> Self {
        let up_to = self.start.plus(Millis(millis));
        self.then(millis, settled(up_to, Vec::new()))
    }

    /// Any other event.
    #[must_use]
    pub fn then(mut self, millis: i64, body: EventKind) -> Self {
        let number = self.series << 32 | self.told.len() as u128;
        let event = StoreEvent {
            event_id: EventId(uuid::Uuid::from_u128(number)),
            at: self.start.plus(Millis(millis)),
            source: SourceName("vision".to_owned()),
            seq: None,
            supersedes: None,
            body,
            more: Map::new(),
        };
        self.told.push((event, None));
        self
    }

    /// As they are stored, without the texts of codes.
    pub fn events(self) -> Vec<StoreEvent> {
        self.told.into_iter().map(|(event, _)| event).collect()
    }

    /// As operations take them.
    pub fn incoming(self) -> Vec<Incoming> {
        let told = self.told.into_iter();
        told.map(|(event, code)| Incoming { code, ..incoming(event) }).collect()
    }

    /// As they go over the wire: one JSON object a line.
    pub fn lines(&self) -> String {
        let line = |(event, code): &(StoreEvent, Option<String>)| format!("{}\n", wire(event, code.as_deref()));
        self.told.iter().map(line).collect()
    }
}

/// An event with its own id and `seq`, so many milliseconds after [`START`].
pub fn event(number: u64, millis: i64, body: EventKind) -> StoreEvent {
    StoreEvent {
        event_id: EventId(uuid::Uuid::from_u128(u128::from(number))),
        at: START.plus(Millis(millis)),
        source: SourceName("vision".to_owned()),
        seq: Some(number),
        supersedes: None,
        body,
        more: Map::new(),
    }
}

/// An event as operations take it, without the text of a code.
pub fn incoming(event: StoreEvent) -> Incoming {
    let text = serde_json::to_string(&event).unwrap();
    Incoming {
        content: Keys::new(&[1; 32]).hash("test", &text),
        bytes: text.len(),
        event,
        code: None,
        looks: Vec::new(),
    }
}

/// Somebody goes through [`GATE`].
pub fn crossed(direction: Direction, track: Option<&str>) -> EventKind {
    EventKind::GateCrossed(GateCrossed { gate_id: GATE, direction, track_id: track.map(TrackId::from), forced: false })
}

/// Where everybody is.
pub fn positions(people: &[(&str, FloorPoint)]) -> EventKind {
    let person = |(track, (x, y)): &(&str, FloorPoint)| Person {
        track_id: TrackId::from(*track),
        x: *x,
        y: *y,
        confidence: 1.0,
        more: Map::new(),
        appearance: None,
    };
    EventKind::Positions(Positions { people: people.iter().map(person).collect(), complete: true })
}

/// Perception is well.
pub fn heartbeat() -> EventKind {
    EventKind::Heartbeat(Heartbeat { role: SourceRole::Perception, status: SourceStatus::Ok, more: Map::new() })
}

/// Everything up to a moment was said, and these ranges of `seq` never come.
pub fn settled(up_to: Moment, lost: Vec<(u64, u64)>) -> EventKind {
    EventKind::Settled(Settled { up_to, track_ids: None, lost })
}

/// An event of a script as it goes over the wire; a scan needs the text of its code.
pub fn wire(event: &StoreEvent, code: Option<&str>) -> Value {
    let mut line = match &event.body {
        EventKind::Positions(positions) => {
            let person = |person: &Person| json!({"trackId": person.track_id, "x": person.x, "y": person.y});
            let people: Vec<Value> = positions.people.iter().map(person).collect();
            json!({"people": people, "complete": positions.complete})
        }
        EventKind::TrackAppeared(appeared) => json!({
            "trackId": appeared.track_id, "position": {"x": appeared.x, "y": appeared.y}, "place": appeared.place,
            "gateId": appeared.gate_id,
        }),
        EventKind::GateCrossed(crossed) => {
            json!({"gateId": crossed.gate_id, "direction": crossed.direction, "trackId": crossed.track_id})
        }
        EventKind::CodeScanned(scanned) => {
            json!({"checkInDeviceId": scanned.device, "code": code.unwrap(), "medium": scanned.medium})
        }
        EventKind::Settled(settled) => json!({"upTo": settled.up_to.micros()}),
        EventKind::Heartbeat(heartbeat) => json!({"role": heartbeat.role, "status": heartbeat.status}),
        other => panic!("no script says {}", other.name()),
    };
    line["eventId"] = json!(event.event_id);
    line["at"] = json!(event.at.micros());
    line["source"] = json!(event.source);
    line["kind"] = json!(event.body.name());
    if let Some(seq) = event.seq {
        line["seq"] = json!(seq);
    }
    line
}

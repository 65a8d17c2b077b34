//! Store events as a producer writes them: one JSON object per line.
//!
//! Moments go out as whole microseconds, which is exact; ids are version 7, made from the moment and from randomness
//! that the caller gives. The kinds here are those a simulated store needs; any other event is sent as the line it is.

use aisle_model::{CheckInDeviceId, GateId, Moment, TrackId};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// One event, ready to be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Made once and repeated on every resend; see [`event_id`].
    pub event_id: Uuid,
    /// When it happened, by the producer's clock.
    #[serde(serialize_with = "micros")]
    pub at: Moment,
    /// Stable name of the producing component.
    pub source: String,
    /// Counts the events of this source without a hole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened, by kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum Happening {
    /// Where everybody was at one instant.
    #[serde(rename = "positions")]
    Positions {
        /// Everybody who is seen.
        people: Vec<SeenPerson>,
        /// Whether the list holds everybody the source follows.
        complete: bool,
    },
    /// Perception begins to follow somebody.
    #[serde(rename = "track.appeared")]
    TrackAppeared {
        /// The new track.
        track_id: TrackId,
        /// Where.
        position: Position,
        /// Where the person came from.
        place: AppearedAt,
        /// The gate, when `place` is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        gate_id: Option<GateId>,
    },
    /// Perception no longer sees somebody.
    #[serde(rename = "track.lost")]
    TrackLost {
        /// The track.
        track_id: TrackId,
        /// Last place.
        position: Position,
        /// Why.
        reason: LostReason,
    },
    /// Somebody went through a gate.
    #[serde(rename = "gate.crossed")]
    GateCrossed {
        /// The gate.
        gate_id: GateId,
        /// `in` or `out`.
        #[serde(serialize_with = "in_or_out")]
        direction: aisle_model::event::Direction,
        /// Who.
        track_id: TrackId,
    },
    /// A reader saw a code.
    #[serde(rename = "code.scanned")]
    CodeScanned {
        /// The device.
        check_in_device_id: CheckInDeviceId,
        /// What was read, unchanged.
        code: String,
        /// How.
        medium: &'static str,
        /// People in the group, if the device asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        group_size: Option<u32>,
    },
    /// Everything about the time up to `up_to` has been sent.
    #[serde(rename = "perception.settled")]
    Settled {
        /// Not later than the event's `at`.
        #[serde(serialize_with = "micros")]
        up_to: Moment,
    },
    /// A sign of life.
    #[serde(rename = "heartbeat")]
    Heartbeat {
        /// `perception`, `reader` …
        role: &'static str,
        /// `ok`, `degraded` or `failed`.
        status: &'static str,
    },
}

/// One person at one instant, metres.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenPerson {
    /// The track.
    pub track_id: TrackId,
    /// Where the feet are.
    pub x: f64,
    /// Where the feet are.
    pub y: f64,
}

/// A place on the floor, metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Position {
    /// Metres.
    pub x: f64,
    /// Metres.
    pub y: f64,
}

/// Where a new track came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AppearedAt {
    /// Through a gate, or in front of one.
    Gate,
    /// In the middle of the store.
    Interior,
}

/// Why a track was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LostReason {
    /// The person went out.
    Exited,
    /// Perception stops following.
    Ended,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn micros<S: serde::Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(moment.micros())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn in_or_out<S: serde::Serializer>(
    direction: &aisle_model::event::Direction,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(direction.as_str())
}

/// A version 7 id: the milliseconds of `at`, then the given randomness.
pub fn event_id(at: Moment, randomness: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &randomness).into_uuid()
}

/// One event as it goes over the wire: its id and its line, newline included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireEvent {
    pub(crate) id: Uuid,
    pub(crate) line: Bytes,
}

/// Why a line cannot be an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// No `eventId`, or one that is no UUID.
    #[error("`eventId` is missing or no UUID")]
    NoId,
}

impl WireEvent {
    /// The id by which the server recognises a repeat.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The line, newline included.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// An event that was read as JSON; its other fields are the server's to judge.
    pub fn from_value(value: &Value) -> Result<Self, LineFault> {
        let id = value
            .get("eventId")
            .and_then(Value::as_str)
            .and_then(|text| Uuid::parse_str(text).ok())
            .ok_or(LineFault::NoId)?;
        Ok(Self { id, line: Bytes::from(format!("{value}\n")) })
    }

    /// An event as it stands in a file of events.
    pub fn from_line(line: &str) -> Result<Self, LineFault> {
        let value = serde_json::from_str(line).map_err(|error| LineFault::NotJson(error.to_string()))?;
        Self::from_value(&value)
    }
}

impl From<&Event> for WireEvent {
    fn from(event: &Event) -> Self {
        let mut line = serde_json::to_vec(event).expect("only plain fields with text keys");
        line.push(b'\n');
        Self { id: event.event_id, line: Bytes::from(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(what: Happening, expected: &Value) {
        let at = Moment::from_micros(1_768_819_746_149_001);
        let event = Event { event_id: event_id(at, [0xab; 10]), at, source: "vision".into(), seq: Some(3), what };
        let wire = WireEvent::from(&event);
        let mut read: Value = serde_json::from_slice(wire.line()).unwrap();
        let fields = read.as_object_mut().unwrap();
        let id = fields.remove("eventId").unwrap();
        assert_eq!(Uuid::parse_str(id.as_str().unwrap()).unwrap(), wire.id());
        assert_eq!(wire.id().get_version_num(), 7);
        assert_eq!(fields.remove("at"), Some(json!(1_768_819_746_149_001_i64)));
        assert_eq!(fields.remove("source"), Some(json!("vision")));
        assert_eq!(fields.remove("seq"), Some(json!(3)));
        assert_eq!(&read, expected);
        assert!(wire.line().ends_with(b"\n"));
        assert_eq!(wire.line().split(|byte| *byte == b'\n').count(), 2);
    }

    #[test]
    fn events_are_written_as_the_contract_says() {
        let track = || TrackId::from("t-1");
        let position = Position { x: 3.5, y: -0.5 };
        check(
            Happening::Positions { people: vec![SeenPerson { track_id: track(), x: 1.5, y: 2.0 }], complete: true },
            &json!({"kind": "positions", "people": [{"trackId": "t-1", "x": 1.5, "y": 2.0}], "complete": true}),
        );
        check(
            Happening::TrackAppeared { track_id: track(), position, place: AppearedAt::Gate, gate_id: Some(GateId(1)) },
            &json!({"kind": "track.appeared", "trackId": "t-1", "position": {"x": 3.5, "y": -0.5}, "place": "gate", "gateId": 1}),
        );
        check(
            Happening::TrackLost { track_id: track(), position, reason: LostReason::Exited },
            &json!({"kind": "track.lost", "trackId": "t-1", "position": {"x": 3.5, "y": -0.5}, "reason": "exited"}),
        );
        check(
            Happening::GateCrossed {
                gate_id: GateId(1),
                direction: aisle_model::event::Direction::In,
                track_id: track(),
            },
            &json!({"kind": "gate.crossed", "gateId": 1, "direction": "in", "trackId": "t-1"}),
        );
        check(
            Happening::CodeScanned {
                check_in_device_id: CheckInDeviceId(4),
                code: "c\n\"".into(),
                medium: "qr",
                group_size: Some(2),
            },
            &json!({"kind": "code.scanned", "checkInDeviceId": 4, "code": "c\n\"", "medium": "qr", "groupSize": 2}),
        );
        check(
            Happening::Settled { up_to: Moment::from_micros(1_768_819_746_000_000) },
            &json!({"kind": "perception.settled", "upTo": 1_768_819_746_000_000_i64}),
        );
        check(
            Happening::Heartbeat { role: "perception", status: "ok" },
            &json!({"kind": "heartbeat", "role": "perception", "status": "ok"}),
        );
    }

    #[test]
    fn a_line_needs_an_id_and_nothing_else() {
        let id = "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e01";
        let event = WireEvent::from_line(&format!(r#"{{ "eventId": "{id}", "kind": 5 }}"#)).unwrap();
        assert_eq!(event.id().to_string(), id);
        assert_eq!(WireEvent::from_line(r#"{"eventId": "7"}"#), Err(LineFault::NoId));
        assert_eq!(WireEvent::from_line("[]"), Err(LineFault::NoId));
        assert!(matches!(WireEvent::from_line("{"), Err(LineFault::NotJson(_))));
    }
}

//! A stored event as the contract's `StoredStoreEvent`. The text of a code is not in the log: its keyed hash is shown.

use aisle_model::Moment;
use aisle_model::entry::EntryBody;
use aisle_model::event::{EventKind, Person, StoreEvent};
use aisle_operations::stream::chunk::StoredEntry;
use serde_json::{Map, Value, json};

/// The event on the wire; `None` for entries of the server.
pub(super) fn shown(stored: StoredEntry) -> Option<Value> {
    let EntryBody::Event(event) = stored.entry.body else {
        return None;
    };
    let mut fields = base(&event);
    fields.extend(own_fields(event.body));
    fields.extend(event.more);
    fields.insert("offset".to_owned(), json!(stored.entry.offset));
    let received_at = stored.entry.received_at.to_string();
    fields.insert("receivedAt".to_owned(), json!(received_at));
    fields.insert("late".to_owned(), json!(stored.late));
    Some(Value::Object(fields))
}

fn base(event: &StoreEvent) -> Map<String, Value> {
    let mut fields = object(json!({
        "eventId": event.event_id,
        "at": precise(event.at),
        "source": event.source,
        "kind": event.body.name(),
    }));
    if let Some(seq) = event.seq {
        fields.insert("seq".to_owned(), json!(seq));
    }
    if let Some(superseded) = event.supersedes {
        fields.insert("supersedes".to_owned(), json!(superseded));
    }
    fields
}

fn own_fields(body: EventKind) -> Map<String, Value> {
    match body {
        EventKind::Positions(positions) => {
            let people: Vec<Value> = positions.people.into_iter().map(person).collect();
            object(json!({"people": people, "complete": positions.complete}))
        }
        EventKind::TrackAppeared(appeared) => object(json!({
            "trackId": appeared.track_id,
            "position": {"x": appeared.x, "y": appeared.y},
            "place": appeared.place,
            "gateId": appeared.gate_id,
        })),
        EventKind::TrackLost(lost) => {
            let mut fields = object(json!({"trackId": lost.track_id, "reason": lost.reason}));
            if let Some((x, y)) = lost.position {
                fields.insert("position".to_owned(), json!({"x": x, "y": y}));
            }
            fields
        }
        EventKind::TrackMerged { track_ids, into } => object(json!({"trackIds": track_ids, "into": into})),
        EventKind::TrackSplit { track_id, into, since } => {
            object(json!({"trackId": track_id, "into": into, "since": precise(since)}))
        }
        EventKind::GateCrossed(crossed) => object(json!({
            "gateId": crossed.gate_id,
            "direction": crossed.direction,
            "trackId": crossed.track_id,
            "forced": crossed.forced,
        })),
        EventKind::CodeScanned(scan) => object(json!({
            "checkInDeviceId": scan.device,
            "code": scan.code_hash,
            "medium": scan.medium,
            "groupSize": scan.group_size,
        })),
        other => other_fields(other),
    }
}

/// Of hints, promises, signs of life and kinds without effect.
fn other_fields(body: EventKind) -> Map<String, Value> {
    match body {
        EventKind::GroupHint { track_ids, confidence } => {
            object(json!({"trackIds": track_ids, "confidence": confidence}))
        }
        EventKind::StaffHint { track_id, confidence } => object(json!({"trackId": track_id, "confidence": confidence})),
        EventKind::Settled(settled) => {
            let range = |(from, to): &(u64, u64)| json!({"fromSeq": from, "toSeq": to});
            let lost: Vec<Value> = settled.lost.iter().map(range).collect();
            let mut fields = object(json!({"upTo": precise(settled.up_to), "lost": lost}));
            if let Some(tracks) = settled.track_ids {
                fields.insert("trackIds".to_owned(), json!(tracks));
            }
            fields
        }
        EventKind::Heartbeat(heartbeat) => {
            let mut fields = heartbeat.more;
            fields.insert("role".to_owned(), json!(heartbeat.role));
            fields.insert("status".to_owned(), json!(heartbeat.status));
            fields
        }
        EventKind::Other { fields, .. } => fields,
        _ => Map::new(),
    }
}

fn person(person: Person) -> Value {
    let mut fields = person.more;
    fields.insert("trackId".to_owned(), json!(person.track_id));
    fields.insert("x".to_owned(), json!(person.x));
    fields.insert("y".to_owned(), json!(person.y));
    fields.insert("confidence".to_owned(), json!(person.confidence));
    Value::Object(fields)
}

/// With microseconds, so that a moment read back is the moment that was sent.
fn precise(moment: Moment) -> String {
    jiff::Timestamp::from(moment).to_string()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

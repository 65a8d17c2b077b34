//! A judged event as its type. What must not be stored (faces, boxes, pictures, the text of codes) ends here.

use std::collections::HashSet;

use aisle_contract::Fault;
use aisle_model::event::{
    Appearance, AppearedAt, CodeScanned, Direction, EventKind, GateCrossed, Heartbeat, LostReason, Person, Positions,
    Settled, SourceRole, SourceStatus, StoreEvent, TrackAppeared, TrackLost,
};
use aisle_model::{CheckInDeviceId, EventId, GateId, Moment, SourceName, TrackId};
use aisle_operations::Keys;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// An event and what is kept apart from it.
pub(super) struct Typed {
    pub event: StoreEvent,
    pub code: Option<String>,
    pub looks: Vec<(TrackId, Appearance)>,
}

/// What every event carries.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    event_id: EventId,
    #[serde(deserialize_with = "moment")]
    at: Moment,
    source: SourceName,
    seq: Option<u64>,
    supersedes: Option<EventId>,
    kind: String,
}

const BASE: [&str; 6] = ["eventId", "at", "source", "seq", "supersedes", "kind"];

/// Builds the typed event. The value was judged good by the contract; faults are those that no schema can say.
pub(super) fn typed(keys: &Keys, value: Value) -> Result<Typed, Vec<Fault>> {
    let base: Base = fit(&value)?;
    let more = unused(&base.kind, &value);
    let mut rest = Rest { keys, code: None, looks: Vec::new(), faults: Vec::new() };
    let body = rest.body(&base, value)?;
    if !rest.faults.is_empty() {
        return Err(rest.faults);
    }
    Ok(Typed {
        event: StoreEvent {
            event_id: base.event_id,
            at: base.at,
            source: base.source,
            seq: base.seq,
            supersedes: base.supersedes,
            body,
            more,
        },
        code: rest.code,
        looks: rest.looks,
    })
}

struct Rest<'k> {
    keys: &'k Keys,
    code: Option<String>,
    looks: Vec<(TrackId, Appearance)>,
    faults: Vec<Fault>,
}

impl Rest<'_> {
    fn body(&mut self, base: &Base, value: Value) -> Result<EventKind, Vec<Fault>> {
        Ok(match base.kind.as_str() {
            "positions" => self.positions(fit(&value)?),
            "track.appeared" => self.appeared(fit(&value)?),
            "track.lost" => fit::<LostDto>(&value)?.into(),
            "track.merged" => self.merged(fit(&value)?),
            "track.split" => self.split(base, fit(&value)?),
            "gate.crossed" => fit::<CrossedDto>(&value)?.into(),
            "code.scanned" => self.scanned(fit(&value)?),
            "group.hint" => {
                let hint: GroupDto = fit(&value)?;
                EventKind::GroupHint { track_ids: hint.track_ids, confidence: hint.confidence }
            }
            "staff.hint" => {
                let hint: StaffDto = fit(&value)?;
                EventKind::StaffHint { track_id: hint.track_id, confidence: hint.confidence }
            }
            "perception.settled" => self.settled(base, fit(&value)?),
            "heartbeat" => heartbeat(fit(&value)?),
            kind => EventKind::Other { kind: kind.to_owned(), fields: without_base(value) },
        })
    }

    fn invalid(&mut self, field: &str) {
        self.faults.push(Fault::invalid(field));
    }

    fn positions(&mut self, dto: PositionsDto) -> EventKind {
        let mut seen = HashSet::new();
        let mut people = Vec::with_capacity(dto.people.len());
        for (place, person) in dto.people.into_iter().enumerate() {
            if !seen.insert(person.track_id.clone()) {
                self.invalid(&format!("people[{place}].trackId"));
            }
            let field = format!("people[{place}].appearance.values");
            self.look(&person.track_id, person.appearance, &field);
            let mut more = Map::new();
            more.extend(person.sigma_m.map(|sigma| ("sigmaM".to_owned(), sigma)));
            more.extend(person.joints.map(|joints| ("joints".to_owned(), joints)));
            people.push(Person {
                track_id: person.track_id,
                x: person.x,
                y: person.y,
                confidence: person.confidence,
                more,
                appearance: None,
            });
        }
        EventKind::Positions(Positions { people, complete: dto.complete })
    }

    fn look(&mut self, track: &TrackId, appearance: Option<Appearance>, field: &str) {
        let Some(appearance) = appearance else {
            return;
        };
        if appearance.values.iter().all(|value| *value == 0.0) {
            self.invalid(field);
        }
        self.looks.push((track.clone(), appearance));
    }

    fn appeared(&mut self, dto: AppearedDto) -> EventKind {
        self.look(&dto.track_id, dto.appearance, "appearance.values");
        EventKind::TrackAppeared(TrackAppeared {
            track_id: dto.track_id,
            x: dto.position.x,
            y: dto.position.y,
            place: dto.place,
            gate_id: dto.gate_id,
            appearance: None,
        })
    }

    fn merged(&mut self, dto: MergedDto) -> EventKind {
        if dto.track_ids.contains(&dto.into) {
            self.invalid("into");
        }
        EventKind::TrackMerged { track_ids: dto.track_ids, into: dto.into }
    }

    fn split(&mut self, base: &Base, dto: SplitDto) -> EventKind {
        if dto.since > base.at {
            self.invalid("since");
        }
        EventKind::TrackSplit { track_id: dto.track_id, into: dto.into, since: dto.since }
    }

    fn scanned(&mut self, dto: ScannedDto) -> EventKind {
        let hash = self.keys.hash("entry code", &dto.code);
        self.code = Some(dto.code);
        EventKind::CodeScanned(CodeScanned {
            device: dto.check_in_device_id,
            code_hash: hexadecimal(&hash),
            medium: dto.medium,
            group_size: dto.group_size,
        })
    }

    fn settled(&mut self, base: &Base, dto: SettledDto) -> EventKind {
        if dto.up_to > base.at {
            self.invalid("upTo");
        }
        for (place, range) in dto.lost.iter().enumerate() {
            if range.from_seq > range.to_seq {
                self.invalid(&format!("lost[{place}].toSeq"));
            }
        }
        EventKind::Settled(Settled {
            up_to: dto.up_to,
            track_ids: dto.track_ids,
            lost: dto.lost.iter().map(|range| (range.from_seq, range.to_seq)).collect(),
        })
    }
}

/// Documented fields of a kind that its type has no place for. Only these: what else came with an event may be a face.
fn unused(kind: &str, value: &Value) -> Map<String, Value> {
    let names: &[&str] = match kind {
        "track.appeared" | "track.lost" => &["confidence", "position"],
        "track.merged" | "track.split" | "gate.crossed" => &["confidence"],
        "staff.hint" => &["reason"],
        _ => &[],
    };
    let mut fields = Map::new();
    for name in names {
        fields.extend(value.get(name).map(|value| ((*name).to_owned(), value.clone())));
    }
    if let Some(Value::Object(position)) = fields.get_mut("position") {
        position.retain(|axis, _| ["x", "y", "z"].contains(&axis.as_str()));
        if !position.contains_key("z") {
            fields.remove("position");
        }
    }
    fields
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn heartbeat(dto: HeartbeatDto) -> EventKind {
    let mut more = dto.more;
    more.retain(|name, _| !BASE.contains(&name.as_str()));
    EventKind::Heartbeat(Heartbeat { role: dto.role, status: dto.status, more })
}

fn without_base(value: Value) -> Map<String, Value> {
    let Value::Object(mut fields) = value else {
        return Map::new();
    };
    fields.retain(|name, _| !BASE.contains(&name.as_str()));
    fields
}

/// Numbers beyond what the types hold are the only way in which a good value does not fit.
fn fit<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<Fault>> {
    T::deserialize(value).map_err(|error| {
        tracing::warn!(%error, "a judged event does not fit its type");
        vec![Fault::invalid("value")]
    })
}

/// RFC 3339 or whole microseconds.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Time {
        Micros(i64),
        Text(String),
    }
    match Time::deserialize(deserializer)? {
        Time::Micros(micros) => Ok(Moment::from_micros(micros)),
        Time::Text(text) => Moment::parse(&text).ok_or_else(|| serde::de::Error::custom("not a moment")),
    }
}

#[derive(Deserialize)]
struct PositionsDto {
    people: Vec<PersonDto>,
    complete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersonDto {
    track_id: TrackId,
    x: f64,
    y: f64,
    confidence: f64,
    sigma_m: Option<Value>,
    joints: Option<Value>,
    appearance: Option<Appearance>,
}

#[derive(Deserialize)]
struct PointDto {
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppearedDto {
    track_id: TrackId,
    position: PointDto,
    place: AppearedAt,
    gate_id: Option<GateId>,
    appearance: Option<Appearance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LostDto {
    track_id: TrackId,
    position: Option<PointDto>,
    reason: LostReason,
}

impl From<LostDto> for EventKind {
    fn from(dto: LostDto) -> Self {
        Self::TrackLost(TrackLost {
            track_id: dto.track_id,
            position: dto.position.map(|point| (point.x, point.y)),
            reason: dto.reason,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MergedDto {
    track_ids: Vec<TrackId>,
    into: TrackId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SplitDto {
    track_id: TrackId,
    into: Vec<TrackId>,
    #[serde(deserialize_with = "moment")]
    since: Moment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CrossedDto {
    gate_id: GateId,
    direction: Direction,
    track_id: Option<TrackId>,
    forced: bool,
}

impl From<CrossedDto> for EventKind {
    fn from(dto: CrossedDto) -> Self {
        Self::GateCrossed(GateCrossed {
            gate_id: dto.gate_id,
            direction: dto.direction,
            track_id: dto.track_id,
            forced: dto.forced,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScannedDto {
    check_in_device_id: CheckInDeviceId,
    code: String,
    medium: String,
    group_size: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupDto {
    track_ids: Vec<TrackId>,
    confidence: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StaffDto {
    track_id: TrackId,
    confidence: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettledDto {
    #[serde(deserialize_with = "moment")]
    up_to: Moment,
    track_ids: Option<Vec<TrackId>>,
    #[serde(default)]
    lost: Vec<RangeDto>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RangeDto {
    from_seq: u64,
    to_seq: u64,
}

#[derive(Deserialize)]
struct HeartbeatDto {
    role: SourceRole,
    status: SourceStatus,
    #[serde(flatten)]
    more: Map<String, Value>,
}

//! What a store's perception or a device reported: the events of the stream.
//!
//! A [`StoreEvent`] is well-formed by construction of its reader, which checks the contract's limits before it builds
//! one. Kinds the engine does not act on are kept as they came ([`EventKind::Other`]), so that nothing acknowledged is
//! lost when an older server meets a newer producer. The serde form is the stored form.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CheckInDeviceId, EventId, GateId, Moment, SourceName, TrackId, named_enum};

/// One event of a producer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreEvent {
    /// Name of the event; the same on every resend.
    pub event_id: EventId,
    /// When it happened by the producer's clock; never changed by the server.
    pub at: Moment,
    /// The producing component.
    pub source: SourceName,
    /// Counts the events of the source without a hole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The event of the same source and kind that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<EventId>,
    /// What happened.
    pub body: EventKind,
    /// Documented fields that the engine does not use, as they came: what was taken is read back entire.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, Value>,
}

/// What happened, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EventKind {
    /// Where everybody was at one instant.
    Positions(Positions),
    /// Perception begins to follow somebody.
    TrackAppeared(TrackAppeared),
    /// Perception no longer sees somebody.
    TrackLost(TrackLost),
    /// Several tracks are one person.
    TrackMerged {
        /// Tracks that end.
        track_ids: Vec<TrackId>,
        /// The one that goes on.
        into: TrackId,
    },
    /// One track was several people.
    TrackSplit {
        /// The track that was several people.
        track_id: TrackId,
        /// Who they are; may contain `track_id`.
        into: Vec<TrackId>,
        /// Since when.
        since: Moment,
    },
    /// Somebody went through a gate.
    GateCrossed(GateCrossed),
    /// A reader saw a code. The text of the code is not part of the stream.
    CodeScanned(CodeScanned),
    /// These people seem to belong together.
    GroupHint {
        /// The tracks.
        track_ids: Vec<TrackId>,
        /// How sure the source is, 0 to 1.
        confidence: f64,
    },
    /// This person seems to be staff.
    StaffHint {
        /// The track.
        track_id: TrackId,
        /// How sure the source is, 0 to 1.
        confidence: f64,
    },
    /// The source has sent everything about the time up to a moment.
    Settled(Settled),
    /// A sign of life of the source.
    Heartbeat(Heartbeat),
    /// A kind the engine does not act on: its name and its own fields as they came.
    Other {
        /// The wire name.
        kind: String,
        /// Everything but the fields every event has.
        fields: Map<String, Value>,
    },
}

impl EventKind {
    /// The wire name of the kind.
    pub fn name(&self) -> &str {
        match self {
            Self::Positions(_) => "positions",
            Self::TrackAppeared(_) => "track.appeared",
            Self::TrackLost(_) => "track.lost",
            Self::TrackMerged { .. } => "track.merged",
            Self::TrackSplit { .. } => "track.split",
            Self::GateCrossed(_) => "gate.crossed",
            Self::CodeScanned(_) => "code.scanned",
            Self::GroupHint { .. } => "group.hint",
            Self::StaffHint { .. } => "staff.hint",
            Self::Settled(_) => "perception.settled",
            Self::Heartbeat(_) => "heartbeat",
            Self::Other { kind, .. } => kind,
        }
    }

    /// Whether it is kept for minutes only (`samplesMinutes`) and not for days (`factsDays`).
    pub fn is_sample(&self) -> bool {
        matches!(self.name(), "positions" | "shelf.weights" | "heartbeat")
    }
}

/// The kinds this contract names; any other is stored and counted as ignored.
pub const KNOWN_KINDS: &[&str] = &[
    "positions",
    "track.appeared",
    "track.lost",
    "track.merged",
    "track.split",
    "gate.crossed",
    "code.scanned",
    "interaction",
    "shelf.weights",
    "shelf.state",
    "machine.dispensed",
    "handoff",
    "group.hint",
    "staff.hint",
    "perception.settled",
    "planogram.suspect",
    "heartbeat",
];

/// Where everybody was at one instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Positions {
    /// Everybody who was seen; a track appears once.
    pub people: Vec<Person>,
    /// Whether the list holds everybody the source follows.
    pub complete: bool,
}

/// One person at one instant, in metres of the store frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The track.
    pub track_id: TrackId,
    /// Where the feet are.
    pub x: f64,
    /// Where the feet are.
    pub y: f64,
    /// That a person is here, 0 to 1.
    #[serde(default = "certain", skip_serializing_if = "is_certain")]
    pub confidence: f64,
    /// Fields the engine does not use yet (joints, sigma), without what may live in memory only.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, Value>,
    /// How the person looks; kept apart from the stored event and forgotten early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appearance: Option<Appearance>,
}

/// How somebody looks; never the face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appearance {
    /// Only vectors of one model are compared.
    pub model: String,
    /// 16 to 2048 numbers of any scale, not all zero.
    pub values: Vec<f64>,
}

named_enum! {
    /// Where a new track came from.
    AppearedAt { Gate = "gate", Interior = "interior", Unknown = "unknown" }
}

/// Perception begins to follow somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackAppeared {
    /// The track.
    pub track_id: TrackId,
    /// Floor position, metres.
    pub x: f64,
    /// Floor position, metres.
    pub y: f64,
    /// Where the person came from.
    pub place: AppearedAt,
    /// Gate the person came through, when `place` is a gate.
    pub gate_id: Option<GateId>,
    /// How the person looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appearance: Option<Appearance>,
}

named_enum! {
    /// Why a track was lost.
    LostReason {
        Occluded = "occluded", LeftView = "leftView", Exited = "exited", Ended = "ended", Unknown = "unknown",
    }
}

/// Perception no longer sees somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackLost {
    /// The track.
    pub track_id: TrackId,
    /// Last floor position, metres.
    pub position: Option<(f64, f64)>,
    /// Why.
    pub reason: LostReason,
}

named_enum! {
    /// Into the store or out of it.
    Direction { In = "in", Out = "out" }
}

/// Somebody went through a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateCrossed {
    /// A gate of the map.
    pub gate_id: GateId,
    /// Which way.
    pub direction: Direction,
    /// Who; unknown to a sensor that only counts.
    pub track_id: Option<TrackId>,
    /// The gate was shut.
    pub forced: bool,
}

/// A reader saw a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeScanned {
    /// The device.
    pub device: CheckInDeviceId,
    /// Keyed hash of the code, hexadecimal.
    pub code_hash: String,
    /// How it was read.
    pub medium: String,
    /// People in the group, if the device asked.
    pub group_size: Option<u32>,
}

/// The source has sent everything about the time up to `up_to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// Not later than the event's `at`.
    pub up_to: Moment,
    /// Only about these; about everybody when absent.
    pub track_ids: Option<Vec<TrackId>>,
    /// Ranges of `seq`, both ends included, that will never come.
    pub lost: Vec<(u64, u64)>,
}

named_enum! {
    /// What a source is.
    SourceRole {
        Perception = "perception", Scales = "scales", Gate = "gate", Reader = "reader", Machine = "machine",
        Other = "other",
    }
}

named_enum! {
    /// How a source feels about itself.
    SourceStatus { Ok = "ok", Degraded = "degraded", Failed = "failed" }
}

/// A sign of life of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// What the source is.
    pub role: SourceRole,
    /// How it feels.
    pub status: SourceStatus,
    /// The other fields, as they came (version, cameras, clockSynced, backlog).
    pub more: Map<String, Value>,
}

fn certain() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_certain(confidence: &f64) -> bool {
    *confidence >= 1.0
}

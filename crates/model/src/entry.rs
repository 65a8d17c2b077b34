//! Entries of a store's stream: the events of producers, and the server's own, in one order.
//!
//! Everything that changes what the engine does next is an entry, so the same stream gives the same facts.

use serde::{Deserialize, Serialize};

use crate::event::StoreEvent;
use crate::floor_map::FloorPlan;
use crate::store::Role;
use crate::{
    CheckInDeviceId, CustomerId, GateId, Moment, Offset, RequestId, SessionNumber, SessionToken, ShopperId, ZoneId,
};

/// One entry with its place and the moment the server received it (store clock).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the stream.
    pub offset: Offset,
    /// When the server took it in, by the store's clock.
    pub received_at: Moment,
    /// What it says.
    pub body: EntryBody,
}

/// Who made the entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "nearly every entry is an event")]
pub enum EntryBody {
    /// A producer.
    Event(StoreEvent),
    /// The server. Acts at its offset, not behind store time.
    Server(ServerEntry),
}

/// What the server itself puts into the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ServerEntry {
    /// The server's clock, once a second while something in the store waits for time.
    Tick {
        /// Store clock.
        now: Moment,
    },
    /// The floor plan, a threshold or the status of the store changed; the whole plan, in force from here on.
    Planned(Box<FloorPlan>),
    /// A check-in was accepted; places wait for its people.
    CheckedIn(CheckedIn),
    /// A person or an operation asks to put a shopper on a session.
    BindAsked(BindAsked),
    /// A session may not take more people: its places end now (manual checkout, confirmation withdrawn).
    PlacesClosed {
        /// The session.
        session: SessionNumber,
        /// Store clock.
        at: Moment,
    },
}

impl ServerEntry {
    /// Name in logs and in the stream read back.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Tick { .. } => "server.tick",
            Self::Planned(_) => "server.planned",
            Self::CheckedIn(_) => "server.checkedIn",
            Self::BindAsked(_) => "server.bindAsked",
            Self::PlacesClosed { .. } => "server.placesClosed",
        }
    }
}

/// A session as the engine needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRef {
    /// Internal number; names the session in the engine.
    pub number: SessionNumber,
    /// `sessionId`.
    pub token: SessionToken,
    /// Whose trip.
    pub customer: Option<CustomerId>,
    /// Role in force for this trip.
    pub role: Role,
}

/// Where the people of an accepted check-in come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckInPlace {
    /// An external device: the next people through the gate, the holder first.
    External {
        /// The device, at whose position the holder stood.
        device: CheckInDeviceId,
        /// The gate behind it.
        gate: GateId,
    },
    /// An internal device: the people around it.
    Internal {
        /// The device.
        device: CheckInDeviceId,
        /// The scanning zone around it.
        zone: ZoneId,
    },
    /// A gate without a device: the next people through it.
    Gate(GateId),
    /// Confirmation by a person: the next people through any gate that leads in.
    AnyGate,
}

/// An accepted check-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedIn {
    /// Its session.
    pub session: SessionRef,
    /// Where its people come from.
    pub place: CheckInPlace,
    /// Places held; absent at an internal device when nobody said a number: as many as stand in the zone.
    pub places: Option<u32>,
    /// Places that the database counts as reserved for it now.
    pub reserved: u32,
    /// When the code was presented.
    pub scanned_at: Moment,
    /// When it was accepted.
    pub accepted_at: Moment,
}

/// Asks the engine to put a shopper on a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindAsked {
    /// Names the question; the verdict carries it.
    pub request: RequestId,
    /// Who.
    pub shopper: ShopperId,
    /// Onto which session.
    pub session: SessionRef,
    /// Store clock.
    pub at: Moment,
}

//! A code as it is presented, and what comes of it.

use aisle_model::check_in::Reason;
use aisle_model::store::Role;
use aisle_model::{CheckInDeviceId, EntryCode, EventId, GateId, Moment, RetailerId, SessionToken, StoreId};
use serde::{Deserialize, Serialize};

use crate::once::Once;

/// Where a code is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// At a device.
    Device(CheckInDeviceId),
    /// At a gate without naming a device.
    Gate(GateId),
    /// Nowhere: a person vouches for the trip, whose people may come in through any gate.
    AnyGate,
}

/// A code to be examined.
#[derive(Debug, Clone)]
pub struct Presented {
    /// Whose store, whose code.
    pub retailer: RetailerId,
    /// In which store.
    pub store: StoreId,
    /// Where there.
    pub at: At,
    /// What was read.
    pub code: EntryCode,
    /// People of the group, if somebody said a number; at least 1.
    pub group_size: Option<i64>,
    /// The scan it came from; absent when it came by a call.
    pub scan: Option<Scanned>,
    /// The claimed `Idempotency-Key` of the call.
    pub once: Option<Once>,
}

/// The event of a producer that brought a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scanned {
    /// Its event.
    pub event: EventId,
    /// When the code was read.
    pub at: Moment,
}

/// What came of a presented code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckInResult {
    /// Let in.
    Accepted {
        /// The trip.
        session: SessionToken,
        /// Role in force for it.
        role: Role,
        /// Places reserved.
        group: i64,
    },
    /// Not let in.
    Refused(Reason),
}

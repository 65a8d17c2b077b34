//! Events on their way into the log, and what is decided about each.

use aisle_model::event::{Appearance, EventKind, StoreEvent};
use aisle_model::{EventId, Moment, Offset, TrackId, named_enum};

/// An event that is well-formed, without what the log must not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Without appearances and without the text of a code.
    pub event: StoreEvent,
    /// Keyed hash of everything that was sent, to know it when it comes again.
    pub content: [u8; 32],
    /// Text of the code of a `code.scanned`.
    pub code: Option<String>,
    /// How its people look.
    pub looks: Vec<(TrackId, Appearance)>,
    /// Bytes as sent.
    pub bytes: usize,
}

named_enum! {
    /// Why an event was not taken (the contract's `EventRejection`).
    Refused {
        /// No JSON.
        Malformed = "E_MALFORMED_BODY",
        /// Breaks a rule; the faults say which.
        Invalid = "E_INVALID_BODY",
        /// Known with other content, or replaces what cannot be replaced.
        Conflict = "E_CONFLICT",
        /// Too far ahead of the store's clock.
        ClockSkew = "E_CLOCK_SKEW",
        /// Too long ago.
        TooOld = "E_TOO_OLD",
        /// Longer than a line may be.
        TooLarge = "E_PAYLOAD_TOO_LARGE",
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// New and durable.
    Accepted {
        /// Of a kind that has no effect.
        ignored: bool,
        /// At or before the promise of its own source.
        late: bool,
    },
    /// Durable before, with the same content.
    Duplicate,
    /// Not taken.
    Refused(Refused),
    /// Names a gate or a device that the store does not have.
    Unknown {
        /// The field that names it.
        field: &'static str,
    },
}

/// What came of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// One for each event, in their order.
    pub decisions: Vec<Decision>,
    /// Newest entry of the store.
    pub newest: Offset,
    /// S of the store, as of the last written facts.
    pub settled_up_to: Option<Moment>,
}

/// Names of what an event refers to, if the store must have it.
pub(super) fn event_ids(incoming: &Incoming) -> impl Iterator<Item = EventId> {
    [Some(incoming.event.event_id), incoming.event.supersedes].into_iter().flatten()
}

/// Whether the engine knows the kind.
pub(super) fn is_ignored(event: &StoreEvent) -> bool {
    match &event.body {
        EventKind::Other { kind, .. } => !aisle_model::event::KNOWN_KINDS.contains(&kind.as_str()),
        _ => false,
    }
}

//! Wakes the workers of this node after a commit. A nudge carries no data: a lost one costs a second, never a notice.

use std::sync::Arc;

use tokio::sync::Notify;

/// One bell per kind of work.
#[derive(Clone, Default)]
pub struct Nudges(Arc<Bells>);

#[derive(Default)]
struct Bells {
    deliveries: Notify,
    streams: Notify,
    scans: Notify,
    commands: Notify,
    verdicts: Notify,
    zone_buffers: Notify,
    check_ins: Notify,
    feed: Notify,
    mails: Notify,
}

macro_rules! bells {
    ($($(#[$meta:meta])* $name:ident),+) => {$(
        $(#[$meta])*
        pub fn $name(&self) -> &Notify {
            &self.0.$name
        }
    )+};
}

impl Nudges {
    bells! {
        /// Something waits in the outbox.
        deliveries,
        /// A store's stream grew.
        streams,
        /// A code was scanned.
        scans,
        /// A command was issued to the devices of a store.
        commands,
        /// The engine answered a question.
        verdicts,
        /// A crossing waits for its buffer to end.
        zone_buffers,
        /// A check-in ended; somebody may wait for the outcome of the same code.
        check_ins,
        /// Messages wait for their places in the pull feed.
        feed,
        /// A mail waits to be sent.
        mails
    }
}

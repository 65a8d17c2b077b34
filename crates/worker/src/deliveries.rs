//! Delivery of notices: claims lanes, calls, settles.
//!
//! Theory of operation. What must leave in order is a *lane* (see `aisle_database::rows::lanes`): the unsettled messages
//! of one session for one setting. One dispatcher per node claims due lanes in batches, so many of each setting and so
//! many in all; calls the head of each, so many at once of each setting; goes on with the next of a lane as soon as the
//! answer to the one before is known in memory; and writes what became of the calls in batches, in changes of their own.
//! Everything in memory is bounded by the [`Limits`], whatever waits in the database. A setting at which calls hang or
//! fail uses up its own calls and nobody else's, and soon only one at a time.
//!
//! Promises: at least once; first arrivals in order within a lane; the same bytes and `webhook-id` on every attempt; no
//! transaction is open during a call. A claim only saves work: a node that dies leaves its lanes to be claimed again, from
//! the earliest message that was not settled.
//! Deliberately absent: what a message says, questions, and any decision about a session.

mod buffers;
mod calling;
mod claiming;
mod dispatcher;
mod forgetting;
mod placing;
mod queue;
mod schedule;
mod settling;
mod watching;

pub use buffers::{run_zone_buffers, settle_due_buffers};
pub use dispatcher::{Dispatcher, run_deliveries};
pub use forgetting::{Forgotten, forget_old, run_forgetting};
pub use placing::run_placing;
pub use watching::run_watching;

/// How much is held and done at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls under way at one setting.
    pub calls: usize,
    /// Claimed lanes of one setting.
    pub lanes_each: usize,
    /// Claimed lanes in all.
    pub lanes: usize,
    /// Calls settled in one change.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls: 32, lanes_each: 128, lanes: 4096, batch: 256 }
    }
}

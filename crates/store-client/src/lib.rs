//! A producer's side of a store's event API, and a plain client for the Admin API.
//!
//! Promises: an event given to [`StoreClient::send`] is kept until the server has decided it, is sent again in the old
//! order after every error, and is the same (same `eventId`, same bytes) each time, so that the server applies it once.
//! The queue is bounded: a producer that is faster than the server waits. What the server refuses is reported, never
//! dropped silently.
//!
//! Does not: start tasks (the caller runs [`Delivery::run`] beside its own work), read a clock or draw at random (ids
//! and moments come from the caller, jitter from a seed), survive the end of its own process (a producer that must
//! keeps its events on disk and asks [`StoreClient::cursor`] where it stands), or follow redirects.

mod admin;
mod backoff;
mod client;
mod delivery;
mod event;
mod frames;
mod http;
mod queue;
mod requests;

pub use admin::AdminClient;
pub use backoff::Waits;
pub use client::{Options, Stopped, StoreClient};
pub use delivery::Delivery;
pub use event::{AppearedAt, Event, Happening, LineFault, LostReason, Position, SeenPerson, WireEvent, event_id};
pub use frames::{Rejection, Totals};
pub use http::{AddressFault, CallFault};
pub use requests::{Command, Commands, Cursor, SourceCursor, Verdict};

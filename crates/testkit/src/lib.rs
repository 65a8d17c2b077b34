//! What tests of several rooms share: a server's parts with a set clock, a furnished store, a receiver of webhooks, a
//! scripted store, and the workers one step at a time.
//!
//! Promises: the one place where tests put an [`App`](aisle_operations::App) together; nothing here sleeps or reads the
//! system's clock, so a test that fails fails again.
//! Deliberately absent: the routes (tests of the API go through its own router), a way to make things beside the
//! operations (only the retailer itself is a bare row), and anything a running server would use.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "only tests call this, and they fail by panicking")]

mod app;
mod catcher;
mod furnished;
mod outcome;
mod rows;
mod scripted;
mod server;
mod work;

pub use app::{AppBuilder, START, app, build, loopback};
pub use catcher::{Answer, Arrival, Catcher};
pub use furnished::{
    Furnished, GATE, SQUARE, caller_of, corner, furnished, gate, hook, logged_in, map_with, open_store, product,
    reader, retailer, square,
};
pub use outcome::{assert_absent, assert_conflict, faults};
pub use rows::{entries, execute, messages, occupancy, session};
pub use scripted::{Scripted, crossed, event, heartbeat, incoming, positions, settled, wire};
pub use server::{Server, on_both};
pub use work::{due_work, run_due_work};

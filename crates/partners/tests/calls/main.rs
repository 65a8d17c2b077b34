//! Calls against servers that answer well, badly, late or not at all, and names that lie.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod connections;
mod hostile_addresses;
mod questions;
mod script;
mod tls;

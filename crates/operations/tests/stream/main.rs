//! Stories of the stream, on both databases: numbers without holes, everything once, whatever the cut.

#![allow(clippy::unwrap_used, reason = "tests")]

mod appending;
mod applying;
mod facts;
mod fixture;
mod polling;
mod repeating;
mod trouble;

//! Stories of the catalogue, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod fixture;
mod imported;
mod listed;
mod priced;
mod raced;
mod stored;
mod variants;

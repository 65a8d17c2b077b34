//! Runners over a real log, on both databases: whatever kills them, every fact takes effect once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod closing;
mod crashing;
mod forgetting;
mod leasing;
mod stalling;
mod takeover;
mod world;

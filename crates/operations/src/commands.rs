//! Commands: what the devices of a store should do.
//!
//! Issued inside the change that causes them; delivered at least once until acknowledged or expired.

mod issue;
mod poll;

pub use issue::{Command, ScanReason, ScanStatus, issue};
pub use poll::{OpenCommand, Outcome, Polled, acknowledge, poll};

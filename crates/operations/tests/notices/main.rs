//! Notices from the change that causes them to the rows that wait, on both databases with a set clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod buffered;
mod outbox;
mod world;

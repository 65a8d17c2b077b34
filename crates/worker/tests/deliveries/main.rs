//! Delivery of notices against a scripted receiver, on both databases, with a set clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod crash;
mod failing;
mod halting;
mod lost_answers;
mod neighbours;
mod order;
mod placing;
mod receiver;
mod schedule;
mod switched_off;
mod world;

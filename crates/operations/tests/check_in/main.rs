//! Stories of the door, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod binding;
mod crowds;
mod ending;
mod fixture;
mod locks;
mod matching;
mod scans;
mod unknown;

//! Stories of stores, their maps, zones and devices, on both databases.

#![allow(clippy::unwrap_used, reason = "a test")]

mod devices;
mod fixture;
mod layout;
mod listing;
mod plan;
mod store;
mod zones;

//! Stories of furniture, planograms, stock, tags, cameras and device events, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod cameras;
mod device_events;
mod fixture;
mod furniture;
mod inventory;
mod planogram;
mod tags;

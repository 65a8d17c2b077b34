//! The real-time engine of one store: entries of its stream in, facts out.
//!
//! Promises: the same entries give the same facts, byte for byte, however they were cut into batches and wherever a
//! [`Floor`] was written down and read back; no entry makes it panic; memory is bounded per person and per store.
//!
//! Deliberately absent: clocks, chance, waiting and rows. Time comes with the entries. The crate knows no order and no
//! basket yet: interactions, fraud rules and recognition of people who return are added to it later.

mod arrivals;
mod binding;
mod entering;
mod exits;
mod fact;
mod floor;
mod gaps;
mod gates;
mod joins;
mod looks;
mod opening;
mod people;
mod person;
mod places;
mod plan;
mod presence;
mod relink;
mod reserving;
mod sources;
mod spot;
mod telling;
mod time;
mod trail;
mod trips;
mod wire;
mod zones;

pub use fact::{Fact, LeftBecause, ReviewReason, Verdict};
pub use floor::{Counters, ENGINE_VERSION, Floor};
pub use gaps::Gaps;
pub use people::{MOST_DEPARTED, MOST_PEOPLE};
pub use places::MOST_RESERVATIONS;
pub use presence::Presence;
pub use sources::{MOST_SOURCES, Source, SourceState, Sources};
pub use time::MOST_WAITING;

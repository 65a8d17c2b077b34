//! Stories of customers, their codes and their trips, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod cards;
mod codes;
mod deleted;
mod fixture;
mod known;
mod listed;
mod many_cards;
mod paged;
mod passwords;
mod told;
mod trips;
mod walks;

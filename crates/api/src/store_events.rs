//! The edge: events of producers in, commands for devices out.

mod commands;
mod cursor;
mod decode;
mod ending;
mod ingest;
mod kinds;
mod leave;
mod lines;
mod pace;
mod parse;
mod read_back;
mod shown;
mod tally;

use std::time::Duration;

use crate::route::{Route, route};

/// A poll waits 30 s on purpose.
const LONGEST_POLL: Duration = Duration::from_secs(40);

pub(crate) const ROUTES: &[Route] = &[
    route!("ingestStoreEvents", ingest::handle).reads_body_itself().with_own_deadline().uncounted(),
    route!("readStoreEvents", read_back::handle).uncounted(),
    route!("getStoreEventCursor", cursor::handle).uncounted(),
    route!("pollStoreCommands", commands::poll).within(LONGEST_POLL).uncounted(),
    route!("acknowledgeStoreCommand", commands::acknowledge).uncounted(),
];

#[cfg(test)]
mod tests;

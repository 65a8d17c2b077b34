//! Check-in: a code is presented, or a person vouches.

mod confirm;
mod verify;

use std::time::Duration;

use crate::route::{Route, route};

/// A check-in may wait for the outcome of another and then ask its own questions, each for as long as questions may take.
const PATIENCE: Duration = Duration::from_secs(45);

pub(crate) const ROUTES: &[Route] = &[
    route!("verifyEntryCodeByDevice", verify::by_device).also_checked_by(verify::same_code).within(PATIENCE),
    route!("verifyEntryCodeByEntry", verify::by_entry).also_checked_by(verify::same_code).within(PATIENCE),
    route!("verifyEntryCodeFromStore", verify::by_device).also_checked_by(verify::same_code).within(PATIENCE),
    route!("confirmSession", confirm::handle).within(PATIENCE),
];

#[cfg(test)]
mod tests;

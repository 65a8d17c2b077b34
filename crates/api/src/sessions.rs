//! Shopping sessions of the caller's retailer.

mod list;
#[cfg(test)]
mod tests;
mod update;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] =
    &[route!("listSessions", list::handle), route!("updateSession", update::handle).also_checked_by(update::limits)];

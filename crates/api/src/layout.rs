//! The map of a store, for the Admin API and for perception.

mod face;
mod read;
mod replace;
#[cfg(test)]
mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("getStoreLayout", read::get),
    route!("getStoreLayoutForEdge", read::get_for_edge),
    route!("replaceStoreLayout", replace::replace).also_checked_by(replace::faults),
];

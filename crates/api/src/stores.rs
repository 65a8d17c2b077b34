//! Stores: their fields, status, settings, clock and occupancy.

mod edit;
mod face;
mod list;
mod settings;
mod state;
#[cfg(test)]
mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listStores", list::list),
    route!("createStore", edit::create).also_checked_by(edit::faults),
    route!("getStore", edit::get),
    route!("updateStore", edit::update).also_checked_by(edit::faults),
    route!("getStoreStatus", state::get_status),
    route!("setStoreStatus", state::set_status),
    route!("getVisitorsCount", state::count_people),
    route!("setStoreClock", state::set_clock),
    route!("getStoreSettings", settings::get),
    route!("updateStoreSettings", settings::update).also_checked_by(settings::faults),
];

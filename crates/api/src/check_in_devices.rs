//! Check-in devices of a store.

mod edit;
mod face;
mod read;

pub(crate) use face::DeviceFace;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listCheckInDevices", read::list),
    route!("createCheckInDevice", edit::create),
    route!("getCheckInDevice", read::get),
    route!("updateCheckInDevice", edit::update),
    route!("deleteCheckInDevice", edit::delete),
];

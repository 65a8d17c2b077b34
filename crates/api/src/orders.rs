//! Orders: list and get.

pub(crate) mod face;
mod get;
pub(crate) mod lines;
pub(crate) mod list;
#[cfg(test)]
pub(crate) mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[route!("listOrders", list::handle), route!("getOrder", get::handle)];

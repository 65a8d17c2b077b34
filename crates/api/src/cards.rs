//! Cards of customers, one by one.

mod add;
mod edit;
#[cfg(test)]
mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("addCustomerCard", add::handle),
    route!("updateCustomerCardToken", edit::set_token),
    route!("setDefaultCustomerCard", edit::make_default),
    route!("deleteCustomerCard", edit::remove),
];

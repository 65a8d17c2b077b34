//! `/api/customer/v2`: what the shopper's app may do, each customer with what is their own.

mod face;
mod logins;
mod me;
#[cfg(test)]
mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("getAppCustomer", me::get),
    route!("logoutAppCustomer", logins::log_out),
    route!("logoutAppCustomerById", logins::log_out_by_id),
    route!("refreshAppToken", logins::refresh).notices_theft(),
];

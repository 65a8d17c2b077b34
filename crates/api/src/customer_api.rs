//! `/api/customer/v2`: what the shopper's app may do, each customer with what is their own.

mod entry_codes;
mod face;
mod logins;
mod me;
mod orders;
mod products;
#[cfg(test)]
mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("getAppCustomer", me::get),
    route!("logoutAppCustomer", logins::log_out),
    route!("logoutAppCustomerById", logins::log_out_by_id),
    route!("refreshAppToken", logins::refresh).notices_theft(),
    route!("createAppEntryCode", entry_codes::create),
    route!("getAppEntryCodeQr", entry_codes::qr),
    route!("listAppOrders", orders::finals),
    route!("listAppDraftOrders", orders::drafts),
    route!("getAppOrder", orders::get),
    route!("getAppDraftOrder", orders::get_draft),
    route!("startAppOrderPayment", orders::start),
    route!("finishAppOrderPayment", orders::finish),
    route!("submitAppSatisfaction", orders::rate),
    route!("searchAppProducts", products::search),
];

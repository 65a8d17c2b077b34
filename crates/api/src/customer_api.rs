//! `/api/customer/v2`: what the shopper's app may do, each customer with what is their own.

mod digits;
mod entry_codes;
mod face;
mod logins;
mod me;
mod orders;
mod password_reset;
mod products;
mod register;
#[cfg(test)]
mod story;
#[cfg(test)]
mod tests;
mod update;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("registerAppCustomer", register::handle).also_checked_by(register::limits),
    route!("getAppCustomer", me::get),
    route!("updateAppCustomer", update::handle).also_checked_by(update::limits),
    route!("loginAppCustomer", logins::log_in),
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
    route!("startAppPasswordReset", password_reset::start).also_checked_by(register::limits),
    route!("verifyAppPasswordReset", password_reset::verify),
    route!("finishAppPasswordReset", password_reset::finish),
];

//! Entry codes of the caller's customers.

mod create;
pub(crate) mod qr;
#[cfg(test)]
mod tests;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] =
    &[route!("createEntryCode", create::handle).also_checked_by(create::limits), route!("getEntryCodeQr", qr::handle)];

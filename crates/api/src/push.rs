//! The receiver: takes the sixteen webhooks with any token of a retailer, judges them, keeps them, and answers.

mod inbox;
mod receive;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("receiveCheckout", receive::receive).shows_faults(),
    route!("receiveCartMutator", receive::receive).shows_faults(),
    route!("receiveEvaluateOrderPrice", receive::receive).shows_faults(),
    route!("receiveEntryCodeVerify", receive::receive).shows_faults(),
    route!("receiveEntryCodeNotify", receive::receive).shows_faults(),
    route!("receiveCustomerCreated", receive::receive).shows_faults(),
    route!("receiveTransitionEntered", receive::receive).shows_faults(),
    route!("receiveTransitionLeft", receive::receive).shows_faults(),
    route!("receiveCheckoutZoneEntered", receive::receive).shows_faults(),
    route!("receiveCheckoutZoneLeft", receive::receive).shows_faults(),
    route!("receiveTracking", receive::receive).shows_faults(),
    route!("receiveSuspectedFraud", receive::receive).shows_faults(),
    route!("receivePlanogramError", receive::receive).shows_faults(),
    route!("receiveRestrictedProductsInteractions", receive::receive).shows_faults(),
    route!("receiveRemoteRegister", receive::receive).shows_faults(),
    route!("receiveIdentityMatching", receive::receive).shows_faults(),
    route!("listPushInbox", inbox::list),
];

#[cfg(test)]
mod tests;

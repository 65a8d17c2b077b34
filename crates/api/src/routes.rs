//! The table of contents: every area and what it serves.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use aisle_contract::{Operation, contract};
use axum::Router;
use axum::routing::{any, get};

use crate::route::Route;
use crate::serve::{self, Dispatch};
use crate::{
    Server, access, check_in, check_in_devices, customers, entry_codes, layers, layout, operators, reference, sessions,
    shoppers, stores, zones,
};

/// All areas. An operation of the contract that is in none of them is not served, and not in `/openapi.json`.
pub(crate) const AREAS: &[&[Route]] = &[
    access::ROUTES,
    check_in::ROUTES,
    shoppers::ROUTES,
    check_in_devices::ROUTES,
    customers::ROUTES,
    crate::cards::ROUTES,
    crate::remote_register::ROUTES,
    crate::orders::ROUTES,
    crate::contests::ROUTES,
    entry_codes::ROUTES,
    layout::ROUTES,
    crate::products::ROUTES,
    sessions::ROUTES,
    stores::ROUTES,
    zones::ROUTES,
    crate::store_events::ROUTES,
    crate::push::ROUTES,
    crate::webhooks::ROUTES,
    crate::shelves::ROUTES,
    crate::planogram::ROUTES,
    crate::inventory::ROUTES,
    crate::tags::ROUTES,
    crate::cameras::ROUTES,
    crate::device_events::ROUTES,
    crate::customer_api::ROUTES,
];

/// Served outside the common judgement: a form body and errors of its own.
const TOKEN_ENDPOINT: &str = "issueAccessToken";

/// Every route with its operation.
pub(crate) fn served() -> impl Iterator<Item = (&'static Route, &'static Operation)> {
    AREAS.iter().copied().flatten().map(|route| {
        let operation = contract().operation(route.id);
        let operation = operation.unwrap_or_else(|| panic!("the contract has no {}", route.id));
        (route, operation)
    })
}

/// `operationId`s of what is served.
pub(crate) fn served_ids() -> HashSet<&'static str> {
    let ids = served().map(|(route, _)| route.id);
    ids.chain([TOKEN_ENDPOINT]).collect()
}

/// One axum route per path; methods are told apart behind it, so that 405 and `OPTIONS` know them all.
pub(crate) fn all(server: &Arc<Server>) -> Router {
    let mut paths: BTreeMap<&str, Vec<(&'static Route, &'static Operation)>> = BTreeMap::new();
    for (route, operation) in served() {
        paths.entry(&operation.path).or_default().push((route, operation));
    }
    let token_path = contract().operation(TOKEN_ENDPOINT).map(|operation| &*operation.path);
    let mut router = Router::new()
        .route(token_path.expect("the contract has the token endpoint"), any(access::token))
        .route("/openapi.json", get(reference::document))
        .route("/asyncapi.json", get(reference::messages))
        .route("/docs", get(reference::page))
        .route("/health/live", get(operators::live))
        .route("/health/ready", get(operators::ready))
        .method_not_allowed_fallback(layers::method_not_allowed)
        .fallback(layers::no_such_route)
        .with_state(Arc::clone(server));
    for (path, methods) in paths {
        let dispatch = Dispatch::new(Arc::clone(server), methods);
        router = router.route(path, any(serve::serve).with_state(dispatch));
    }
    router
}

//! JSON in, JSON out: the HTTP face of the platform.
//!
//! [`router`] serves the operations listed in `routes.rs`, each as the contract describes it: method, path, kind of token,
//! scope, parameters, body. A request is judged in one order (`serve.rs`): 401, 403, 413/415/400, replay by
//! `Idempotency-Key`, 422, 404, 409. A handler sees only what passed.
//!
//! Promises: every answer is JSON or empty, carries `x-request-id`, and shows nothing internal; whatever a handler began
//! to write is written whole, also when the client hangs up.
//! Deliberately absent: decisions of the domain, SQL, and any list of methods, paths or rights (they are the contract's).

mod access;
mod answer;
mod body;
mod call;
mod cameras;
mod cards;
mod check_in;
mod check_in_devices;
mod contests;
mod customer_api;
mod customers;
mod device_events;
mod entry_codes;
mod idempotent;
mod inventory;
mod layers;
mod layout;
mod limits;
mod moment;
mod operators;
mod orders;
mod paging;
mod planogram;
mod problem;
mod products;
mod push;
mod reference;
mod remote_register;
mod route;
mod routes;
mod serve;
mod sessions;
mod shelves;
mod shoppers;
mod store_events;
mod stores;
mod tags;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod unstorable;
mod webhooks;
mod whose;
mod zones;

pub use products::line;

use std::sync::Arc;
use std::time::Duration;

use aisle_operations::App;
use aisle_operations::access::Tokens;
use aisle_operations::idempotency::Idempotency;
use axum::Router;
use http::StatusCode;
use ipnet::IpNet;

pub use limits::RateLimit;

/// What the operator may set about the HTTP face.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// Longest a request may take before it is answered with 503. A change that was begun is finished all the same.
    pub deadline: Duration,
    /// Most bytes of a body.
    pub body_limit: usize,
    /// How long a good token is believed without looking again. Revocation takes at most this long on other nodes.
    pub token_memory: Duration,
    /// Realms of the token endpoint beside `aisle`.
    pub realms: Vec<String>,
    /// Host names of the shopper's app, each with the name of the retailer it belongs to.
    pub app_hosts: Vec<(String, String)>,
    /// What one token may ask, and one address that shows no good one; as much as it likes when absent.
    pub rate_limit: Option<RateLimit>,
    /// The status of what was too much: 503, or 429 where clients know it better.
    pub rate_limited_status: StatusCode,
    /// Reverse proxies that are believed when they say whom they heard.
    pub proxies: Vec<IpNet>,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            body_limit: 1024 * 1024,
            token_memory: Duration::from_millis(500),
            realms: Vec::new(),
            app_hosts: Vec::new(),
            rate_limit: None,
            rate_limited_status: StatusCode::SERVICE_UNAVAILABLE,
            proxies: Vec::new(),
        }
    }
}

/// What all requests share.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) options: ApiOptions,
    pub(crate) tokens: Tokens,
    pub(crate) idempotency: Idempotency,
    pub(crate) throttle: access::Throttle,
    /// Absent when nobody is limited.
    pub(crate) budgets: Option<limits::Budgets>,
    pub(crate) openapi: String,
}

impl Server {
    fn new(app: App, options: ApiOptions) -> Arc<Self> {
        let served = routes::served_ids();
        Arc::new(Self {
            tokens: Tokens::new(options.token_memory),
            idempotency: Idempotency::default(),
            throttle: access::Throttle::default(),
            budgets: options.rate_limit.and_then(|limit| limits::Budgets::new(limit, options.rate_limited_status)),
            openapi: aisle_contract::openapi_json_for(&|id| served.contains(id)),
            app,
            options,
        })
    }
}

/// The whole HTTP face over the parts of a running server.
pub fn router(app: App, options: ApiOptions) -> Router {
    let server = Server::new(app, options);
    layers::around(routes::all(&server), &server)
}

/// The document of what this version serves, as `/openapi.json` shows it.
pub fn openapi() -> String {
    let served = routes::served_ids();
    aisle_contract::openapi_json_for(&|id| served.contains(id))
}

/// The document of the messages this version sends and takes, as `/asyncapi.json` shows it.
pub fn asyncapi() -> String {
    let served = routes::served_ids();
    aisle_contract::asyncapi_json_for(&|id| served.contains(id))
}

//! Applications, static keys, and the token endpoint.

mod api_keys;
mod applications;
mod throttle;
mod token;

pub(crate) use throttle::Throttle;
pub(crate) use token::token;

use serde::Deserialize;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listApplications", applications::list),
    route!("createApplication", applications::create),
    route!("getApplication", applications::get),
    route!("updateApplication", applications::update),
    route!("deleteApplication", applications::delete),
    route!("rotateApplicationSecret", applications::rotate_secret),
    route!("listApiKeys", api_keys::list),
    route!("createApiKey", api_keys::create),
    route!("revokeApiKey", api_keys::revoke),
    route!("rotateApiKey", api_keys::rotate),
];

/// The body of a rotation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Overlap {
    overlap_hours: i64,
}

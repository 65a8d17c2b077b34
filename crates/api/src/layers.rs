//! What goes around every request: its id, and answers where no route is.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method};
use tracing::Instrument;

use crate::Server;
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, among its extensions.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// Of a request that went through the layers.
    pub(crate) fn of(extensions: &http::Extensions) -> String {
        extensions.get::<Self>().map(|id| id.0.clone()).unwrap_or_default()
    }
}

/// Puts the layers around all routes.
pub(crate) fn around(router: Router, server: &Arc<Server>) -> Router {
    router.layer(middleware::from_fn_with_state(Arc::clone(server), identified))
}

async fn identified(State(server): State<Arc<Server>>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| is_sane(id));
    let id = given.map_or_else(|| server.app.chance.uuid().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, method = %request.method());
    let mut response = next.run(request).instrument(span).await;
    let value = HeaderValue::from_str(&id).expect("letters, digits and hyphens are header text");
    response.headers_mut().insert(REQUEST_ID, value);
    response
}

/// What goes into every log line of a request must not be able to forge one.
fn is_sane(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

pub(crate) async fn no_such_route(request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    let problem = Problem::NotFound("Route was not found; /docs lists what there is".to_owned());
    problem.into_answer(&id).into_response(request.method() == Method::HEAD)
}

/// For the few routes that take `GET` alone.
pub(crate) async fn method_not_allowed(request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    Problem::MethodNotAllowed("GET, HEAD".to_owned()).into_answer(&id).into_response(false)
}

//! `GET /openapi.json`, `GET /asyncapi.json` and `GET /docs`: the contract of what is served, for machines and for people.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderValue, StatusCode};

use crate::Server;
use crate::answer::Answer;

/// The contract, with only the operations that this server has.
pub(crate) async fn document(State(server): State<Arc<Server>>) -> Response {
    json(server.openapi.clone())
}

/// The messages that this server sends and takes.
pub(crate) async fn messages() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(crate::asyncapi);
    json(TEXT.clone())
}

fn json(text: String) -> Response {
    Answer::bytes(StatusCode::OK, HeaderValue::from_static("application/json"), text)
        .header(CACHE_CONTROL, HeaderValue::from_static("no-cache"))
        .into_response(false)
}

/// A page that reads the document; it needs nothing from anywhere else.
pub(crate) async fn page() -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    Answer::bytes(StatusCode::OK, html, include_str!("reference.html"))
        .header(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))
        .into_response(false)
}

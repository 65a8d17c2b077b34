//! `GET /health/live` and `GET /health/ready`: whether the process is there, and whether it can work.

use std::sync::Arc;

use aisle_operations::Failure;
use axum::extract::State;
use axum::response::Response;
use http::header::{CACHE_CONTROL, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::Server;
use crate::answer::Answer;

/// 200 while the process runs.
pub(crate) async fn live() -> Response {
    answer(StatusCode::OK, &json!({"status": "ok"})).into_response(false)
}

/// 200 when the database answers and its schema is up to date, else 503 that names it. Stores that stand still on this node
/// are counted; they are no reason to send the others' requests elsewhere.
pub(crate) async fn ready(State(server): State<Arc<Server>>) -> Response {
    match server.app.database.ping().await.map_err(Failure::from) {
        Ok(()) => {
            let stalled = server.app.stalls.all().len();
            let status = if stalled == 0 { "ok" } else { "degraded" };
            let body = json!({"status": status, "database": "ok", "stalledStores": stalled});
            answer(StatusCode::OK, &body).into_response(false)
        }
        Err(failure) => {
            tracing::warn!(%failure, "not ready: the database is away");
            let body = json!({
                "message": "The database is unavailable", "type": "E_UNAVAILABLE",
                "status": "unavailable", "database": "unavailable",
            });
            let answer = answer(StatusCode::SERVICE_UNAVAILABLE, &body);
            answer.header(RETRY_AFTER, HeaderValue::from(1)).into_response(false)
        }
    }
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Answer {
    Answer::json(status, body).header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

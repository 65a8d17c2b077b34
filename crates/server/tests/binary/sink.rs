//! A retailer's server in a test: keeps what arrives, in the order of arrival, and sometimes fails.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use serde_json::Value;

/// One call that arrived and was answered with success.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub path: String,
    pub id: String,
    pub body: Value,
}

/// Keeps arrivals; clones share them.
#[derive(Clone, Default)]
pub struct Sink {
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    /// Every so-many-th message is answered 500 the first time it comes; 0 for none.
    fails_every: usize,
    seen: Arc<Mutex<HashSet<String>>>,
}

impl Sink {
    /// Starts it on a free port; answers its address and itself.
    pub async fn start(fails_every: usize) -> (String, Self) {
        let sink = Self { fails_every, ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/{*path}", post(take)).with_state(sink.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(axum::serve(listener, router).into_future());
        (url, sink)
    }

    /// Everything so far, oldest first.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.lock().unwrap().clone()
    }
}

async fn take(State(sink): State<Sink>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let messages = {
        let mut seen = sink.seen.lock().unwrap();
        if seen.insert(id.clone()) { seen.len() } else { 1 }
    };
    if sink.fails_every > 0 && messages.is_multiple_of(sink.fails_every) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let body = serde_json::from_slice(&body).unwrap();
    sink.arrivals.lock().unwrap().push(Arrival { path: uri.path().to_owned(), id, body });
    StatusCode::NO_CONTENT
}

//! A receiver on this machine: answers 204, or hangs, or answers 500, and remembers what came.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::bail;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use http::StatusCode;
use tokio::sync::Notify;

/// How an endpoint of it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Answers 204 at once.
    Healthy,
    /// Answers 204 after 30 s.
    Hanging,
    /// Answers 500 at once.
    Failing,
}

/// A call that was answered well.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Which endpoint.
    pub endpoint: usize,
    /// The first name in the body, by which the one who caused it knows it; empty when there is none.
    pub name: String,
    pub at: Instant,
}

#[derive(Default)]
struct Memory {
    arrivals: Vec<Arrival>,
    arrived: Arc<Notify>,
}

/// The receiver; it runs until the process ends.
pub struct Sink {
    address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
}

impl Sink {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let memory = Arc::new(Mutex::new(Memory::default()));
        let router = Router::new().route("/{kind}/{endpoint}", post(receive)).with_state(memory.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the benchmark's process")]
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Self { address, memory })
    }

    pub fn url(&self, kind: Kind, endpoint: usize) -> String {
        format!("http://{}/{kind:?}/{endpoint}", self.address)
    }

    /// Waits until so many calls have come; fails when none comes for a while.
    pub async fn wait_for(&self, count: usize, patience: Duration) -> anyhow::Result<()> {
        loop {
            let (seen, arrived) = {
                let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
                (memory.arrivals.len(), memory.arrived.clone())
            };
            if seen >= count {
                return Ok(());
            }
            if tokio::time::timeout(patience, arrived.notified()).await.is_err() {
                bail!("only {seen} of {count} messages came, and for {patience:?} none");
            }
        }
    }

    /// What came, in order.
    pub fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner).arrivals)
    }
}

async fn receive(
    State(memory): State<Arc<Mutex<Memory>>>,
    Path((kind, endpoint)): Path<(String, usize)>,
    body: Bytes,
) -> StatusCode {
    let at = Instant::now();
    match kind.as_str() {
        "Hanging" => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            StatusCode::NO_CONTENT
        }
        "Failing" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => {
            let name = first_name(&body);
            let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
            memory.arrivals.push(Arrival { endpoint, name, at });
            memory.arrived.notify_one();
            StatusCode::NO_CONTENT
        }
    }
}

/// Without reading all of the body, for that is not what is measured.
fn first_name(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let name = text.split_once("\"firstName\":\"").and_then(|(_, rest)| rest.split_once('"'));
    name.map_or_else(String::new, |(name, _)| name.to_owned())
}

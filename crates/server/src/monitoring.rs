//! `/metrics` for Prometheus: on a listener of its own, or behind a token on the server's.
//!
//! Promises: a bounded number of series, whoever calls whatever: routes are those of the contract, endpoints the first two
//! hundred that are called, queues the hundred longest; nothing of a customer. Queues are looked up in the database at most
//! every five seconds, however often somebody asks. Where neither listener nor token is set, nothing is measured.
//! Deliberately absent: what the numbers mean for an operator (`docs/operating.md`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aisle_database::rows::lanes::queues::{Queue, queues};
use aisle_operations::{App, Failure};
use anyhow::Context as _;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Metrics;

/// Seconds, from a call on the same machine to the longest that is allowed.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0];
/// Histograms take memory until they are read or kept up.
const UPKEEP: Duration = Duration::from_secs(5);
/// The queue of an endpoint is no longer shown when nothing has waited for so long.
const GAUGE_IDLE: Duration = Duration::from_mins(5);
/// Queues are looked up this often at most.
const FRESH: Duration = Duration::from_secs(5);
/// A database that answers later counts as away.
const PATIENCE: Duration = Duration::from_secs(3);
const LONGEST_QUEUES: usize = 100;

/// What measures a running server.
pub struct Monitoring {
    app: App,
    prometheus: PrometheusHandle,
    process: metrics_process::Collector,
    token: String,
    looked: Mutex<Looked>,
}

/// The latest look at the queues.
#[derive(Default)]
struct Looked {
    at: Option<Instant>,
    /// The endpoints that were shown, to be set to nothing when they have no queue any more.
    shown: Vec<String>,
}

/// Begins to measure, if the operator wants it; once per process.
pub fn start(wanted: &Metrics, app: &App) -> anyhow::Result<Option<Arc<Monitoring>>> {
    if wanted.listen.is_empty() && wanted.token.is_empty() {
        return Ok(None);
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
        .idle_timeout(MetricKindMask::GAUGE, Some(GAUGE_IDLE))
        .build_recorder();
    let prometheus = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| anyhow::anyhow!("metrics are measured already"))?;
    describe();
    let process = metrics_process::Collector::default();
    process.describe();
    let (token, looked) = (wanted.token.clone(), Mutex::default());
    Ok(Some(Arc::new(Monitoring { app: app.clone(), prometheus, process, token, looked })))
}

fn describe() {
    metrics::describe_gauge!("aisle_build_info", "Always 1; the version is its label.");
    metrics::describe_gauge!("aisle_database_up", "Whether the database answered the latest look, 0 or 1.");
    metrics::describe_gauge!("aisle_node_clock_ahead_seconds", "How far this node's clock is ahead of the database's.");
    metrics::describe_counter!("aisle_http_requests_total", "Requests by method, route of the contract and status.");
    metrics::describe_histogram!("aisle_http_request_seconds", "From a request to the head of its answer.");
    metrics::describe_counter!("aisle_webhook_attempts_total", "Webhook calls by kind and outcome.");
    metrics::describe_histogram!("aisle_webhook_attempt_seconds", "Webhook calls by setting, successful or not.");
    metrics::describe_counter!("aisle_webhook_given_up_total", "Messages given up after their last attempt.");
    metrics::describe_gauge!("aisle_webhook_queue_messages", "Messages that wait, for settings that are on or off.");
    metrics::describe_gauge!("aisle_webhook_queue_oldest_seconds", "Age of the oldest message that waits.");
    metrics::describe_gauge!("aisle_webhook_endpoint_queue_messages", "The same by setting, the longest queues.");
    metrics::describe_gauge!("aisle_webhook_endpoint_queue_oldest_seconds", "The same by setting, the longest queues.");
}

/// Puts the measuring around all routes, and `/metrics` beside them when there is a token.
pub fn around(router: Router, monitoring: Option<&Arc<Monitoring>>) -> Router {
    let Some(monitoring) = monitoring else {
        return router;
    };
    let router = router.layer(middleware::from_fn(measured));
    if monitoring.token.is_empty() {
        return router;
    }
    router.route("/metrics", get(with_token).with_state(monitoring.clone()))
}

/// Keeps histograms small, and serves `/metrics` on an address of its own if there is one, until told to stop.
pub async fn run(
    wanted: &Metrics,
    monitoring: Option<&Arc<Monitoring>>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let Some(monitoring) = monitoring else {
        return Ok(());
    };
    let (prometheus, stopped) = (monitoring.prometheus.clone(), stop.clone());
    tasks.spawn(async move {
        while stopped.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
            prometheus.run_upkeep();
        }
    });
    if !wanted.listen.is_empty() {
        let listener = TcpListener::bind(&wanted.listen).await;
        let listener = listener.with_context(|| format!("metrics.listen {}", wanted.listen))?;
        let router = Router::new().route("/metrics", get(openly)).with_state(monitoring.clone());
        let served = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
        let served = served.with_graceful_shutdown(stop.clone().cancelled_owned());
        tasks.spawn(async move {
            if let Err(error) = served.await {
                tracing::error!(%error, "/metrics is not served any more");
            }
        });
    }
    Ok(())
}

async fn with_token(State(monitoring): State<Arc<Monitoring>>, request: Request) -> Response {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !is_same(given.as_bytes(), monitoring.token.as_bytes()) {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response();
    }
    openly(State(monitoring)).await
}

/// Takes the same time wherever they differ.
fn is_same(given: &[u8], wanted: &[u8]) -> bool {
    given.len() == wanted.len() && given.iter().zip(wanted).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

async fn openly(State(monitoring): State<Arc<Monitoring>>) -> Response {
    monitoring.look().await;
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], monitoring.prometheus.render()).into_response()
}

impl Monitoring {
    async fn look(&self) {
        metrics::gauge!("aisle_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        self.process.collect();
        let mut looked = self.looked.lock().await;
        if looked.at.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        looked.at = Some(Instant::now());
        let read = self.app.database.read(|c| Box::pin(async move { Ok::<_, Failure>(queues(c).await?) }));
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(queues)) => {
                metrics::gauge!("aisle_database_up").set(1.0);
                self.show(&queues, &mut looked.shown);
            }
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "the queues cannot be measured");
                metrics::gauge!("aisle_database_up").set(0.0);
            }
            Err(_) => metrics::gauge!("aisle_database_up").set(0.0),
        }
    }

    fn show(&self, queues: &[Queue], shown: &mut Vec<String>) {
        let now = self.app.clock.now();
        let age = |queue: &Queue| queue.oldest.map_or(0.0, |at| now.micros_since(at).max(0) as f64 / 1e6);
        for (state, enabled) in [("on", true), ("off", false)] {
            let some = || queues.iter().filter(move |queue| queue.enabled == enabled);
            let waiting: i64 = some().map(|queue| queue.waiting).sum();
            metrics::gauge!("aisle_webhook_queue_messages", "settings" => state).set(waiting as f64);
            let oldest = some().map(age).fold(0.0, f64::max);
            metrics::gauge!("aisle_webhook_queue_oldest_seconds", "settings" => state).set(oldest);
        }
        let longest = queues.iter().take(LONGEST_QUEUES);
        let rows: Vec<(String, f64, f64)> =
            longest.map(|queue| (queue.webhook.to_string(), queue.waiting as f64, age(queue))).collect();
        let gone = shown.iter().filter(|one| !rows.iter().any(|(endpoint, ..)| endpoint == *one));
        for (endpoint, waiting, oldest) in gone.map(|one| (one.clone(), 0.0, 0.0)).chain(rows.iter().cloned()) {
            metrics::gauge!("aisle_webhook_endpoint_queue_messages", "endpoint" => endpoint.clone()).set(waiting);
            metrics::gauge!("aisle_webhook_endpoint_queue_oldest_seconds", "endpoint" => endpoint).set(oldest);
        }
        *shown = rows.into_iter().map(|(endpoint, ..)| endpoint).collect();
    }
}

async fn measured(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    metrics::histogram!("aisle_http_request_seconds", "method" => method, "route" => route.clone())
        .record(begun.elapsed().as_secs_f64());
    metrics::counter!("aisle_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}

/// A caller may invent methods; the series must stay few.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

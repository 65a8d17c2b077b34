//! The server: listens, works, and stops in one order.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use aisle_api::{ApiOptions, RateLimit};
use aisle_operations::App;
use aisle_worker::Workers;
use anyhow::Context as _;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, LimitedStatus};
use crate::{End, monitoring, node};

/// A server that accepts requests.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it works with.
    pub app: App,
    accepting: tokio::task::JoinHandle<std::io::Result<()>>,
    stop: CancellationToken,
    workers: Workers,
    measuring: TaskTracker,
    grace: Duration,
}

/// `aisle serve`.
pub async fn run(config: &Config) -> anyhow::Result<End> {
    let running = start(config).await?;
    println!("listening on http://{}", running.address);
    let app = running.app.clone();
    tokio::select! {
        signal = wait_for_signal() => signal?,
        wrong = node::wrong_key_found_later(&app, config) => {
            running.stop().await;
            return Err(wrong);
        }
    }
    tracing::info!("stopping: a second signal ends at once");
    tokio::select! {
        () = running.stop() => Ok(End::Done),
        signal = wait_for_signal() => signal.map(|()| End::Interrupted),
    }
}

/// Opens the database and starts listening and working.
pub async fn start(config: &Config) -> anyhow::Result<Running> {
    let app = node::open(config).await?;
    let listener = TcpListener::bind(&config.server.listen).await;
    let listener = listener.with_context(|| format!("server.listen {}", config.server.listen))?;
    let address = listener.local_addr()?;
    let monitoring = monitoring::start(&config.metrics, &app)?;
    let router = monitoring::around(aisle_api::router(app.clone(), options(config)?), monitoring.as_ref());
    let (stop, measuring) = (CancellationToken::new(), TaskTracker::new());
    monitoring::run(&config.metrics, monitoring.as_ref(), &measuring, &stop).await?;
    measuring.close();
    let accepting = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
    let accepting = accepting.with_graceful_shutdown(stop.clone().cancelled_owned());
    #[expect(clippy::disallowed_methods, reason = "awaited in `stop`")]
    let accepting = tokio::spawn(accepting.into_future());
    let workers = Workers::start(&app);
    let grace = Duration::from_secs(config.server.shutdown_seconds);
    Ok(Running { address, app, accepting, stop, workers, measuring, grace })
}

fn options(config: &Config) -> anyhow::Result<ApiOptions> {
    let limits = &config.limits;
    let per_second = NonZeroU32::new(limits.requests_per_second);
    let rate_limit = per_second.map(|per_second| RateLimit {
        every: Duration::from_secs(1) / per_second.get(),
        burst: NonZeroU32::new(limits.burst).unwrap_or(per_second),
    });
    let bound = config.auth.app_hosts.iter().map(|bound| {
        let (host, retailer) =
            bound.split_once('=').with_context(|| format!("auth.app_hosts: {bound:?} is not host=retailer"))?;
        Ok((host.to_owned(), retailer.to_owned()))
    });
    Ok(ApiOptions {
        realms: config.auth.realm_aliases.clone(),
        app_hosts: bound.collect::<anyhow::Result<_>>()?,
        rate_limit,
        rate_limited_status: match limits.status {
            LimitedStatus::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            LimitedStatus::TooMany => StatusCode::TOO_MANY_REQUESTS,
        },
        proxies: config.server.proxies.clone(),
        ..ApiOptions::default()
    })
}

impl Running {
    /// Stops accepting, finishes requests, stops workers, closes the database.
    pub async fn stop(self) {
        self.stop.cancel();
        self.app.intake.close();
        if tokio::time::timeout(self.grace, self.accepting).await.is_err() {
            tracing::warn!("some requests were cut off: they took longer than the time to stop");
        }
        if !self.workers.stop(self.grace).await {
            tracing::warn!(
                "some workers did not end in the time to stop; what they held is taken up at the next start"
            );
        }
        if tokio::time::timeout(self.grace, self.measuring.wait()).await.is_err() {
            tracing::warn!("somebody was still reading /metrics");
        }
        self.app.database.close().await;
    }
}

/// Resolves when the process is asked to end.
pub async fn wait_for_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done.context("signals cannot be received"),
        _ = terminate.recv() => Ok(()),
    }
}

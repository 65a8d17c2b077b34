//! Gives messages their places in the pull feed, soon after they are committed.

use std::time::Duration;

use aisle_operations::{App, webhooks};
use tokio_util::sync::CancellationToken;

/// A lost bell costs this.
const POLL: Duration = Duration::from_secs(1);

/// Places until told to stop. Several nodes may: the database lets one at a time.
pub async fn run_placing(app: App, stop: CancellationToken) {
    let nudges = app.nudges.clone();
    while !stop.is_cancelled() {
        if let Err(error) = webhooks::feed::place(&app).await {
            tracing::warn!(%error, "the pull feed waits for the database");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = nudges.feed().notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

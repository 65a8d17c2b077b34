//! Tells owners of settings that fail, also when no call is due: the waits between retries grow to hours.

use std::time::Duration;

use aisle_operations::{App, webhooks};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_mins(1);

/// Looks until told to stop.
pub async fn run_watching(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = webhooks::tell_of_failing(&app).await {
            tracing::warn!(%error, "telling owners of failing webhooks waits for the database");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

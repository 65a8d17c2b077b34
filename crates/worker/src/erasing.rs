//! Takes what is left of deleted customers out of the history.

use std::time::Duration;

use aisle_operations::App;
use aisle_operations::customers::erase_due;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);

/// Looks once a second until told to stop. The first look is at the start: it goes on where an earlier process ended.
pub async fn run(app: App, stop: CancellationToken) {
    loop {
        tokio::select! {
            erased = erase_due(&app) => {
                if let Err(failure) = erased {
                    tracing::warn!(%failure, "a deleted customer is not erased everywhere yet");
                }
            }
            // A slice that was begun is committed or rolled back whole; the rest is found again.
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

//! Sends the mails that wait.

use std::time::Duration;

use aisle_operations::App;
use aisle_operations::accounts::mails::send_due;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(2);

/// Sends until told to stop. What was taken and not settled is due again after its lease.
pub async fn run(app: App, stop: CancellationToken) {
    loop {
        let may_be_more = tokio::select! {
            () = stop.cancelled() => return,
            sent = send_due(&app) => sent.unwrap_or_else(|failure| {
                tracing::warn!(%failure, "mails could not be sent; trying again");
                false
            }),
        };
        if may_be_more {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.nudges.mails().notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

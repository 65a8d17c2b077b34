//! What ends by itself at the door: codes past their time, and check-ins whose server died while the retailer was asked.

use std::time::Duration;

use aisle_operations::check_in::{close_abandoned, expire_codes, forget_questions};
use aisle_operations::{App, Failure};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);

/// Looks once a second until told to stop. The first look is at the start: it closes what an earlier process left behind.
pub async fn run(app: App, stop: CancellationToken) {
    loop {
        if let Err(failure) = look(&app).await {
            tracing::warn!(%failure, "what is due at the door cannot be ended");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Ends what is due now.
pub async fn look(app: &App) -> Result<(), Failure> {
    close_abandoned(app).await?;
    expire_codes(app).await?;
    forget_questions(app).await?;
    Ok(())
}

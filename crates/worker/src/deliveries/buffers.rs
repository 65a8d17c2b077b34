//! Zones in buffered mode: tells what has lasted.

use std::time::Duration;

use aisle_operations::{App, Failure, notices};
use tokio_util::sync::CancellationToken;

/// A lost bell costs this.
const POLL: Duration = Duration::from_secs(1);

/// Settles buffers as they become due, until told to stop.
pub async fn run_zone_buffers(app: App, stop: CancellationToken) {
    let nudges = app.nudges.clone();
    while !stop.is_cancelled() {
        let pause = match settle_due_buffers(&app).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "buffered zones wait for the database");
                POLL
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = nudges.zone_buffers().notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Settles what is due; answers how long to wait for the next. With nothing due nothing is written.
pub async fn settle_due_buffers(app: &App) -> Result<Duration, Failure> {
    loop {
        let Some(due) = notices::next_buffer_due(app).await? else {
            return Ok(POLL);
        };
        let wait = due.micros_since(app.clock.now());
        if wait > 0 {
            return Ok(Duration::from_micros(wait.unsigned_abs()).min(POLL));
        }
        notices::settle_buffers(app).await?;
    }
}

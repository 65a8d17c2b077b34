//! Whether a request that stays open may still go on: its token, its store and the server are looked at all the while.

use std::time::Duration;

use aisle_operations::Failure;
use aisle_operations::stream::Ingest;
use http::header::AUTHORIZATION;
use tokio::time::{Instant, sleep_until};

use super::ending::Ending;
use crate::call::Call;
use crate::problem::Problem;

/// With what tokens are remembered for, a revoked one lasts well under two of these.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The leave of one request.
pub(super) struct Leave {
    next_look: Instant,
}

impl Leave {
    pub fn new() -> Self {
        Self { next_look: Instant::now() + LOOK_EVERY }
    }

    /// Waits for something as long as the request may go on. What is waited for is dropped when it may not.
    pub async fn wait<T>(
        &mut self,
        call: &Call,
        ingest: &mut Ingest,
        awaited: impl Future<Output = T>,
    ) -> Result<T, Ending> {
        tokio::pin!(awaited);
        loop {
            if call.app.intake.is_closing() {
                return Err(Ending::Shutdown);
            }
            if Instant::now() >= self.next_look {
                look(call, ingest).await?;
                self.next_look = Instant::now() + LOOK_EVERY;
            }
            tokio::select! {
                biased;
                done = &mut awaited => return Ok(done),
                () = call.app.intake.closing() => {}
                () = sleep_until(self.next_look) => {}
            }
        }
    }
}

/// A look that fails ends nothing: whatever is wrong then, the next batch is told.
async fn look(call: &Call, ingest: &mut Ingest) -> Result<(), Ending> {
    let header = call.header(AUTHORIZATION.as_str()).and_then(|text| text.split_once(' '));
    let token = header.map(|(_, token)| token.trim()).unwrap_or_default();
    if let Ok(None) = call.tokens.bearer(&call.app, token).await {
        return Err(Problem::Unauthorized.into());
    }
    match ingest.look_again(&call.app).await {
        Err(Failure::Refused(refusal)) => Err(Problem::from(refusal).into()),
        Ok(()) | Err(Failure::Busy(_) | Failure::Late(_) | Failure::Broken(_)) => Ok(()),
    }
}

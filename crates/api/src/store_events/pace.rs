//! Reading more slowly when a store sends more than it may: 2,000 events and 4 MiB a second, over all connections.

use std::time::Duration;

use aisle_model::StoreId;
use aisle_operations::App;
use tokio::time::Instant;

use super::ending::Ending;

/// Longest that a request is slowed before it is ended.
const LONGEST_SLOWED: Duration = Duration::from_secs(10);

/// The pace of one request.
#[derive(Default)]
pub(super) struct Pace {
    slowed_since: Option<Instant>,
}

impl Pace {
    /// When the next batch may be read, unless the store has sent too much for too long.
    pub fn next_at(&mut self, app: &App, store: StoreId) -> Result<Instant, Ending> {
        let now = Instant::now();
        let wait = app.intake.ahead(store, now.into_std());
        if wait.is_zero() {
            self.slowed_since = None;
            return Ok(now);
        }
        let since = *self.slowed_since.get_or_insert(now);
        if now + wait > since + LONGEST_SLOWED {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            return Err(Ending::Overload { seconds });
        }
        Ok(now + wait)
    }
}

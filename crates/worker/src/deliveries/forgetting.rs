//! Forgetting what is older than its retention, in slices that never hold the writer for long.

use std::time::Duration;

use aisle_database::rows::messages::feed;
use aisle_database::rows::{attempts, deliveries, inbox};
use aisle_model::Millis;
use aisle_operations::{App, Failure};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_mins(1);
/// Between two slices, so that others come in between.
const PAUSE: Duration = Duration::from_millis(20);
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Rows in one change.
const SLICE: i64 = 500;
/// Attempts, and what is kept for settings that the server switched off.
const KEPT: Millis = Millis(30 * DAY);
/// Messages: a day and a half of retries, then thirty days on the list of the dead.
const MESSAGES: Millis = Millis(32 * DAY);
/// What the receiver took in.
const INBOX: Millis = Millis(DAY);

/// How much one call forgot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Rows of the log.
    pub attempts: u64,
    /// Messages with their deliveries.
    pub messages: u64,
    /// Places in the pull feed.
    pub places: u64,
    /// Entries of the inbox.
    pub inbox: u64,
    /// Messages given up for settings that have been off for too long.
    pub given_up: u64,
}

impl Forgotten {
    /// Whether another call may find more.
    pub fn is_more_likely(&self) -> bool {
        let slice = SLICE.unsigned_abs();
        [self.attempts, self.messages, self.places, self.inbox, self.given_up].iter().any(|count| *count >= slice)
    }
}

/// Forgets one slice of each kind, each in a change of its own. To be called again while more is likely.
pub async fn forget_old(app: &App) -> Result<Forgotten, Failure> {
    let now = app.clock.now();
    let change = app.database.change(move |c| {
        Box::pin(async move { Ok::<_, Failure>(deliveries::give_up_kept(c, now.minus(KEPT), now, SLICE).await?) })
    });
    let given_up = u64::try_from(change.await?).map_err(Failure::broken)?;
    let attempts = app.database.change(move |c| {
        Box::pin(async move { Ok::<_, Failure>(attempts::forget_some(c, now.minus(KEPT), SLICE).await?) })
    });
    let attempts = attempts.await?;
    let places = app.database.change(move |c| {
        Box::pin(async move { Ok::<_, Failure>(feed::forget_some(c, now.minus(KEPT), SLICE).await?) })
    });
    let places = places.await?;
    let messages = app.database.change(move |c| {
        Box::pin(async move { Ok::<_, Failure>(deliveries::forget_some(c, now.minus(MESSAGES), SLICE).await?) })
    });
    let messages = messages.await?;
    let inbox = app.database.change(move |c| {
        Box::pin(async move { Ok::<_, Failure>(inbox::forget_some(c, now.minus(INBOX), SLICE).await?) })
    });
    Ok(Forgotten { attempts, messages, places, inbox: inbox.await?, given_up })
}

/// Forgets until told to stop.
pub async fn run_forgetting(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match forget_old(&app).await {
            Ok(forgotten) if forgotten.is_more_likely() => PAUSE,
            Ok(_) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "forgetting old webhook messages waits for the database");
                EVERY
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

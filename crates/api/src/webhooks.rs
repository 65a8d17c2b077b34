//! Webhook settings, their test calls, the log of calls, replays, and the pull feed.

mod attempts;
mod events;
mod face;
mod kept;
mod replay;
mod settings;

use std::time::Duration;

use crate::route::{Route, route};

/// A test call takes at most 30 seconds, and a moment to write it down.
const TEST_CALL: Duration = Duration::from_secs(40);
/// A hundred thousand messages are queued in slices.
const REPLAY: Duration = Duration::from_mins(2);

pub(crate) const ROUTES: &[Route] = &[
    route!("listWebhooks", settings::list),
    route!("createWebhook", settings::create),
    route!("getWebhook", settings::get),
    route!("updateWebhook", settings::update),
    route!("deleteWebhook", settings::delete),
    route!("testWebhook", settings::test).within(TEST_CALL),
    route!("rotateWebhookSecret", settings::rotate_secret),
    route!("listWebhookAttempts", attempts::list),
    route!("getWebhookAttempt", attempts::get),
    route!("replayWebhook", replay::replay).within(REPLAY),
    route!("listWebhookMessages", kept::list),
    route!("giveUpWebhookMessage", kept::give_up),
    route!("listEvents", events::list),
];

#[cfg(test)]
mod feed_tests;
#[cfg(test)]
mod tests;

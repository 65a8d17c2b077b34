//! What is measured of calls, for whoever watches over the server. Where nobody does, it costs next to nothing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aisle_model::WebhookId;
use aisle_partners::Attempt;

/// Settings with a histogram of their own; those after them share one, so that the series stay few.
const MOST_NAMED: usize = 200;

/// Which settings have a histogram of their own. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    named: Arc<Mutex<HashSet<WebhookId>>>,
}

impl Measured {
    /// Notes a call of a kind: `notice`, `question` or `test`.
    pub fn note(&self, kind: &'static str, webhook: WebhookId, attempt: &Attempt) {
        let outcome = attempt.failure.as_ref().map_or("delivered", |failure| failure.kind.as_str());
        metrics::counter!("aisle_webhook_attempts_total", "kind" => kind, "outcome" => outcome).increment(1);
        metrics::histogram!("aisle_webhook_attempt_seconds", "endpoint" => self.name(webhook))
            .record(attempt.total_ms as f64 / 1000.0);
    }

    /// Notes a message that is not tried any more.
    pub fn note_given_up() {
        metrics::counter!("aisle_webhook_given_up_total").increment(1);
    }

    fn name(&self, webhook: WebhookId) -> String {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.contains(&webhook) || (named.len() < MOST_NAMED && named.insert(webhook)) {
            webhook.to_string()
        } else {
            "other".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_beyond_two_hundred_share_a_name() {
        let measured = Measured::default();
        let name = |id| measured.name(WebhookId(id));
        for id in 1..=200 {
            assert_eq!(name(id), id.to_string());
        }
        assert_eq!((name(201), name(7), name(9_999)), ("other".into(), "7".into(), "other".into()));
    }
}

//! How a question about a code went, for the log of calls.

use aisle_database::rows::attempts::NewAttempt;
use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, Moment};
use aisle_partners::{Attempt, EntryAnswer};

use super::question::Question;
use crate::webhooks::{Endpoint, without_query};

/// One line of the log. The message of a question is not kept, so this is its first and only attempt.
pub(super) fn line(
    question: &Question,
    endpoint: &Endpoint,
    message: MessageId,
    attempt: &Attempt,
    answer: &EntryAnswer,
    started_at: Moment,
) -> NewAttempt {
    let millis = |span: u64| i64::try_from(span).unwrap_or(i64::MAX);
    let error = match (&attempt.failure, answer) {
        (Some(failure), _) => Some(failure.kind.as_str().to_owned()),
        (None, EntryAnswer::NoAnswer { why }) => Some(why.as_str().to_owned()),
        (None, _) => None,
    };
    NewAttempt {
        webhook: endpoint.id,
        delivery: None,
        message,
        name: WebhookName::EntryCodeVerify,
        trigger: "event".to_owned(),
        attempt: 1,
        delivered: attempt.failure.is_none(),
        url: without_query(&endpoint.called_url(WebhookName::EntryCodeVerify)).to_owned(),
        resolved_ip: attempt.address.map(|address| address.to_string()),
        http_status: attempt.status.filter(|status| (100..600).contains(status)).map(i64::from),
        error,
        connect_ms: attempt.connect_ms.map(millis),
        total_ms: millis(attempt.total_ms),
        answer: (!attempt.excerpt.is_empty()).then(|| attempt.excerpt.clone()),
        answer_use: Some(use_of(answer)),
        session: question.session.clone(),
        order: None,
        store: Some(question.examined.store),
        created_at: started_at,
        next_attempt_at: None,
    }
}

fn use_of(answer: &EntryAnswer) -> String {
    match answer {
        EntryAnswer::Accepted { .. } => "accepted".to_owned(),
        EntryAnswer::Refused { reason: None } => "declined".to_owned(),
        EntryAnswer::Refused { reason: Some(reason) } => format!("declined: {reason}").chars().take(500).collect(),
        EntryAnswer::NoAnswer { why } => {
            format!("no usable answer ({}): the code stays good", why.as_str())
        }
    }
}

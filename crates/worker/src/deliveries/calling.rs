//! One call: sign, send, judge.

use std::sync::Arc;

use aisle_database::fault;
use aisle_database::rows::attempts::NewAttempt;
use aisle_model::Moment;
use aisle_operations::App;
use aisle_operations::webhooks::{Endpoint, Measured, without_query};
use aisle_partners::{AnswerRule, Attempt};

use super::queue::Lane;
use super::schedule::{Verdict, judge};

/// A call that was made.
#[derive(Debug)]
pub(super) struct Called {
    pub lane: Lane,
    pub verdict: Verdict,
    pub attempt: NewAttempt,
}

/// Sends the head of a lane. Wall time, for the outsider reads the timestamp.
pub(super) async fn call(app: App, endpoint: Arc<Endpoint>, mut lane: Lane) -> Called {
    let started = app.clock.now();
    let head = &mut lane.head;
    let body = std::mem::take(&mut head.body).into();
    let request = endpoint.call(head.name, &head.message, body, started, AnswerRule::Notice);
    let url = without_query(&request.url).to_owned();
    fault::hit("before-send");
    let answer = app.outsiders.call(request).await;
    fault::hit("after-send");
    app.measured.note("notice", head.webhook, &answer);
    let verdict = judge(head.attempts, &answer, app.clock.now(), app.chance.fraction());
    if matches!(verdict, Verdict::GivenUp | Verdict::Gone) {
        Measured::note_given_up();
    }
    let attempt = record(&lane, &answer, verdict, url, started);
    tracing::debug!(
        webhook = %lane.head.webhook, message = %lane.head.message, name = %lane.head.name, attempt = attempt.attempt,
        status = answer.status, total_ms = answer.total_ms, ?verdict, "a notice was sent"
    );
    Called { lane, verdict, attempt }
}

fn record(lane: &Lane, answer: &Attempt, verdict: Verdict, url: String, started: Moment) -> NewAttempt {
    let head = &lane.head;
    let trigger = if head.attempts == 0 { &head.trigger } else { "retry" };
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    NewAttempt {
        webhook: head.webhook,
        delivery: Some(head.delivery),
        message: head.message.clone(),
        name: head.name,
        trigger: trigger.to_owned(),
        attempt: head.attempts + 1,
        delivered: answer.failure.is_none(),
        url,
        resolved_ip: answer.address.map(|address| address.to_string()),
        http_status: answer.status.map(i64::from),
        error: answer.failure.as_ref().map(|failure| failure.kind.as_str().to_owned()),
        connect_ms: answer.connect_ms.map(whole),
        total_ms: whole(answer.total_ms),
        answer: (!answer.excerpt.is_empty()).then(|| answer.excerpt.clone()),
        answer_use: None,
        session: head.session.clone(),
        order: head.order,
        store: head.store,
        created_at: started,
        next_attempt_at: match verdict {
            Verdict::Retry(at) => Some(at),
            Verdict::Delivered | Verdict::GivenUp | Verdict::Gone => None,
        },
    }
}

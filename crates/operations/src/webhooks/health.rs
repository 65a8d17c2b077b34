//! How settings fare, and what the server does about one by itself: it tells the owner, and switches off.
//!
//! Promises: each trouble is told once and its end once; what asks is never switched off, whatever happens, for doors would
//! open unasked, prices change silently, nobody be charged. A setting nobody calls is not switched off either: five days
//! are counted from failure to failure.

use std::collections::BTreeMap;

use aisle_database::Connection;
use aisle_database::rows::attempts::NewAttempt;
use aisle_database::rows::webhooks::health::{self as rows, Health, Troubles};
use aisle_database::rows::webhooks::{self, DisabledReason, Setting};
use aisle_model::webhook::WebhookType;
use aisle_model::{Millis, Moment, WebhookId};
use aisle_partners::bodies::SettingEvent;

use crate::{App, Failure, notices};

const HOUR: i64 = 60 * 60 * 1000;
/// Nothing has got through for so long: the owner is told.
const TOLD_AFTER: Millis = Millis(HOUR);
/// So many questions running without a usable answer: the owner is told.
const UNANSWERED: i64 = 10;
/// Nothing but failures for so long: a setting that only receives is switched off.
const OFF_AFTER: i64 = 5 * 24 * HOUR * 1000;
/// Settings told of in one look.
const AT_ONCE: i64 = 100;

/// Whether the server leaves a setting on, whatever happens.
pub fn is_never_switched_off(setting: &Setting) -> bool {
    setting.kind.asks() || (setting.kind == WebhookType::Checkout && setting.is_default)
}

/// A call that was made, and whether it brought what was wanted: of a notice that it arrived, of a question a usable
/// answer.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// The line of the log.
    pub call: &'a NewAttempt,
    /// What counts.
    pub success: bool,
    /// Whether something waited for the answer.
    pub is_question: bool,
}

/// Writes down how calls went, in the order they ended, and does what follows from it. Answers whether the owner is told
/// of something.
pub async fn note_calls(c: &mut Connection, app: &App, outcomes: &[Outcome<'_>]) -> Result<bool, Failure> {
    let now = app.clock.now();
    let mut told = false;
    for health in summed_up(outcomes) {
        let Some(troubles) = rows::save(c, &health).await? else {
            continue;
        };
        told |= match step(&troubles, now) {
            Step::Nothing => false,
            Step::Tell => tell(c, app, health.webhook, now).await?,
            Step::TellOver => tell_over(c, app, health.webhook, now).await?,
            Step::SwitchOff => switch_off(c, app, health.webhook, DisabledReason::Failures, now).await?,
        };
    }
    Ok(told)
}

/// A receiver answered 410. The setting is switched off and the owner told; one that is never switched off is only told
/// of.
pub async fn receiver_gone(c: &mut Connection, app: &App, webhook: WebhookId, now: Moment) -> Result<(), Failure> {
    switch_off(c, app, webhook, DisabledReason::Gone, now).await.map(drop)
}

/// Tells the owners of settings at which nothing got through for an hour, also where no call was due meanwhile. For a
/// worker, about once a minute.
pub async fn tell_of_failing(app: &App) -> Result<usize, Failure> {
    let now = app.clock.now();
    let read = app.database.read(move |c| {
        Box::pin(async move { Ok::<_, Failure>(rows::failing_untold(c, now.minus(TOLD_AFTER), AT_ONCE).await?) })
    });
    let failing = read.await?;
    let count = failing.len();
    for webhook in failing {
        let this = app.clone();
        let change = app.database.change(move |c| {
            let app = this.clone();
            Box::pin(async move { tell(c, &app, webhook, now).await })
        });
        change.await?;
    }
    if count > 0 {
        notices::ring(app);
    }
    Ok(count)
}

/// What is to be done about a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Nothing,
    Tell,
    TellOver,
    SwitchOff,
}

fn step(troubles: &Troubles, now: Moment) -> Step {
    let Some(since) = troubles.failing_since else {
        let is_over = troubles.told_failing_at.is_some() && troubles.unanswered == 0;
        return if is_over { Step::TellOver } else { Step::Nothing };
    };
    let latest = troubles.last_attempt_at.unwrap_or(since);
    if troubles.enabled && latest.micros_since(since) >= OFF_AFTER {
        return Step::SwitchOff;
    }
    let is_trouble = since <= now.minus(TOLD_AFTER) || troubles.unanswered >= UNANSWERED;
    if is_trouble && troubles.told_failing_at.is_none() {
        return Step::Tell;
    }
    Step::Nothing
}

async fn tell(c: &mut Connection, app: &App, webhook: WebhookId, now: Moment) -> Result<bool, Failure> {
    if !rows::note_told(c, webhook, now).await? {
        return Ok(false);
    }
    about(c, app, webhook, SettingEvent::Failing, now).await
}

async fn tell_over(c: &mut Connection, app: &App, webhook: WebhookId, now: Moment) -> Result<bool, Failure> {
    if !rows::note_over(c, webhook).await? {
        return Ok(false);
    }
    about(c, app, webhook, SettingEvent::Recovered, now).await
}

async fn switch_off(
    c: &mut Connection,
    app: &App,
    webhook: WebhookId,
    reason: DisabledReason,
    now: Moment,
) -> Result<bool, Failure> {
    let Some(setting) = webhooks::by_ids(c, &[webhook]).await?.pop() else {
        return Ok(false);
    };
    if is_never_switched_off(&setting) {
        return tell(c, app, webhook, now).await;
    }
    if !webhooks::switch_off(c, webhook, reason, now).await? {
        return Ok(false);
    }
    tracing::warn!(%webhook, reason = reason.as_str(), "a webhook is switched off");
    about(c, app, webhook, SettingEvent::Disabled, now).await
}

async fn about(
    c: &mut Connection,
    app: &App,
    webhook: WebhookId,
    event: SettingEvent,
    now: Moment,
) -> Result<bool, Failure> {
    let Some(setting) = webhooks::by_ids(c, &[webhook]).await?.pop() else {
        return Ok(false);
    };
    notices::about_setting(c, app, &setting, event, now).await?;
    Ok(true)
}

/// One sum for each setting, by its number, so that concurrent changes lock the rows in one order.
fn summed_up(outcomes: &[Outcome<'_>]) -> impl Iterator<Item = Health> + use<> {
    let mut settings: BTreeMap<WebhookId, Health> = BTreeMap::new();
    for &Outcome { call, success, is_question } in outcomes {
        let health = settings.entry(call.webhook).or_insert(Health {
            webhook: call.webhook,
            last_attempt_at: call.created_at,
            last_success_at: None,
            failing_since: None,
            last_status: None,
            last_error: None,
            answered: false,
            unanswered: 0,
        });
        health.last_attempt_at = health.last_attempt_at.max(call.created_at);
        health.last_status = call.http_status;
        health.last_error.clone_from(&call.error);
        if success {
            health.last_success_at = Some(call.created_at);
            health.failing_since = None;
        } else {
            health.failing_since = health.failing_since.or(Some(call.created_at));
        }
        match (is_question, success) {
            (true, true) => (health.answered, health.unanswered) = (true, 0),
            (true, false) => health.unanswered += 1,
            (false, _) => {}
        }
    }
    settings.into_values()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_told_once_and_switching_off_takes_five_days_of_calls() {
        let start = Moment::from_millis(0);
        let at = |hours: i64| start.plus(Millis(hours * HOUR));
        let check = |troubles: Troubles, hours: i64, expected: Step| {
            assert_eq!(step(&troubles, at(hours)), expected, "{troubles:?} after {hours} h");
        };
        let failing = Troubles {
            failing_since: Some(start),
            last_attempt_at: Some(start),
            told_failing_at: None,
            unanswered: 0,
            enabled: true,
        };
        let told = Troubles { told_failing_at: Some(at(1)), ..failing };
        let called = |hours, troubles| Troubles { last_attempt_at: Some(at(hours)), ..troubles };
        check(failing, 0, Step::Nothing);
        check(failing, 1, Step::Tell);
        check(told, 2, Step::Nothing);
        check(Troubles { unanswered: 9, ..failing }, 0, Step::Nothing);
        check(Troubles { unanswered: 10, ..failing }, 0, Step::Tell);
        check(Troubles { unanswered: 11, ..told }, 0, Step::Nothing);
        check(called(119, told), 119, Step::Nothing);
        check(called(33, told), 1000, Step::Nothing);
        check(called(120, told), 120, Step::SwitchOff);
        check(called(120, Troubles { enabled: false, ..told }), 120, Step::Nothing);
        let over = |troubles| Troubles { failing_since: None, ..troubles };
        check(over(failing), 5, Step::Nothing);
        check(over(told), 5, Step::TellOver);
        check(over(Troubles { unanswered: 10, ..told }), 5, Step::Nothing);
    }
}

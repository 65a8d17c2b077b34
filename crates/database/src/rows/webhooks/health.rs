//! How the calls of settings go, beside what their owners decide about them. Saving it never raises a setting's version,
//! so it never gets into an owner's way.

use aisle_model::{Moment, WebhookId};

use crate::{Connection, Error, Row, sql};

/// How the latest calls of a setting went, to be written down.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as in Setting")]
pub struct Health {
    pub webhook: WebhookId,
    pub last_attempt_at: Moment,
    pub last_success_at: Option<Moment>,
    /// First failure after the last success of these calls; absent when the last one succeeded.
    pub failing_since: Option<Moment>,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    /// Whether one of them was a question with a usable answer.
    pub answered: bool,
    /// Questions without a usable answer since the last that had one.
    pub unanswered: i64,
}

/// What counts when it is judged whether something is to be done about a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Troubles {
    /// First failure after the last success.
    pub failing_since: Option<Moment>,
    /// The latest call.
    pub last_attempt_at: Option<Moment>,
    /// When the owner was told of the present troubles.
    pub told_failing_at: Option<Moment>,
    /// Questions running without a usable answer.
    pub unanswered: i64,
    /// Whether it is on.
    pub enabled: bool,
}

fn troubles(row: &Row) -> Result<Troubles, Error> {
    Ok(Troubles {
        failing_since: row.get("failing_since")?,
        last_attempt_at: row.get("last_attempt_at")?,
        told_failing_at: row.get("told_failing_at")?,
        unanswered: row.get("unanswered")?,
        enabled: row.get("enabled")?,
    })
}

/// Writes down how the latest calls went. `failing_since` keeps its first moment until a call succeeds. `None` when the
/// setting was taken away.
pub async fn save(c: &mut Connection, health: &Health) -> Result<Option<Troubles>, Error> {
    let update = sql!(
        "update webhooks set last_attempt_at = $1, last_success_at = coalesce($2, last_success_at), last_status = $3,
             last_error = $4,
             failing_since = case when $5 then $6 else coalesce(failing_since, $6) end,
             unanswered = case when $7 then $8 else unanswered + $8 end
         where id = $9 and deleted_at is null
         returning failing_since, last_attempt_at, told_failing_at, unanswered, enabled",
        health.last_attempt_at,
        health.last_success_at,
        health.last_status,
        health.last_error.clone(),
        health.last_success_at.is_some() || health.failing_since.is_none(),
        health.failing_since,
        health.answered,
        health.unanswered,
        health.webhook
    );
    c.fetch_optional(update).await?.as_ref().map(troubles).transpose()
}

/// Notes that the owner is told of a setting's troubles. False when that was done already.
pub async fn note_told(c: &mut Connection, id: WebhookId, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update webhooks set told_failing_at = $1 where id = $2 and told_failing_at is null and deleted_at is null",
        now,
        id
    );
    c.execute_one(update).await
}

/// Notes that the troubles the owner was told of are over. False when nothing was told.
pub async fn note_over(c: &mut Connection, id: WebhookId) -> Result<bool, Error> {
    let update = sql!("update webhooks set told_failing_at = null where id = $1 and told_failing_at is not null", id);
    c.execute_one(update).await
}

/// Lets a setting that is switched on again begin without a past.
pub async fn begin_anew(c: &mut Connection, id: WebhookId) -> Result<(), Error> {
    let update =
        sql!("update webhooks set failing_since = null, told_failing_at = null, unanswered = 0 where id = $1", id);
    c.execute(update).await.map(drop)
}

/// Settings that have only failed since a moment, of which the owner was not told.
pub async fn failing_untold(c: &mut Connection, since: Moment, most: i64) -> Result<Vec<WebhookId>, Error> {
    let select = sql!(
        "select id from webhooks where failing_since <= $1 and told_failing_at is null and enabled = $2
             and deleted_at is null order by failing_since limit $3",
        since,
        true,
        most
    );
    c.fetch_all(select).await?.iter().map(|row| row.get("id")).collect()
}

//! The log of calls: one row per attempt, kept for 30 days. Never a request body, a secret or a query string.

use std::collections::HashSet;

use aisle_model::webhook::WebhookName;
use aisle_model::{AttemptId, MessageId, Moment, OrderId, RetailerId, SessionToken, StoreId, WebhookId};
use serde::{Deserialize, Serialize};

use crate::stored::Value;
use crate::{Connection, Error, Row, Statement, sql};

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the contract's WebhookAttempt")]
pub struct NewAttempt {
    pub webhook: WebhookId,
    /// Absent for questions and tests, whose bodies are not kept here.
    pub delivery: Option<i64>,
    pub message: MessageId,
    pub name: WebhookName,
    /// `event`, `retry`, `replay` or `test`.
    pub trigger: String,
    pub attempt: i64,
    pub delivered: bool,
    /// Without the query.
    pub url: String,
    pub resolved_ip: Option<String>,
    pub http_status: Option<i64>,
    pub error: Option<String>,
    pub connect_ms: Option<i64>,
    pub total_ms: i64,
    pub answer: Option<String>,
    pub answer_use: Option<String>,
    pub session: Option<SessionToken>,
    pub order: Option<OrderId>,
    pub store: Option<StoreId>,
    pub created_at: Moment,
    pub next_attempt_at: Option<Moment>,
}

impl NewAttempt {
    /// What tells one delivery's calls apart in the log: no two begin at one moment.
    pub fn log_key(&self) -> (Option<i64>, Moment, i64) {
        (self.delivery, self.created_at, self.attempt)
    }
}

/// One call that was written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its number.
    pub id: AttemptId,
    /// What it was.
    pub call: NewAttempt,
}

/// Which attempts of a setting to list, newest first.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the contract's parameters")]
pub struct AttemptFilter {
    pub outcomes: Vec<String>,
    pub message: Option<MessageId>,
    pub session: Option<SessionToken>,
    pub store: Option<StoreId>,
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    /// Only older than this one.
    pub after: Option<AttemptId>,
    /// Only newer than this one, the nearest ones.
    pub before: Option<AttemptId>,
}

fn attempt(row: &Row) -> Result<Attempt, Error> {
    let outcome: String = row.get("outcome")?;
    let call = NewAttempt {
        webhook: row.get("webhook_id")?,
        delivery: row.get("delivery_id")?,
        message: row.get("message_id")?,
        name: row.get("name")?,
        trigger: row.get("trigger_kind")?,
        attempt: row.get("attempt")?,
        delivered: outcome == "delivered",
        url: row.get("url")?,
        resolved_ip: row.get("resolved_ip")?,
        http_status: row.get("http_status")?,
        error: row.get("error")?,
        connect_ms: row.get("connect_ms")?,
        total_ms: row.get("total_ms")?,
        answer: row.get("answer")?,
        answer_use: row.get("answer_use")?,
        session: row.get("session_token")?,
        order: row.get("order_id")?,
        store: row.get("store_id")?,
        created_at: row.get("created_at")?,
        next_attempt_at: row.get("next_attempt_at")?,
    };
    Ok(Attempt { id: row.get("id")?, call })
}

fn values(new: &NewAttempt) -> [Value; 20] {
    let outcome = if new.delivered { "delivered" } else { "failed" };
    [
        new.webhook.into(),
        new.delivery.into(),
        (&new.message).into(),
        new.name.into(),
        (&new.trigger).into(),
        new.attempt.into(),
        outcome.into(),
        (&new.url).into(),
        new.resolved_ip.clone().into(),
        new.http_status.into(),
        new.error.clone().into(),
        new.connect_ms.into(),
        new.total_ms.into(),
        new.answer.clone().into(),
        new.answer_use.clone().into(),
        new.session.as_ref().into(),
        new.order.into(),
        new.store.into(),
        new.created_at.into(),
        new.next_attempt_at.into(),
    ]
}

/// Writes calls down, at most a thousand at once; answers their numbers in order.
pub async fn insert(c: &mut Connection, new: &[NewAttempt]) -> Result<Vec<AttemptId>, Error> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut insert = Statement::build(
        "insert into attempts (webhook_id, delivery_id, message_id, name, trigger_kind, attempt, outcome, url, resolved_ip,
             http_status, error, connect_ms, total_ms, answer, answer_use, session_token, order_id, store_id, created_at,
             next_attempt_at)
         values ",
    );
    insert.bind_rows(new.iter().map(values)).push(" returning id");
    let rows = c.fetch_all(&mut insert).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// The [keys](NewAttempt::log_key) of those of these calls that are in the log.
pub async fn logged(c: &mut Connection, calls: &[&NewAttempt]) -> Result<HashSet<(Option<i64>, Moment, i64)>, Error> {
    if calls.is_empty() {
        return Ok(HashSet::new());
    }
    let mut select = Statement::build("select delivery_id, created_at, attempt from attempts where created_at in (");
    select.bind_list(calls.iter().map(|call| call.created_at)).push(") and delivery_id in (");
    select.bind_list(calls.iter().filter_map(|call| call.delivery)).push(")");
    let rows = c.fetch_all(&mut select).await?;
    rows.iter().map(|row| Ok((row.get("delivery_id")?, row.get("created_at")?, row.get("attempt")?))).collect()
}

/// One attempt of a retailer's setting.
pub async fn find(
    c: &mut Connection,
    retailer: RetailerId,
    webhook: WebhookId,
    id: AttemptId,
) -> Result<Option<Attempt>, Error> {
    let select = sql!(
        "select a.* from attempts a join webhooks w on w.id = a.webhook_id
         where w.retailer_id = $1 and a.webhook_id = $2 and a.id = $3",
        retailer,
        webhook,
        id
    );
    c.fetch_optional(select).await?.as_ref().map(attempt).transpose()
}

/// Some attempts of a setting, newest first; with `before`, the oldest of those that are newer, oldest first.
pub async fn list(
    c: &mut Connection,
    webhook: WebhookId,
    filter: &AttemptFilter,
    most: i64,
) -> Result<Vec<Attempt>, Error> {
    let mut select = Statement::build("select * from attempts where webhook_id = ");
    select.bind(webhook);
    if !filter.outcomes.is_empty() {
        select.push(" and outcome in (").bind_list(filter.outcomes.iter()).push(")");
    }
    if let Some(message) = &filter.message {
        select.push(" and message_id = ").bind(message);
    }
    if let Some(session) = &filter.session {
        select.push(" and session_token = ").bind(session);
    }
    if let Some(store) = filter.store {
        select.push(" and store_id = ").bind(store);
    }
    if let Some(from) = filter.from {
        select.push(" and created_at >= ").bind(from);
    }
    if let Some(to) = filter.to {
        select.push(" and created_at <= ").bind(to);
    }
    if let Some(after) = filter.after {
        select.push(" and id < ").bind(after);
    }
    if let Some(before) = filter.before {
        select.push(" and id > ").bind(before).push(" order by id limit ");
    } else {
        select.push(" order by id desc limit ");
    }
    select.bind(most);
    c.fetch_all(&mut select).await?.iter().map(attempt).collect()
}

/// Forgets some attempts made before a moment; answers how many.
pub async fn forget_some(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from attempts where id in (select id from attempts where created_at < $1 order by created_at limit $2)",
        before,
        most
    );
    c.execute(delete).await
}

/// What a receiver answered to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the table")]
pub struct Answered {
    pub name: WebhookName,
    pub http_status: Option<i64>,
    pub answer: String,
    pub created_at: Moment,
}

fn answered(row: &Row) -> Result<Answered, Error> {
    Ok(Answered {
        name: row.get("name")?,
        http_status: row.get("http_status")?,
        answer: row.get("answer")?,
        created_at: row.get("created_at")?,
    })
}

/// What was answered to calls about some sessions of a retailer, oldest first.
pub async fn answers_about(
    c: &mut Connection,
    retailer: RetailerId,
    sessions: &[SessionToken],
) -> Result<Vec<Answered>, Error> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build(
        "select name, http_status, answer, created_at from attempts where answer is not null and session_token in (",
    );
    select.bind_list(sessions.iter());
    select
        .push(") and webhook_id in (select id from webhooks where retailer_id = ")
        .bind(retailer)
        .push(") order by id");
    c.fetch_all(&mut select).await?.iter().map(answered).collect()
}

/// What was answered to some messages that are about no session, oldest first.
pub async fn answers_to(c: &mut Connection, messages: &[i64]) -> Result<Vec<Answered>, Error> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build(
        "select name, http_status, answer, created_at from attempts where answer is not null and session_token is null
             and delivery_id in (select id from deliveries where message in (",
    );
    select.bind_list(messages.iter().copied()).push(")) order by id");
    c.fetch_all(&mut select).await?.iter().map(answered).collect()
}

/// Forgets what was answered to calls about some sessions of a retailer.
pub async fn forget_answers_about(
    c: &mut Connection,
    retailer: RetailerId,
    sessions: &[SessionToken],
) -> Result<(), Error> {
    if sessions.is_empty() {
        return Ok(());
    }
    let mut update =
        Statement::build("update attempts set answer = null where answer is not null and session_token in (");
    update.bind_list(sessions.iter());
    update.push(") and webhook_id in (select id from webhooks where retailer_id = ").bind(retailer).push(")");
    c.execute(&mut update).await.map(drop)
}

/// Forgets what was answered to some messages that are about no session.
pub async fn forget_answers_to(c: &mut Connection, messages: &[i64]) -> Result<(), Error> {
    if messages.is_empty() {
        return Ok(());
    }
    let mut update = Statement::build(
        "update attempts set answer = null where answer is not null and session_token is null
             and delivery_id in (select id from deliveries where message in (",
    );
    update.bind_list(messages.iter().copied()).push("))");
    c.execute(&mut update).await.map(drop)
}

//! The log of calls, as its owner reads it.

use aisle_database::Connection;
use aisle_database::rows::attempts::{self as rows, Attempt, AttemptFilter, NewAttempt};
use aisle_database::rows::{messages, webhooks};
use aisle_model::{AttemptId, WebhookId};
use serde_json::Value;

use super::health::{Outcome, note_calls};
use crate::{App, Caller, Failure, Refusal};

/// A page of the log, newest first.
#[derive(Debug, Clone)]
pub struct AttemptPage {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// Where the older page begins.
    pub next: Option<AttemptId>,
    /// Where the newer page ends.
    pub previous: Option<AttemptId>,
}

/// A question that was asked.
#[derive(Debug, Clone)]
pub struct AskedCall {
    /// The line of the log.
    pub line: NewAttempt,
    /// Whether an answer came that decides something, be it a refusal.
    pub is_usable: bool,
}

/// Writes down questions that were asked, and how their settings fare by them.
pub async fn record_questions(c: &mut Connection, app: &App, calls: &[AskedCall]) -> Result<(), Failure> {
    let lines: Vec<NewAttempt> = calls.iter().map(|call| call.line.clone()).collect();
    rows::insert(c, &lines).await?;
    let outcomes: Vec<Outcome<'_>> =
        calls.iter().map(|call| Outcome { call: &call.line, success: call.is_usable, is_question: true }).collect();
    note_calls(c, app, &outcomes).await?;
    Ok(())
}

/// A page of the attempts at a setting, also one that was taken away.
pub async fn list(
    app: &App,
    caller: &Caller,
    webhook: WebhookId,
    filter: AttemptFilter,
    count: i64,
) -> Result<AttemptPage, Failure> {
    let retailer = caller.retailer;
    let is_backward = filter.before.is_some();
    let is_first = filter.after.is_none() && !is_backward;
    let mut found = app
        .database
        .read(move |c| {
            Box::pin(async move {
                if !webhooks::existed(c, retailer, webhook).await? {
                    return Err(Failure::from(Refusal::NotFound("Webhook")));
                }
                Ok(rows::list(c, webhook, &filter, count + 1).await?)
            })
        })
        .await?;
    let wanted = usize::try_from(count).unwrap_or(0);
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    if is_backward {
        found.reverse();
    }
    let oldest = found.last().map(|attempt| attempt.id);
    let newest = found.first().map(|attempt| attempt.id);
    Ok(AttemptPage {
        next: oldest.filter(|_| is_backward || has_more),
        previous: newest.filter(|_| if is_backward { has_more } else { !is_first }),
        attempts: found,
    })
}

/// One attempt with the body that was sent, where it is still kept.
pub async fn get(
    app: &App,
    caller: &Caller,
    webhook: WebhookId,
    id: AttemptId,
) -> Result<(Attempt, Option<Value>), Failure> {
    let retailer = caller.retailer;
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let attempt = rows::find(c, retailer, webhook, id).await?;
            let attempt = attempt.ok_or(Refusal::NotFound("Attempt"))?;
            let body = match attempt.call.delivery {
                Some(delivery) => messages::body_for_delivery(c, delivery).await?,
                None => None,
            };
            let body = body.map(|bytes| serde_json::from_slice(&bytes)).transpose();
            Ok((attempt, body.map_err(Failure::broken)?))
        })
    });
    read.await
}

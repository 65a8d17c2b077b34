//! What the receiver routes took in: 24 hours, and the newest thousand of a retailer.

use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, Moment, RetailerId, StoreId};

use crate::{Connection, Error, Row, Statement, sql};

/// Something that came in.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the contract's PushInboxEntry")]
pub struct NewInboxEntry {
    pub retailer: RetailerId,
    pub webhook: WebhookName,
    pub path: String,
    /// The `webhook-id`, if one came.
    pub message: Option<MessageId>,
    pub received_at: Moment,
    pub session: Option<String>,
    pub store: Option<StoreId>,
    /// `valid`, `invalid` or `absent`.
    pub signature: String,
    /// JSON object.
    pub headers: String,
    pub body: Vec<u8>,
    /// JSON array.
    pub faults: String,
    pub answer_status: i64,
    /// JSON value.
    pub answer_body: Option<String>,
}

/// An entry as it is kept.
#[derive(Debug, Clone)]
pub struct InboxEntry {
    /// Its number, which sorts by age.
    pub id: i64,
    /// The latest repeat.
    pub last_received_at: Moment,
    /// How often its `webhook-id` came.
    pub attempts: i64,
    /// What came first.
    pub entry: NewInboxEntry,
}

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct InboxFilter {
    /// Only these webhooks; empty: all.
    pub webhooks: Vec<WebhookName>,
    /// Only about these sessions; empty: all.
    pub sessions: Vec<String>,
    /// Only older than this entry.
    pub after: Option<i64>,
    /// Only newer than this entry, the nearest ones.
    pub before: Option<i64>,
}

fn entry(row: &Row) -> Result<InboxEntry, Error> {
    Ok(InboxEntry {
        id: row.get("id")?,
        last_received_at: row.get("last_received_at")?,
        attempts: row.get("attempts")?,
        entry: NewInboxEntry {
            retailer: row.get("retailer_id")?,
            webhook: row.get("webhook")?,
            path: row.get("path")?,
            message: row.get("message_id")?,
            received_at: row.get("received_at")?,
            session: row.get("session_token")?,
            store: row.get("store_id")?,
            signature: row.get("signature")?,
            headers: row.get("headers")?,
            body: row.get("body")?,
            faults: row.get("faults")?,
            answer_status: row.get("answer_status")?,
            answer_body: row.get("answer_body")?,
        },
    })
}

/// Keeps what came in; a repeat of a `webhook-id` on the same route is counted and shows the latest signature.
pub async fn take_in(c: &mut Connection, new: &NewInboxEntry) -> Result<(), Error> {
    let insert = sql!(
        "insert into inbox (retailer_id, webhook, path, message_id, received_at, last_received_at, attempts, session_token,
             store_id, signature, headers, body, faults, answer_status, answer_body)
         values ($1, $2, $3, $4, $5, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (retailer_id, path, message_id) do update set attempts = inbox.attempts + 1,
             last_received_at = excluded.last_received_at, signature = excluded.signature",
        new.retailer,
        new.webhook,
        &new.path,
        new.message.as_ref(),
        new.received_at,
        new.session.clone(),
        new.store,
        &new.signature,
        &new.headers,
        new.body.clone(),
        &new.faults,
        new.answer_status,
        new.answer_body.clone()
    );
    c.execute(insert).await.map(drop)
}

/// Forgets all but the newest entries of a retailer.
pub async fn keep_newest(c: &mut Connection, retailer: RetailerId, kept: i64) -> Result<(), Error> {
    let delete = sql!(
        "delete from inbox where retailer_id = $1 and id <= (
             select id from inbox where retailer_id = $1 order by id desc limit 1 offset $2)",
        retailer,
        kept
    );
    c.execute(delete).await.map(drop)
}

/// Some entries received at or after `since`, newest first; with `before`, the oldest of those that are newer, oldest
/// first.
pub async fn list(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &InboxFilter,
    since: Moment,
    most: i64,
) -> Result<Vec<InboxEntry>, Error> {
    let mut select = Statement::build("select * from inbox where retailer_id = ");
    select.bind(retailer).push(" and received_at >= ").bind(since);
    if !filter.webhooks.is_empty() {
        select.push(" and webhook in (").bind_list(filter.webhooks.iter().copied()).push(")");
    }
    if !filter.sessions.is_empty() {
        select.push(" and session_token in (").bind_list(filter.sessions.iter()).push(")");
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
    c.fetch_all(&mut select).await?.iter().map(entry).collect()
}

/// Forgets some entries received before a moment; answers how many.
pub async fn forget_some(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from inbox where id in (
             select id from (select id, received_at from inbox order by id limit $2) old where received_at < $1)",
        before,
        most
    );
    c.execute(delete).await
}

/// Rows and bodies of all that a retailer's receiver keeps, which are a thousand at most.
pub async fn bodies(c: &mut Connection, retailer: RetailerId) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    let rows = c.fetch_all(sql!("select id, body from inbox where retailer_id = $1", retailer)).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("body")?))).collect()
}

/// Puts a body without a customer's data in place of the other.
pub async fn replace_body(c: &mut Connection, id: i64, body: Vec<u8>) -> Result<(), Error> {
    c.execute(sql!("update inbox set body = $1 where id = $2", body, id)).await.map(drop)
}

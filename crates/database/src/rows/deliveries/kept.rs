//! What became of messages, as their owner looks at them: lists, giving up, and finding what to send again.

use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, Moment, OrderId, RetailerId, SessionToken, StoreId, WebhookId};

use super::DeliveryState;
use crate::rows::lanes;
use crate::{Connection, Error, Row, Statement, sql};

/// A message at one setting.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct KeptDelivery {
    pub id: i64,
    pub message: MessageId,
    pub name: WebhookName,
    pub state: DeliveryState,
    pub trigger: String,
    pub attempts: i64,
    pub session: Option<SessionToken>,
    pub store: Option<StoreId>,
    pub order: Option<OrderId>,
    pub issued_at: Moment,
    pub settled_at: Option<Moment>,
    /// Of one that waits: when the first of its lane is due, or was.
    pub due_at: Option<Moment>,
}

fn kept(row: &Row) -> Result<KeptDelivery, Error> {
    let issued_at: Moment = row.get("issued_at")?;
    Ok(KeptDelivery {
        id: row.get("id")?,
        message: row.get("message_id")?,
        name: row.get("name")?,
        state: row.get("state")?,
        trigger: row.get("trigger_kind")?,
        attempts: row.get("attempts")?,
        session: row.get("session_token")?,
        store: row.get("store_id")?,
        order: row.get("order_id")?,
        issued_at,
        settled_at: row.get("settled_at")?,
        // What is due at once is due since the first clock.
        due_at: row.get::<Option<Moment>>("due_at")?.map(|due| due.max(issued_at)),
    })
}

/// Some of what is in a state at a setting, oldest first, after a number.
pub async fn list(
    c: &mut Connection,
    webhook: WebhookId,
    state: DeliveryState,
    after: i64,
    most: i64,
) -> Result<Vec<KeptDelivery>, Error> {
    let select = sql!(
        "select d.id, d.state, d.trigger_kind, d.attempts, d.settled_at, m.message_id, m.name, m.session_token, m.store_id,
             m.order_id, m.issued_at, case when d.state = 'waiting' then l.due_at end as due_at
         from deliveries d join messages m on m.id = d.message left join lanes l on l.id = d.lane
         where d.webhook_id = $1 and d.state = $2 and d.id > $3 order by d.id limit $4",
        webhook,
        state,
        after,
        most
    );
    c.fetch_all(select).await?.iter().map(kept).collect()
}

/// What giving up came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// It will not be sent any more.
    Done,
    /// It is in the hands of a worker just now.
    InHand,
    /// It arrived, or was given up before.
    Settled,
    /// The setting never got it.
    Unknown,
}

/// Gives up a message that waits at a setting. A lane that a worker has in hand is left alone, for the worker counts what
/// is left in it.
pub async fn give_up(
    c: &mut Connection,
    webhook: WebhookId,
    message: &MessageId,
    now: Moment,
) -> Result<GivenUp, Error> {
    let select = sql!(
        "select d.id, d.lane, d.state from messages m join deliveries d on d.message = m.id
         where m.message_id = $1 and d.webhook_id = $2 order by d.id desc limit 1",
        message,
        webhook
    );
    let Some(row) = c.fetch_optional(select).await? else {
        return Ok(GivenUp::Unknown);
    };
    let (id, lane): (i64, i64) = (row.get("id")?, row.get("lane")?);
    if row.get::<DeliveryState>("state")? != DeliveryState::Waiting {
        return Ok(GivenUp::Settled);
    }
    let due = sql!(
        "update lanes set pending = pending - 1, due_at = $1 where id = $2 and node is null",
        lanes::AT_ONCE,
        lane
    );
    if !c.execute_one(due).await? {
        return Ok(GivenUp::InHand);
    }
    let update =
        sql!("update deliveries set state = 'dead', settled_at = $1 where id = $2 and state = 'waiting'", now, id);
    if !c.execute_one(update).await? {
        return Err(Error::misuse("a delivery was settled without its lane"));
    }
    lanes::take_out(c, &[(lane, 0)]).await?;
    Ok(GivenUp::Done)
}

/// Which messages to send again.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the contract's filter")]
pub struct ReplayFilter {
    pub from: Moment,
    pub to: Moment,
    /// What became of the latest delivery; absent: whatever.
    pub state: Option<DeliveryState>,
    pub session: Option<SessionToken>,
    pub store: Option<StoreId>,
}

/// A message that a setting got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayable {
    /// Its `webhook-id`.
    pub message: MessageId,
    /// The row whose body the setting got.
    pub row: i64,
    /// The lane it left in.
    pub order_key: String,
    /// Whether it waits anyway.
    pub is_waiting: bool,
}

fn replayable(row: &Row) -> Result<Replayable, Error> {
    Ok(Replayable {
        message: row.get("message_id")?,
        row: row.get("id")?,
        order_key: row.get("order_key")?,
        is_waiting: row.get::<DeliveryState>("state")? == DeliveryState::Waiting,
    })
}

/// The named messages that a setting got, oldest first.
pub async fn named(c: &mut Connection, webhook: WebhookId, ids: &[MessageId]) -> Result<Vec<Replayable>, Error> {
    let mut select = Statement::build(
        "select m.id, m.message_id, m.order_key, d.state from messages m join deliveries d on d.message = m.id
         where d.id = (select max(o.id) from deliveries o where o.message = m.id and o.webhook_id = ",
    );
    select.bind(webhook).push(") and m.message_id in (").bind_list(ids.iter()).push(") order by m.id");
    c.fetch_all(&mut select).await?.iter().map(replayable).collect()
}

/// The messages a setting got that match, oldest first, at most so many; what waits is left out.
pub async fn matching(
    c: &mut Connection,
    retailer: RetailerId,
    webhook: WebhookId,
    filter: &ReplayFilter,
    most: i64,
) -> Result<Vec<Replayable>, Error> {
    let mut select = Statement::build(
        "select m.id, m.message_id, m.order_key, d.state from messages m join deliveries d on d.message = m.id
         where m.retailer_id = ",
    );
    select.bind(retailer).push(" and m.issued_at >= ").bind(filter.from);
    select.push(" and m.issued_at < ").bind(filter.to);
    select
        .push(" and d.id = (select max(o.id) from deliveries o where o.message = m.id and o.webhook_id = ")
        .bind(webhook)
        .push(")");
    match filter.state {
        Some(state) => select.push(" and d.state = ").bind(state),
        None => select.push(" and d.state <> ").bind(DeliveryState::Waiting),
    };
    if let Some(session) = &filter.session {
        select.push(" and m.session_token = ").bind(session);
    }
    if let Some(store) = filter.store {
        select.push(" and m.store_id = ").bind(store);
    }
    select.push(" order by m.issued_at, m.id limit ").bind(most);
    c.fetch_all(&mut select).await?.iter().map(replayable).collect()
}

/// Which of these a setting was asked, as the log of calls says: questions and tests.
pub async fn asked(c: &mut Connection, webhook: WebhookId, ids: &[MessageId]) -> Result<Vec<MessageId>, Error> {
    let mut select = Statement::build("select distinct message_id from attempts where webhook_id = ");
    select.bind(webhook).push(" and delivery_id is null and message_id in (").bind_list(ids.iter()).push(")");
    c.fetch_all(&mut select).await?.iter().map(|row| row.get("message_id")).collect()
}

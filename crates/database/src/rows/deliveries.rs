//! Deliveries and the lanes they leave in.
//!
//! A lane holds what must leave one after another: the unsettled messages of one session for one setting. Whoever adds to
//! a lane or settles in it writes the lane's row, so additions and settlements of one lane wait for each other on both
//! databases, and `pending` is right. Workers claim lanes, never single deliveries.

pub mod kept;

use std::collections::BTreeMap;

use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, Moment, OrderId, SessionToken, StoreId, WebhookId, named_enum};

use super::lanes;
use super::messages::packed::Packed;
use crate::stored::{FromValue, Kind, Stored, Value};
use crate::{Connection, Error, Row, Statement, sql};

named_enum! {
    /// Where a delivery stands.
    DeliveryState { Waiting = "waiting", Delivered = "delivered", Dead = "dead" }
}

impl From<DeliveryState> for Value {
    fn from(state: DeliveryState) -> Self {
        Self::from(state.as_str())
    }
}

impl Stored for DeliveryState {
    const KIND: Kind = Kind::Text;
}

impl FromValue for DeliveryState {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not known"))
    }
}

/// The next delivery of a lane with its message.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct Head {
    pub lane: i64,
    pub webhook: WebhookId,
    pub delivery: i64,
    /// Attempts made before.
    pub attempts: i64,
    /// `event` or `replay`.
    pub trigger: String,
    pub message: MessageId,
    pub name: WebhookName,
    pub session: Option<SessionToken>,
    pub store: Option<StoreId>,
    pub order: Option<OrderId>,
    pub body: Vec<u8>,
    /// What is unsettled in the lane, this one included.
    pub pending: i64,
}

/// What became of a delivery.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Outcome {
    pub delivery: i64,
    pub state: DeliveryState,
    pub attempts: i64,
}

fn head(row: &Row) -> Result<Head, Error> {
    Ok(Head {
        lane: row.get("lane")?,
        webhook: row.get("webhook_id")?,
        delivery: row.get("delivery")?,
        attempts: row.get("attempts")?,
        trigger: row.get("trigger_kind")?,
        message: row.get("message_id")?,
        name: row.get("name")?,
        session: row.get("session_token")?,
        store: row.get("store_id")?,
        order: row.get("order_id")?,
        body: row.get::<Packed>("body")?.0,
        pending: row.get("pending")?,
    })
}

/// Puts a delivery at the end of a lane, which is made if nothing waits in it, and is then due at once. A lane that waits
/// for a retry goes on waiting.
pub async fn enqueue(
    c: &mut Connection,
    webhook: WebhookId,
    order_key: &str,
    message: i64,
    trigger: &'static str,
) -> Result<(), Error> {
    let lane = sql!(
        "insert into lanes (webhook_id, order_key, pending, due_at) values ($1, $2, 1, $3)
         on conflict (webhook_id, order_key) do update set pending = lanes.pending + 1 returning id",
        webhook,
        order_key,
        lanes::AT_ONCE
    );
    let lane: i64 = c.fetch_one(lane).await?.get("id")?;
    let insert = sql!(
        "insert into deliveries (message, webhook_id, lane, state, trigger_kind) values ($1, $2, $3, 'waiting', $4)",
        message,
        webhook,
        lane,
        trigger
    );
    c.execute(insert).await.map(drop)
}

/// The first unsettled delivery of each lane.
pub async fn heads(c: &mut Connection, lanes: &[i64]) -> Result<Vec<Head>, Error> {
    let mut select = Statement::build(
        "with heads as (
             select lanes.pending, (select min(d.id) from deliveries d where d.lane = lanes.id and d.state = 'waiting') as id
             from lanes where lanes.id in (",
    );
    select.bind_list(lanes.iter().copied()).push(
        ")) select d.id as delivery, d.lane, d.webhook_id, d.attempts, d.trigger_kind, heads.pending, m.message_id, m.name,
             m.session_token, m.store_id, m.order_id, m.body
         from heads join deliveries d on d.id = heads.id join messages m on m.id = d.message",
    );
    c.fetch_all(&mut select).await?.iter().map(head).collect()
}

/// The delivery of a lane that follows another one.
pub async fn next_in_lane(c: &mut Connection, lane: i64, after: i64) -> Result<Option<Head>, Error> {
    let select = sql!(
        "select d.id as delivery, d.lane, d.webhook_id, d.attempts, d.trigger_kind, m.message_id, m.name, m.session_token,
             m.store_id, m.order_id, m.body,
             case when exists (select 1 from deliveries o where o.lane = $1 and o.state = 'waiting' and o.id > d.id)
                 then 2 else 1 end as pending
         from deliveries d join messages m on m.id = d.message
         where d.lane = $1 and d.state = 'waiting' and d.id > $2 order by d.id limit 1",
        lane,
        after
    );
    c.fetch_optional(select).await?.as_ref().map(head).transpose()
}

/// A delivery whose outcome was news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Changed {
    pub delivery: i64,
    pub lane: i64,
    /// Whether it waits no more.
    pub settled: bool,
}

/// Writes down what became of deliveries; answers those of which it was not written before. To write the same again
/// changes nothing.
pub async fn settle(c: &mut Connection, outcomes: &[Outcome], now: Moment) -> Result<Vec<Changed>, Error> {
    if outcomes.is_empty() {
        return Ok(Vec::new());
    }
    let mut update = Statement::build(
        "update deliveries set state = v.column2, attempts = v.column3, settled_at = v.column4 from (values ",
    );
    update.bind_rows(outcomes.iter().map(|one| {
        let settled = (one.state != DeliveryState::Waiting).then_some(now);
        [Value::from(one.delivery), Value::from(one.state.as_str()), Value::from(one.attempts), Value::from(settled)]
    }));
    update.push(
        ") as v where deliveries.id = v.column1 and deliveries.state = 'waiting' and deliveries.attempts < v.column3
         returning deliveries.id, deliveries.lane, deliveries.state",
    );
    let changed = |row: &Row| {
        let settled = row.get::<DeliveryState>("state")? != DeliveryState::Waiting;
        Ok(Changed { delivery: row.get("id")?, lane: row.get("lane")?, settled })
    };
    c.fetch_all(&mut update).await?.iter().map(changed).collect()
}

/// Gives up some of what waits for a setting; answers how many.
pub async fn give_up_some(c: &mut Connection, webhook: WebhookId, now: Moment, most: i64) -> Result<usize, Error> {
    let select = sql!(
        "select d.id, d.lane from lanes l join deliveries d on d.lane = l.id and d.state = 'waiting'
         where l.webhook_id = $1 limit $2",
        webhook,
        most
    );
    give_up_these(c, select, now).await
}

/// Gives up the deliveries a query finds, with their lanes.
async fn give_up_these(c: &mut Connection, select: Statement, now: Moment) -> Result<usize, Error> {
    let rows = c.fetch_all(select).await?;
    let found: Vec<(i64, i64)> =
        rows.iter().map(|row| Ok((row.get("id")?, row.get("lane")?))).collect::<Result<_, Error>>()?;
    if found.is_empty() {
        return Ok(0);
    }
    lanes::lock(c, found.iter().map(|(_, lane)| *lane)).await?;
    let mut update = Statement::build("update deliveries set state = 'dead', settled_at = ");
    update.bind(now).push(" where state = 'waiting' and id in (").bind_list(found.iter().map(|(id, _)| *id));
    update.push(") returning lane");
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for row in c.fetch_all(&mut update).await? {
        *counts.entry(row.get("lane")?).or_insert(0) += 1;
    }
    lanes::take_out(c, &counts.into_iter().collect::<Vec<_>>()).await?;
    Ok(found.len())
}

/// Forgets those of the oldest messages that were issued before a moment and wait for nobody; answers how many.
pub async fn forget_some(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    let select = sql!(
        "select m.id from (select id, issued_at from messages order by id limit $2) m where m.issued_at < $1
             and not exists (select 1 from deliveries d where d.message = m.id and d.state = 'waiting')",
        before,
        most
    );
    let rows = c.fetch_all(select).await?;
    let ids: Result<Vec<i64>, Error> = rows.iter().map(|row| row.get("id")).collect();
    let ids = ids?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut deliveries = Statement::build("delete from deliveries where message in (");
    deliveries.bind_list(ids.iter().copied()).push(")");
    c.execute(&mut deliveries).await?;
    let mut messages = Statement::build("delete from messages where id in (");
    messages.bind_list(ids).push(")");
    c.execute(&mut messages).await
}

/// Gives up some of what nobody will send: what is kept for settings that the server switched off and was issued before a
/// moment, and what is left of settings that were taken away or switched off by a person. Answers how many.
pub async fn give_up_kept(c: &mut Connection, before: Moment, now: Moment, most: i64) -> Result<usize, Error> {
    let select = sql!(
        "select d.id, d.lane from webhooks w join lanes l on l.webhook_id = w.id
             join deliveries d on d.lane = l.id and d.state = 'waiting' join messages m on m.id = d.message
         where w.enabled = $1 and (m.issued_at < $2 or w.deleted_at is not null or w.disabled_reason = 'manual') limit $3",
        false,
        before,
        most
    );
    give_up_these(c, select, now).await
}

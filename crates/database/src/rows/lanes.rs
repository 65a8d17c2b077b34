//! Lanes: what must leave one after another for one setting. See [`super::deliveries`].
//!
//! Workers claim lanes by node and moment; a settlement counts only where both are still the lane's, so work that was
//! taken over cannot be settled twice. Every statement here is bounded by what it was asked for, not by what waits.
//!
//! tidy: the one place for for update

use aisle_model::{Moment, WebhookId};

use crate::stored::Value;
use crate::{Connection, Error, Row, Statement, sql};

/// A setting with unclaimed lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The setting.
    pub webhook: WebhookId,
    /// Its row's version, to notice changes.
    pub version: i64,
    /// When the first of its lanes is due.
    pub due_at: Moment,
}

/// What became of a claimed lane.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct LaneProgress {
    pub lane: i64,
    pub claimed_at: Moment,
    /// How many of its deliveries were settled.
    pub settled: i64,
    pub due_at: Moment,
    /// Whether the claim ends.
    pub release: bool,
}

/// A lane after its settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneLeft {
    /// The lane.
    pub lane: i64,
    /// What is still unsettled in it.
    pub pending: i64,
}

/// How many messages have not arrived at a setting.
pub async fn waiting(c: &mut Connection, webhook: WebhookId) -> Result<i64, Error> {
    let select =
        sql!("select cast(coalesce(sum(pending), 0) as bigint) as waiting from lanes where webhook_id = $1", webhook);
    c.fetch_one(select).await?.get("waiting")
}

/// The settings that are on and have unclaimed lanes, by a walk over the index that touches two entries for each.
pub async fn busy(c: &mut Connection) -> Result<Vec<Busy>, Error> {
    let select = sql!(
        "with recursive walk (webhook_id) as (
             select min(webhook_id) from lanes where node is null
             union all
             select (select min(lanes.webhook_id) from lanes where lanes.node is null and lanes.webhook_id > walk.webhook_id)
             from walk where walk.webhook_id is not null)
         select webhooks.id, webhooks.version,
             (select min(lanes.due_at) from lanes where lanes.node is null and lanes.webhook_id = webhooks.id) as due_at
         from walk join webhooks on webhooks.id = walk.webhook_id
         where webhooks.enabled = $1 and webhooks.deleted_at is null",
        true
    );
    let busy =
        |row: &Row| Ok(Busy { webhook: row.get("id")?, version: row.get("version")?, due_at: row.get("due_at")? });
    c.fetch_all(select).await?.iter().map(busy).collect()
}

/// Claims due lanes, at most so many of each setting, the longest due first. At most 400 settings at once.
pub async fn claim(
    c: &mut Connection,
    wanted: &[(WebhookId, i64)],
    node: &str,
    now: Moment,
) -> Result<Vec<i64>, Error> {
    let lock = if c.is_postgres() { " for update skip locked) as due" } else { ") as due" };
    let mut update = Statement::build("update lanes set node = ");
    update.bind(node).push(", claimed_at = ").bind(now);
    update.push(" where node is null and id in (");
    for (place, (webhook, most)) in wanted.iter().enumerate() {
        update.push(if place == 0 { "" } else { " union all " });
        update.push("select id from (select id from lanes where node is null and webhook_id = ");
        update.bind(*webhook).push(" and due_at <= ").bind(now);
        update.push(" order by due_at, id limit ").bind(*most).push(lock);
    }
    update.push(") returning id");
    let rows = c.fetch_all(&mut update).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Writes down what became of claimed lanes; answers those that were still claimed like that. Empty ones go.
pub async fn settle(c: &mut Connection, node: &str, progress: &[LaneProgress]) -> Result<Vec<LaneLeft>, Error> {
    let mut update = Statement::build(
        "update lanes set pending = pending - v.column3, due_at = v.column4,
             node = case when v.column5 then null else node end
         from (values ",
    );
    update.bind_rows(progress.iter().map(|one| {
        [
            Value::from(one.lane),
            Value::from(one.claimed_at),
            Value::from(one.settled),
            Value::from(one.due_at),
            Value::from(one.release),
        ]
    }));
    update.push(") as v where lanes.id = v.column1 and lanes.claimed_at = v.column2 and lanes.node = ");
    update.bind(node).push(" returning id, pending");
    let rows = c.fetch_all(&mut update).await?;
    let left: Result<Vec<LaneLeft>, Error> = rows.iter().map(left).collect();
    let left = left?;
    remove_empty(c, left.iter()).await?;
    Ok(left)
}

fn left(row: &Row) -> Result<LaneLeft, Error> {
    Ok(LaneLeft { lane: row.get("id")?, pending: row.get("pending")? })
}

async fn remove_empty(c: &mut Connection, left: impl Iterator<Item = &LaneLeft>) -> Result<(), Error> {
    let empty: Vec<i64> = left.filter(|lane| lane.pending <= 0).map(|lane| lane.lane).collect();
    if empty.is_empty() {
        return Ok(());
    }
    let mut delete = Statement::build("delete from lanes where pending <= 0 and id in (");
    delete.bind_list(empty).push(")");
    c.execute(&mut delete).await.map(drop)
}

/// Takes given-up deliveries out of their lanes and ends the claims on these: what a worker has in hand it may finish, but
/// it no longer counts what is left in the lane.
pub async fn take_out(c: &mut Connection, settled: &[(i64, i64)]) -> Result<(), Error> {
    if settled.is_empty() {
        return Ok(());
    }
    let mut update = Statement::build("update lanes set pending = pending - v.column2, node = null from (values ");
    update.bind_rows(settled.iter().map(|(lane, count)| [Value::from(*lane), Value::from(*count)]));
    update.push(") as v where lanes.id = v.column1 returning id, pending");
    let rows = c.fetch_all(&mut update).await?;
    let left: Result<Vec<LaneLeft>, Error> = rows.iter().map(left).collect();
    remove_empty(c, left?.iter()).await
}

/// Makes some of a setting's lanes due now that wait for a retry; answers how many.
pub async fn hurry_some(c: &mut Connection, webhook: WebhookId, now: Moment, most: i64) -> Result<u64, Error> {
    let update = sql!(
        "update lanes set due_at = $1 where node is null and id in (
             select id from lanes where webhook_id = $2 and node is null and due_at > $1 limit $3)",
        now,
        webhook,
        most
    );
    c.execute(update).await
}

/// Ends the claims of everybody but this node: with the embedded database those of an earlier process.
pub async fn void_claims_of_others(c: &mut Connection, node: &str) -> Result<u64, Error> {
    let update = sql!("update lanes set node = null where node is not null and node <> $1", node);
    c.execute(update).await
}

/// Ends the claims of nodes that have not beaten since `alive`.
pub async fn void_claims_of_the_dead(c: &mut Connection, node: &str, alive: Moment) -> Result<u64, Error> {
    let update = sql!(
        "update lanes set node = null where node is not null and node <> $1
             and node not in (select id from nodes where beat_at >= $2)",
        node,
        alive
    );
    c.execute(update).await
}

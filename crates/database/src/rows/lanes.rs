//! Lanes: what must leave one after another for one setting. See [`super::deliveries`].
//!
//! Workers claim lanes. A claim has a number that its node never gives again; a settlement counts only where node and
//! number are still the lane's, so work that was taken over cannot be settled twice. Every statement here is bounded by
//! what it was asked for, not by what waits.
//!
//! Locks on PostgreSQL: whoever writes to many lanes at once either passes over those that somebody else has locked, or
//! locks them in the order of their numbers; lanes always before their deliveries.
//!
//! tidy: the one place for for update

pub mod queues;

use std::collections::BTreeMap;

use aisle_model::{Millis, Moment, WebhookId};

use crate::stored::Value;
use crate::{Connection, Error, Row, Statement, sql};

/// When a lane is due that waits for nothing: before all clocks, so that no clock can hold it up.
pub(crate) const AT_ONCE: Moment = Moment::from_micros(0);
/// A wait that began so far in the future was begun under a clock that has since been set back; it is over.
const CLOCKS_DIFFER: Millis = Millis(60_000);
/// More claims than all nodes can hold.
const MOST_STRAYS: i64 = 100_000;

/// A setting with unclaimed lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The setting.
    pub webhook: WebhookId,
    /// Its row's version, to notice changes.
    pub version: i64,
    /// When the first of its lanes is due.
    pub due_at: Moment,
    /// When that lane was last claimed.
    claimed_at: Option<Moment>,
}

impl Busy {
    /// Whether its first lane may leave. One whose wait began in the future may, or a clock that was set back by an hour
    /// would hold it up for an hour.
    pub fn is_due(&self, now: Moment) -> bool {
        self.due_at <= now || self.began_in_the_future(now)
    }

    fn began_in_the_future(&self, now: Moment) -> bool {
        self.claimed_at.is_some_and(|at| at > now.plus(CLOCKS_DIFFER))
    }
}

/// One holding of a lane by a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    /// The lane.
    pub lane: i64,
    /// Given once by the node.
    pub number: i64,
}

/// What became of a claimed lane.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct LaneProgress {
    pub lane: i64,
    /// How many of its deliveries were settled.
    pub settled: i64,
    /// When it is due next; `None`: at once.
    pub due_at: Option<Moment>,
    /// Whether the claim ends.
    pub release: bool,
}

/// How many messages have not arrived at a setting.
pub async fn waiting(c: &mut Connection, webhook: WebhookId) -> Result<i64, Error> {
    let select =
        sql!("select cast(coalesce(sum(pending), 0) as bigint) as waiting from lanes where webhook_id = $1", webhook);
    c.fetch_one(select).await?.get("waiting")
}

/// The settings that are on and have unclaimed lanes, by a walk over the index that touches three entries for each.
pub async fn busy(c: &mut Connection) -> Result<Vec<Busy>, Error> {
    let select = sql!(
        "with recursive walk (webhook_id) as (
             select min(webhook_id) from lanes where node is null
             union all
             select (select min(lanes.webhook_id) from lanes where lanes.node is null and lanes.webhook_id > walk.webhook_id)
             from walk where walk.webhook_id is not null)
         select webhooks.id, webhooks.version, head.due_at, head.claimed_at
         from walk join webhooks on webhooks.id = walk.webhook_id
             join lanes head on head.id = (select lanes.id from lanes
                 where lanes.node is null and lanes.webhook_id = webhooks.id order by lanes.due_at, lanes.id limit 1)
         where webhooks.enabled = $1 and webhooks.deleted_at is null",
        true
    );
    let busy = |row: &Row| {
        Ok(Busy {
            webhook: row.get("id")?,
            version: row.get("version")?,
            due_at: row.get("due_at")?,
            claimed_at: row.get("claimed_at")?,
        })
    };
    c.fetch_all(select).await?.iter().map(busy).collect()
}

/// Claims due lanes, at most so many of each setting, the longest due first. At most 400 settings at once.
pub async fn claim(
    c: &mut Connection,
    wanted: &[(Busy, i64)],
    (node, number): (&str, i64),
    now: Moment,
) -> Result<Vec<i64>, Error> {
    let lock = if c.is_postgres() { " for update skip locked) as due" } else { ") as due" };
    let mut update = Statement::build("update lanes set node = ");
    update.bind(node).push(", claim = ").bind(number).push(", claimed_at = ").bind(now);
    update.push(" where node is null and id in (");
    for (place, (busy, most)) in wanted.iter().enumerate() {
        update.push(if place == 0 { "" } else { " union all " });
        update.push("select id from (select id from lanes where node is null and webhook_id = ").bind(busy.webhook);
        update.push(" and (due_at <= ").bind(now);
        if busy.began_in_the_future(now) {
            update.push(" or claimed_at > ").bind(now.plus(CLOCKS_DIFFER));
        }
        update.push(") order by due_at, id limit ").bind(*most).push(lock);
    }
    update.push(") returning id");
    let rows = c.fetch_all(&mut update).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Locks those of a node's claims that still stand, until the change ends. On PostgreSQL a lane that somebody adds to at
/// this moment is passed over, for to wait here is to wait for each other.
pub async fn hold(c: &mut Connection, node: &str, claims: &[Claim]) -> Result<Vec<i64>, Error> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = standing(node, claims);
    if c.is_postgres() {
        select.push(" for update of lanes skip locked");
    }
    c.fetch_all(&mut select).await?.iter().map(|row| row.get("id")).collect()
}

/// Those of a node's claims that stand, locked or not.
pub async fn still_claimed(c: &mut Connection, node: &str, claims: &[Claim]) -> Result<Vec<i64>, Error> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    c.fetch_all(&mut standing(node, claims)).await?.iter().map(|row| row.get("id")).collect()
}

fn standing(node: &str, claims: &[Claim]) -> Statement {
    let mut select = Statement::build("select lanes.id from lanes join (values ");
    select.bind_rows(claims.iter().map(|claim| [Value::from(claim.lane), Value::from(claim.number)]));
    select.push(") as v on v.column1 = lanes.id and v.column2 = lanes.claim where lanes.node = ").bind(node);
    select
}

/// Writes down what became of lanes that are [held](hold). Those in which nothing is left go; answers which can leave
/// again at once.
pub async fn settle(c: &mut Connection, progress: &[LaneProgress]) -> Result<Vec<i64>, Error> {
    if progress.is_empty() {
        return Ok(Vec::new());
    }
    let mut update = Statement::build(
        "update lanes set pending = pending - v.column2, due_at = v.column3,
             node = case when v.column4 then null else node end
         from (values ",
    );
    update.bind_rows(progress.iter().map(|one| {
        let due_at = one.due_at.unwrap_or(AT_ONCE);
        [Value::from(one.lane), Value::from(one.settled), Value::from(due_at), Value::from(one.release)]
    }));
    update.push(") as v where lanes.id = v.column1 returning id, pending");
    let rows = c.fetch_all(&mut update).await?;
    let left: Vec<(i64, i64)> = rows.iter().map(left).collect::<Result<_, Error>>()?;
    let gone = remove_empty(c, &left).await?;
    let leaves = |one: &&LaneProgress| one.release && one.due_at.is_none() && !gone.contains(&one.lane);
    Ok(progress.iter().filter(leaves).map(|one| one.lane).collect())
}

fn left(row: &Row) -> Result<(i64, i64), Error> {
    Ok((row.get("id")?, row.get("pending")?))
}

/// Removes lanes that count nothing any more and answers which. One that holds something all the same counts anew: a lane
/// is never removed over a message that waits.
async fn remove_empty(c: &mut Connection, left: &[(i64, i64)]) -> Result<Vec<i64>, Error> {
    let empty: Vec<i64> = left.iter().filter(|(_, pending)| *pending <= 0).map(|(lane, _)| *lane).collect();
    if empty.is_empty() {
        return Ok(empty);
    }
    let mut delete = Statement::build("delete from lanes where id in (");
    delete.bind_list(empty.iter().copied());
    delete.push(
        ") and not exists (select 1 from deliveries d where d.lane = lanes.id and d.state = 'waiting') returning id",
    );
    let rows = c.fetch_all(&mut delete).await?;
    let gone: Vec<i64> = rows.iter().map(|row| row.get("id")).collect::<Result<_, Error>>()?;
    if gone.len() < empty.len() {
        let mut count = Statement::build(
            "update lanes set pending = (select count(*) from deliveries d where d.lane = lanes.id and d.state = 'waiting')
             where id in (",
        );
        count.bind_list(empty.iter().copied().filter(|lane| !gone.contains(lane))).push(")");
        c.execute(&mut count).await?;
    }
    Ok(gone)
}

/// Locks lanes until the change ends, whoever has claimed them, and waits for those that are locked.
pub(crate) async fn lock(c: &mut Connection, lanes: impl IntoIterator<Item = i64>) -> Result<(), Error> {
    if !c.is_postgres() {
        return Ok(());
    }
    let mut select = Statement::build("select id from lanes where id in (");
    select.bind_list(lanes).push(") order by id for update");
    c.fetch_all(&mut select).await.map(drop)
}

/// Takes given-up deliveries out of their lanes, so many of each, and ends the claims on these: what a worker has in hand
/// it may finish.
pub(crate) async fn take_out(c: &mut Connection, settled: &[(i64, i64)]) -> Result<(), Error> {
    if settled.is_empty() {
        return Ok(());
    }
    let mut update = Statement::build("update lanes set pending = pending - v.column2, node = null from (values ");
    update.bind_rows(settled.iter().map(|(lane, count)| [Value::from(*lane), Value::from(*count)]));
    update.push(") as v where lanes.id = v.column1 returning id, pending");
    let rows = c.fetch_all(&mut update).await?;
    let left: Vec<(i64, i64)> = rows.iter().map(left).collect::<Result<_, Error>>()?;
    remove_empty(c, &left).await.map(drop)
}

/// Makes some of a setting's lanes due at once that wait for a retry; answers how many.
pub async fn hurry_some(c: &mut Connection, webhook: WebhookId, most: i64) -> Result<u64, Error> {
    let update = sql!(
        "update lanes set due_at = $1 where node is null and id in (
             select id from lanes where webhook_id = $2 and node is null and due_at > $1 limit $3)",
        AT_ONCE,
        webhook,
        most
    );
    c.execute(update).await
}

/// Claims that may stand without anybody who works on them: those of this node, and of nodes that are not alive.
pub async fn strays(c: &mut Connection, node: &str) -> Result<BTreeMap<String, Vec<Claim>>, Error> {
    let select = sql!(
        "select node, id, claim from lanes where node is not null and (node = $1 or node not in (select id from nodes))
         limit $2",
        node,
        MOST_STRAYS
    );
    let mut strays: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for row in c.fetch_all(select).await? {
        let claim = Claim { lane: row.get("id")?, number: row.get("claim")? };
        strays.entry(row.get("node")?).or_default().push(claim);
    }
    Ok(strays)
}

/// Ends claims of a node, at most a few thousand; answers how many stood.
pub async fn release(c: &mut Connection, node: &str, claims: &[Claim]) -> Result<usize, Error> {
    lock(c, claims.iter().map(|claim| claim.lane)).await?;
    let held = still_claimed(c, node, claims).await?;
    let mut update = Statement::build("update lanes set node = null where id in (");
    update.bind_list(held.iter().copied()).push(")");
    c.execute(&mut update).await?;
    Ok(held.len())
}

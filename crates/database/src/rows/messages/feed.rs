//! The pull feed: every message once, in the order of the commits.
//!
//! Numbers of rows are given before the commit, so reading by them would pass over what commits late. A change that adds a
//! message therefore only leaves it in a list; places are given later, by one change at a time, to what is committed by
//! then. Whoever has read up to a place has seen all that will ever stand before it.

use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, Moment, RetailerId, SessionToken, StoreId};

use super::Packed;
use crate::stored::Value;
use crate::{Connection, Error, Row, Statement, sql};

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the contract's parameters")]
pub struct FeedFilter {
    /// Empty: all.
    pub names: Vec<WebhookName>,
    pub store: Option<StoreId>,
    pub session: Option<SessionToken>,
}

/// A message at its place.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct FeedEntry {
    pub position: i64,
    pub message: MessageId,
    pub name: WebhookName,
    pub store: Option<StoreId>,
    pub session: Option<SessionToken>,
    pub issued_at: Moment,
    pub body: Vec<u8>,
}

fn entry(row: &Row) -> Result<FeedEntry, Error> {
    Ok(FeedEntry {
        position: row.get("position")?,
        message: row.get("message_id")?,
        name: row.get("name")?,
        store: row.get("store_id")?,
        session: row.get("session_token")?,
        issued_at: row.get("issued_at")?,
        body: row.get::<Packed>("body")?.0,
    })
}

/// Whether a committed message has no place yet.
pub async fn is_behind(c: &mut Connection) -> Result<bool, Error> {
    let select = sql!("select message from unplaced_messages limit 1");
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Gives places to some messages, the oldest first; answers how many it took from the list. What was forgotten before it
/// got a place loses its turn. Only one change at a time gets past the first
/// statement, and those after it see all that the one before committed.
pub async fn place_some(c: &mut Connection, now: Moment, most: i64) -> Result<usize, Error> {
    let lock = sql!(
        "insert into leases (name, node, epoch, taken_at) values ('feed', '', 1, $1)
         on conflict (name) do update set epoch = leases.epoch",
        now
    );
    c.execute(lock).await?;
    let select = sql!(
        "select u.message, m.retailer_id from (select message from unplaced_messages order by message limit $1) u
             left join messages m on m.id = u.message order by u.message",
        most
    );
    let rows = c.fetch_all(select).await?;
    let found = rows.iter().map(|row| Ok((row.get("message")?, row.get("retailer_id")?)));
    let found: Vec<(i64, Option<RetailerId>)> = found.collect::<Result<_, Error>>()?;
    let places: Vec<[Value; 2]> = found
        .iter()
        .filter_map(|(message, retailer)| Some([Value::from((*retailer)?), Value::from(*message)]))
        .collect();
    if !places.is_empty() {
        let mut insert = Statement::build("insert into feed (retailer_id, message) values ");
        c.execute(insert.bind_rows(places)).await?;
    }
    let mut delete = Statement::build("delete from unplaced_messages where message in (");
    delete.bind_list(found.iter().map(|(message, _)| *message)).push(")");
    c.execute(&mut delete).await?;
    Ok(found.len())
}

/// The place up to which `most` entries of a retailer after a place reach; `None` when there is none.
pub async fn reach(c: &mut Connection, retailer: RetailerId, after: i64, most: i64) -> Result<Option<i64>, Error> {
    let select = sql!(
        "select max(position) as position from (
             select position from feed where retailer_id = $1 and position > $2 order by position limit $3) f",
        retailer,
        after,
        most
    );
    c.fetch_one(select).await?.get("position")
}

/// The entries of a retailer after a place, up to another one.
pub async fn list(
    c: &mut Connection,
    retailer: RetailerId,
    (after, until): (i64, i64),
    filter: &FeedFilter,
    most: i64,
) -> Result<Vec<FeedEntry>, Error> {
    let mut select = Statement::build(
        "select f.position, m.message_id, m.name, m.store_id, m.session_token, m.issued_at, m.body
         from feed f join messages m on m.id = f.message where f.retailer_id = ",
    );
    select.bind(retailer).push(" and f.position > ").bind(after).push(" and f.position <= ").bind(until);
    if !filter.names.is_empty() {
        select.push(" and m.name in (").bind_list(filter.names.iter().copied()).push(")");
    }
    if let Some(store) = filter.store {
        select.push(" and m.store_id = ").bind(store);
    }
    if let Some(session) = &filter.session {
        select.push(" and m.session_token = ").bind(session);
    }
    select.push(" order by f.position limit ").bind(most);
    c.fetch_all(&mut select).await?.iter().map(entry).collect()
}

/// Forgets the places of some messages that were issued before a moment; answers how many.
pub async fn forget_some(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from feed where position in (
             select f.position from (select position, message from feed order by position limit $2) f
                 left join messages m on m.id = f.message where m.id is null or m.issued_at < $1)",
        before,
        most
    );
    c.execute(delete).await
}

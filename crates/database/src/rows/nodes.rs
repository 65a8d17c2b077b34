//! The processes that share the database, and their beats.

use aisle_model::Moment;

use crate::{Connection, Error, sql};

/// Notes that a node is alive.
pub async fn beat(c: &mut Connection, node: &str, address: Option<&str>, now: Moment) -> Result<(), Error> {
    let upsert = sql!(
        "insert into nodes (id, address, beat_at) values ($1, $2, $3)
         on conflict (id) do update set address = excluded.address, beat_at = excluded.beat_at",
        node,
        address.map(str::to_owned),
        now
    );
    c.execute(upsert).await.map(drop)
}

/// When a node last was alive; `None` for one that never beat or was forgotten.
pub async fn last_beat(c: &mut Connection, node: &str) -> Result<Option<Moment>, Error> {
    let row = c.fetch_optional(sql!("select beat_at from nodes where id = $1", node)).await?;
    row.map(|row| row.get("beat_at")).transpose()
}

/// Nodes that were alive after a moment.
pub async fn alive_since(c: &mut Connection, since: Moment) -> Result<Vec<String>, Error> {
    let rows = c.fetch_all(sql!("select id from nodes where beat_at > $1 order by id limit 1000", since)).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Forgets nodes that have not been alive since a moment.
pub async fn forget(c: &mut Connection, before: Moment) -> Result<u64, Error> {
    c.execute(sql!("delete from nodes where beat_at < $1", before)).await
}

/// Forgets a node that has stopped, so that nobody waits for its death.
pub async fn remove(c: &mut Connection, node: &str) -> Result<(), Error> {
    c.execute(sql!("delete from nodes where id = $1", node)).await.map(drop)
}

/// Forgets all nodes but one: an embedded database has one server, so the others are earlier processes.
pub async fn remove_others(c: &mut Connection, node: &str) -> Result<(), Error> {
    c.execute(sql!("delete from nodes where id <> $1", node)).await.map(drop)
}

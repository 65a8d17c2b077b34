//! The processes that share the database, and their beats.
//!
//! A node that is here is alive. Beats are counted, not dated, so that no two clocks are ever compared: who hears the same
//! count for too long by its own reckoning removes the node. Whatever a node holds is free once it is not here.

use aisle_model::Moment;

use crate::{Connection, Error, sql};

/// A node and its count of beats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// The node.
    pub node: String,
    /// How often it has beaten since it came.
    pub count: i64,
}

/// Notes that a node is alive.
pub async fn beat(c: &mut Connection, node: &str, address: Option<&str>) -> Result<(), Error> {
    let upsert = sql!(
        "insert into nodes (id, address, beats) values ($1, $2, 1)
         on conflict (id) do update set address = excluded.address, beats = nodes.beats + 1",
        node,
        address.map(str::to_owned)
    );
    c.execute(upsert).await.map(drop)
}

/// The beats of all nodes but one.
pub async fn others(c: &mut Connection, node: &str) -> Result<Vec<Beat>, Error> {
    let rows = c.fetch_all(sql!("select id, beats from nodes where id <> $1 order by id limit 1000", node)).await?;
    rows.iter().map(|row| Ok(Beat { node: row.get("id")?, count: row.get("beats")? })).collect()
}

/// Whether a node is alive.
pub async fn is_alive(c: &mut Connection, node: &str) -> Result<bool, Error> {
    Ok(c.fetch_optional(sql!("select id from nodes where id = $1", node)).await?.is_some())
}

/// The nodes that are alive.
pub async fn alive(c: &mut Connection) -> Result<Vec<String>, Error> {
    let rows = c.fetch_all(sql!("select id from nodes order by id limit 1000")).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Removes a node that has been silent since a beat. False when it has beaten since, or is gone.
pub async fn remove_silent(c: &mut Connection, silent: &Beat) -> Result<bool, Error> {
    c.execute_one(sql!("delete from nodes where id = $1 and beats = $2", &silent.node, silent.count)).await
}

/// Removes a node that has stopped, so that nobody waits for its death.
pub async fn remove(c: &mut Connection, node: &str) -> Result<(), Error> {
    c.execute(sql!("delete from nodes where id = $1", node)).await.map(drop)
}

/// Removes all nodes but one: an embedded database has one server, so the others are earlier processes.
pub async fn remove_others(c: &mut Connection, node: &str) -> Result<(), Error> {
    c.execute(sql!("delete from nodes where id <> $1", node)).await.map(drop)
}

/// What the clock of the database server says; `None` for the embedded database, which has none of its own.
pub async fn clock(c: &mut Connection) -> Result<Option<Moment>, Error> {
    if !c.is_postgres() {
        return Ok(None);
    }
    c.fetch_one(sql!("select clock_timestamp() as now")).await?.get("now")
}

//! Commands to the devices of a store, until somebody acknowledges them or they expire.

use aisle_model::{CommandId, Moment, StoreId};

use crate::{Connection, Error, Row, sql};

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of the contract's StoreCommand")]
pub struct Command {
    /// Order of issue; what the poll goes on from.
    pub position: i64,
    pub id: CommandId,
    pub kind: String,
    /// A JSON object.
    pub payload: String,
    /// Store clock.
    pub issued_at: Moment,
    pub expires_at: Moment,
}

/// Adds a command.
pub async fn insert(
    c: &mut Connection,
    store: StoreId,
    id: CommandId,
    kind: &str,
    payload: String,
    issued_at: Moment,
    expires_at: Moment,
) -> Result<(), Error> {
    let insert = sql!(
        "insert into commands (store_id, command_id, kind, payload, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        store,
        id,
        kind,
        payload,
        issued_at,
        expires_at
    );
    c.execute(insert).await.map(drop)
}

/// Commands after a position that nobody acknowledged and whose time is not over, oldest first.
pub async fn open_after(
    c: &mut Connection,
    store: StoreId,
    after: i64,
    now: Moment,
    limit: i64,
) -> Result<Vec<Command>, Error> {
    let select = sql!(
        "select position, command_id, kind, payload, issued_at, expires_at from commands
         where store_id = $1 and acknowledged_at is null and position > $2 and expires_at > $3
         order by position limit $4",
        store,
        after,
        now,
        limit
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(command).collect()
}

fn command(row: &Row) -> Result<Command, Error> {
    Ok(Command {
        position: row.get("position")?,
        id: row.get("command_id")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        issued_at: row.get("issued_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Notes what became of a command, unless that is known already. False when the store has no such command.
pub async fn acknowledge(
    c: &mut Connection,
    store: StoreId,
    id: CommandId,
    outcome: &str,
    detail: Option<&str>,
    now: Moment,
) -> Result<bool, Error> {
    let update = sql!(
        "update commands set acknowledged_at = coalesce(acknowledged_at, $1), outcome = coalesce(outcome, $2),
             detail = case when outcome is null then $3 else detail end
         where store_id = $4 and command_id = $5",
        now,
        outcome,
        detail,
        store,
        id
    );
    c.execute_one(update).await
}

/// Deletes a slice of commands that expired before a moment; answers how many.
pub async fn delete_expired(c: &mut Connection, store: StoreId, before: Moment, limit: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from commands where position in
             (select position from commands where store_id = $1 and expires_at < $2 order by position limit $3)",
        store,
        before,
        limit
    );
    c.execute(delete).await
}

//! What the engine of a store knew after an entry.

use aisle_model::{Moment, Offset, StoreId};

use crate::{Connection, Error, sql};

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns")]
pub struct Snapshot {
    pub offset: Offset,
    pub engine_version: u32,
    pub body: Vec<u8>,
    /// Store clock.
    pub taken_at: Moment,
}

/// The snapshot of a store.
pub async fn find(c: &mut Connection, store: StoreId) -> Result<Option<Snapshot>, Error> {
    let select =
        sql!("select entry_offset, engine_version, body, taken_at from floor_snapshots where store_id = $1", store);
    let Some(row) = c.fetch_optional(select).await? else {
        return Ok(None);
    };
    Ok(Some(Snapshot {
        offset: row.get("entry_offset")?,
        engine_version: row.get("engine_version")?,
        body: row.get("body")?,
        taken_at: row.get("taken_at")?,
    }))
}

/// Puts a snapshot in the place of the former one.
pub async fn save(c: &mut Connection, store: StoreId, snapshot: Snapshot) -> Result<(), Error> {
    let upsert = sql!(
        "insert into floor_snapshots (store_id, entry_offset, engine_version, body, taken_at)
         values ($1, $2, $3, $4, $5)
         on conflict (store_id) do update set entry_offset = excluded.entry_offset,
             engine_version = excluded.engine_version, body = excluded.body, taken_at = excluded.taken_at",
        store,
        snapshot.offset,
        snapshot.engine_version,
        snapshot.body,
        snapshot.taken_at
    );
    c.execute(upsert).await.map(drop)
}

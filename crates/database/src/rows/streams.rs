//! The stream of a store: its counter and its chunks.
//!
//! A chunk holds the entries of one append and one class, in the order of their offsets. Offsets come from the counter
//! row, which stays locked until the change ends, so nobody reads past a hole that may still be filled.

use aisle_model::{Moment, Offset, StoreId};

use crate::{Connection, Error, Row, sql};

/// Where the stream of a store stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamState {
    /// Newest entry; 0 when there is none.
    pub newest: Offset,
    /// The last entry whose facts are written.
    pub applied: Offset,
    /// T, as of the last written facts.
    pub store_time: Option<Moment>,
    /// S, as of the last written facts.
    pub settled_up_to: Option<Moment>,
}

/// One chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns")]
pub struct Chunk {
    pub first: Offset,
    /// Last entry of the append, in whichever chunk it lies: the chunks of one append have it in common.
    pub last: Offset,
    /// How long it is kept: `facts` or `samples`.
    pub class: String,
    /// Earliest and latest moment of its entries.
    pub first_at: Moment,
    pub last_at: Moment,
    /// Store clock.
    pub stored_at: Moment,
    pub body: Vec<u8>,
}

/// Takes the next `count` offsets and keeps the counter locked until the change ends. Answers the last of them.
pub async fn reserve(c: &mut Connection, store: StoreId, count: i64) -> Result<Offset, Error> {
    let upsert = sql!(
        "insert into streams (store_id, newest) values ($1, $2)
         on conflict (store_id) do update set newest = streams.newest + excluded.newest
         returning newest",
        store,
        count
    );
    c.fetch_one(upsert).await?.get("newest")
}

/// Adds a chunk.
pub async fn insert_chunk(c: &mut Connection, store: StoreId, chunk: Chunk) -> Result<(), Error> {
    let insert = sql!(
        "insert into stream_chunks (store_id, first_offset, last_offset, class, first_at, last_at, stored_at, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        store,
        chunk.first,
        chunk.last,
        chunk.class,
        chunk.first_at,
        chunk.last_at,
        chunk.stored_at,
        chunk.body
    );
    c.execute(insert).await.map(drop)
}

/// Where a stream stands; at its beginning when the store never had an entry.
pub async fn state(c: &mut Connection, store: StoreId) -> Result<StreamState, Error> {
    let select = sql!("select newest, applied, store_time, settled_up_to from streams where store_id = $1", store);
    match c.fetch_optional(select).await? {
        Some(row) => stream_state(&row),
        None => Ok(StreamState { newest: Offset(0), applied: Offset(0), store_time: None, settled_up_to: None }),
    }
}

fn stream_state(row: &Row) -> Result<StreamState, Error> {
    Ok(StreamState {
        newest: row.get("newest")?,
        applied: row.get("applied")?,
        store_time: row.get("store_time")?,
        settled_up_to: row.get("settled_up_to")?,
    })
}

fn chunk(row: &Row) -> Result<Chunk, Error> {
    Ok(Chunk {
        first: row.get("first_offset")?,
        last: row.get("last_offset")?,
        class: row.get("class")?,
        first_at: row.get("first_at")?,
        last_at: row.get("last_at")?,
        stored_at: row.get("stored_at")?,
        body: row.get("body")?,
    })
}

/// Chunks of the appends that end after an offset, in their order. A full answer may lack a chunk of its last append.
pub async fn chunks_after(c: &mut Connection, store: StoreId, after: Offset, limit: i64) -> Result<Vec<Chunk>, Error> {
    let select = sql!(
        "select first_offset, last_offset, class, first_at, last_at, stored_at, body from stream_chunks
         where store_id = $1 and last_offset > $2
         order by last_offset, class limit $3",
        store,
        after,
        limit
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(chunk).collect()
}

/// Moves the cursor of the applied entries, if it still stands where the caller left it. False when it does not.
pub async fn advance(
    c: &mut Connection,
    store: StoreId,
    from: Offset,
    to: Offset,
    store_time: Option<Moment>,
    settled_up_to: Option<Moment>,
) -> Result<bool, Error> {
    let update = sql!(
        "update streams set applied = $1, store_time = $2, settled_up_to = $3
         where store_id = $4 and applied = $5",
        to,
        store_time,
        settled_up_to,
        store,
        from
    );
    c.execute_one(update).await
}

/// Stores whose stream holds entries that are not known to be applied, with their newest entry.
pub async fn behind(c: &mut Connection, limit: i64) -> Result<Vec<(StoreId, Offset)>, Error> {
    let select = sql!("select store_id, newest from streams where newest > applied order by store_id limit $1", limit);
    let rows = c.fetch_all(select).await?;
    let pair = |row: &Row| Ok((row.get("store_id")?, row.get("newest")?));
    rows.iter().map(pair).collect()
}

/// Stores that have a stream, by number, after one of them.
pub async fn all(c: &mut Connection, after: StoreId, limit: i64) -> Result<Vec<StoreId>, Error> {
    let select = sql!("select store_id from streams where store_id > $1 order by store_id limit $2", after, limit);
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| row.get("store_id")).collect()
}

/// Deletes a slice of a store's chunks of a class that were stored before a moment; answers how many. What the snapshot of
/// the engine does not cover stays, however old it is: the engine would come back without it.
pub async fn delete_chunks(
    c: &mut Connection,
    store: StoreId,
    class: &'static str,
    before: Moment,
    limit: i64,
) -> Result<u64, Error> {
    let delete = sql!(
        "delete from stream_chunks where store_id = $1 and class = $2 and last_offset in
             (select last_offset from stream_chunks where store_id = $3 and class = $4 and stored_at < $5
                  and last_offset <= (select entry_offset from floor_snapshots where store_id = $6) limit $7)",
        store,
        class,
        store,
        class,
        before,
        store,
        limit
    );
    c.execute(delete).await
}

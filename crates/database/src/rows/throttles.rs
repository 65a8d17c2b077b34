//! When something was tried lately, under keyed hashes of names and addresses.

use aisle_model::Moment;

use crate::{Connection, Error, sql};

const BYTES: usize = size_of::<i64>();

/// The times under a key, oldest first; the key is locked until the change ends.
pub async fn lock(c: &mut Connection, key: [u8; 32], forget_at: Moment) -> Result<Vec<Moment>, Error> {
    let upsert = sql!(
        "insert into throttles (key, recent, forget_at) values ($1, $2, $3)
         on conflict (key) do update set forget_at = throttles.forget_at returning recent",
        key,
        Vec::<u8>::new(),
        forget_at
    );
    let recent: Vec<u8> = c.fetch_one(upsert).await?.get("recent")?;
    let (times, _) = recent.as_chunks::<BYTES>();
    Ok(times.iter().map(|bytes| Moment::from_micros(i64::from_le_bytes(*bytes))).collect())
}

/// Saves the times under a key that is locked.
pub async fn save(c: &mut Connection, key: [u8; 32], times: &[Moment], forget_at: Moment) -> Result<(), Error> {
    let recent: Vec<u8> = times.iter().flat_map(|at| at.micros().to_le_bytes()).collect();
    let update = sql!("update throttles set recent = $1, forget_at = $2 where key = $3", recent, forget_at, key);
    c.execute(update).await.map(drop)
}

/// Forgets everything under a key.
pub async fn clear(c: &mut Connection, key: [u8; 32]) -> Result<(), Error> {
    c.execute(sql!("delete from throttles where key = $1", key)).await.map(drop)
}

/// Removes what no longer counts, at most `most` keys; answers how many.
pub async fn purge(c: &mut Connection, now: Moment, most: i64) -> Result<u64, Error> {
    c.execute(sql!(
        "delete from throttles where key in
             (select key from throttles where forget_at <= $1 order by forget_at limit $2) and forget_at <= $1",
        now,
        most
    ))
    .await
}

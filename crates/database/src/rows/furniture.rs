//! The furniture of a store as it was: one row per map that changed it.

use aisle_model::store_map::Gondola;
use aisle_model::{Moment, StoreId};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, sql};

/// Keeps the furniture that stands from a moment on (store clock).
pub async fn keep(c: &mut Connection, store: StoreId, since: Moment, gondolas: &[Gondola]) -> Result<(), Error> {
    let upsert = sql!(
        "insert into furniture_versions (store_id, since, gondolas) values ($1, $2, $3)
         on conflict (store_id, since) do update set gondolas = excluded.gondolas",
        store,
        since,
        json_text(gondolas)
    );
    c.execute_one(upsert).await.map(drop)
}

/// The furniture that stood at a moment; none before the first map.
pub async fn at(c: &mut Connection, store: StoreId, moment: Moment) -> Result<Vec<Gondola>, Error> {
    let select = sql!(
        "select gondolas from furniture_versions where store_id = $1 and since <= $2 order by since desc limit 1",
        store,
        moment
    );
    match c.fetch_optional(select).await? {
        Some(row) => Ok(row.get::<Json<_>>("gondolas")?.0),
        None => Ok(Vec::new()),
    }
}

//! The map of a store, one JSON column; its version stands with the store.

use aisle_model::store_map::StoreMap;
use aisle_model::{Moment, StoreId};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, sql};

/// The map of a store; empty until there is one.
pub async fn find(c: &mut Connection, store: StoreId) -> Result<StoreMap, Error> {
    let select = sql!("select map from store_maps where store_id = $1", store);
    match c.fetch_optional(select).await? {
        Some(row) => Ok(row.get::<Json<_>>("map")?.0),
        None => Ok(StoreMap::default()),
    }
}

/// Puts another map in its place.
pub async fn replace(c: &mut Connection, store: StoreId, map: &StoreMap) -> Result<(), Error> {
    let upsert = sql!(
        "insert into store_maps (store_id, map) values ($1, $2)
         on conflict (store_id) do update set map = excluded.map",
        store,
        json_text(map)
    );
    c.execute_one(upsert).await.map(drop)
}

/// The next version, from now on: the map, a zone or a device changed.
pub async fn next_version(c: &mut Connection, store: StoreId, now: Moment) -> Result<i64, Error> {
    let update = sql!(
        "update stores set layout_version = layout_version + 1, layout_updated_at = $1 where id = $2
         returning layout_version",
        now,
        store
    );
    c.fetch_one(update).await?.get("layout_version")
}

//! Zones of stores. A deleted one stays, so that its id is never given to another area.

use aisle_model::floor_map::Zone;
use aisle_model::{Moment, StoreId, ZoneId};
use serde::{Deserialize, Serialize};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, sql};

/// A zone and when it changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract")]
pub struct StoredZone {
    pub zone: Zone,
    pub created_at: Moment,
    pub updated_at: Moment,
}

fn stored(row: &Row) -> Result<StoredZone, Error> {
    let zone = Zone {
        id: row.get("id")?,
        name: row.get("name")?,
        labels: row.get::<Json<_>>("labels")?.0,
        polygon: row.get::<Json<_>>("polygon")?.0,
        thresholds: row.get::<Json<_>>("thresholds")?.0,
    };
    Ok(StoredZone { zone, created_at: row.get("created_at")?, updated_at: row.get("updated_at")? })
}

/// The zones of a store, by id.
pub async fn list(c: &mut Connection, store: StoreId) -> Result<Vec<StoredZone>, Error> {
    let select = sql!(
        "select id, name, labels, polygon, thresholds, created_at, updated_at from zones
         where store_id = $1 and deleted_at is null order by id limit 100000",
        store
    );
    c.fetch_all(select).await?.iter().map(stored).collect()
}

/// One zone that is not deleted.
pub async fn find(c: &mut Connection, store: StoreId, id: &ZoneId) -> Result<Option<StoredZone>, Error> {
    let select = sql!(
        "select id, name, labels, polygon, thresholds, created_at, updated_at from zones
         where store_id = $1 and id = $2 and deleted_at is null",
        store,
        id
    );
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(stored).transpose()
}

/// How many zones the store has ever had.
pub async fn count_ever(c: &mut Connection, store: StoreId) -> Result<i64, Error> {
    let select = sql!("select count(*) as zones from zones where store_id = $1", store);
    c.fetch_one(select).await?.get("zones")
}

/// Adds a zone. False when its id was used before.
pub async fn insert(c: &mut Connection, store: StoreId, zone: &Zone, now: Moment) -> Result<bool, Error> {
    let insert = sql!(
        "insert into zones (store_id, id, name, labels, polygon, thresholds, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (store_id, id) do nothing",
        store,
        &zone.id,
        &zone.name,
        json_text(&zone.labels),
        json_text(&zone.polygon),
        json_text(&zone.thresholds),
        now,
        now
    );
    c.execute_one(insert).await
}

/// Saves a changed zone. False when it is gone.
pub async fn save(c: &mut Connection, store: StoreId, zone: &Zone, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update zones set name = $1, labels = $2, polygon = $3, thresholds = $4, updated_at = $5
         where store_id = $6 and id = $7 and deleted_at is null",
        &zone.name,
        json_text(&zone.labels),
        json_text(&zone.polygon),
        json_text(&zone.thresholds),
        now,
        store,
        &zone.id
    );
    c.execute_one(update).await
}

/// Deletes a zone and keeps its id. False when it is gone.
pub async fn delete(c: &mut Connection, store: StoreId, id: &ZoneId, now: Moment) -> Result<bool, Error> {
    let update =
        sql!("update zones set deleted_at = $1 where store_id = $2 and id = $3 and deleted_at is null", now, store, id);
    c.execute_one(update).await
}

/// Whether a zone has this id, or had it.
pub async fn was_used(c: &mut Connection, store: StoreId, id: &ZoneId) -> Result<bool, Error> {
    let select = sql!("select 1 as used from zones where store_id = $1 and id = $2", store, id);
    Ok(c.fetch_optional(select).await?.is_some())
}

//! Scanned codes that wait to be examined. The row goes in with the event and goes away with the verdict.

use aisle_model::{CheckInDeviceId, EventId, Moment, StoreId};

use crate::{Connection, Error, Row, sql};

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns")]
pub struct Scan {
    pub id: i64,
    pub store: StoreId,
    pub event: EventId,
    pub device: CheckInDeviceId,
    /// Sealed.
    pub code: Vec<u8>,
    pub group_size: Option<u32>,
    /// When it was scanned, by the producer's clock.
    pub at: Moment,
    /// Store clock.
    pub received_at: Moment,
}

/// A scan to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in Scan")]
pub struct NewScan {
    pub event: EventId,
    pub device: CheckInDeviceId,
    pub code: Vec<u8>,
    pub group_size: Option<u32>,
    pub at: Moment,
    pub received_at: Moment,
}

/// Adds a scan.
pub async fn insert(c: &mut Connection, store: StoreId, new: NewScan) -> Result<(), Error> {
    let insert = sql!(
        "insert into scans (store_id, event_id, device_id, code, group_size, at, received_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        store,
        new.event,
        new.device,
        new.code,
        new.group_size,
        new.at,
        new.received_at
    );
    c.execute(insert).await.map(drop)
}

/// The oldest scans after one.
pub async fn after(c: &mut Connection, after: i64, limit: i64) -> Result<Vec<Scan>, Error> {
    let select = sql!(
        "select id, store_id, event_id, device_id, code, group_size, at, received_at from scans
         where id > $1 order by id limit $2",
        after,
        limit
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(scan).collect()
}

/// One scan, if it still waits.
pub async fn find(c: &mut Connection, id: i64) -> Result<Option<Scan>, Error> {
    let select = sql!(
        "select id, store_id, event_id, device_id, code, group_size, at, received_at from scans where id = $1",
        id
    );
    c.fetch_optional(select).await?.as_ref().map(scan).transpose()
}

/// The scan was examined. False when somebody else was faster.
pub async fn delete(c: &mut Connection, id: i64) -> Result<bool, Error> {
    c.execute_one(sql!("delete from scans where id = $1", id)).await
}

/// The scan of an event was examined. False when somebody else was faster.
pub async fn delete_by_event(c: &mut Connection, store: StoreId, event: EventId) -> Result<bool, Error> {
    c.execute_one(sql!("delete from scans where store_id = $1 and event_id = $2", store, event)).await
}

fn scan(row: &Row) -> Result<Scan, Error> {
    Ok(Scan {
        id: row.get("id")?,
        store: row.get("store_id")?,
        event: row.get("event_id")?,
        device: row.get("device_id")?,
        code: row.get("code")?,
        group_size: row.get("group_size")?,
        at: row.get("at")?,
        received_at: row.get("received_at")?,
    })
}

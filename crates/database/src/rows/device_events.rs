//! What machines gave out and staff handed over, and what devices asked about people in their pictures. Kept for the engine,
//! which reads them in order of arrival.

use aisle_model::{EventId, Moment, SessionNumber, ShopperId, StoreId};
use serde::{Deserialize, Serialize};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, sql};

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceEventKind {
    /// A third-party device of the Admin API.
    Device,
    /// Somebody handed something over.
    Handoff,
    /// A vendor's machine.
    Machine,
}

impl DeviceEventKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Handoff => "handoff",
            Self::Machine => "machine",
        }
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut kinds = [Self::Device, Self::Handoff, Self::Machine].into_iter();
        kinds.find(|kind| kind.as_str() == text).ok_or("is no kind of device event")
    }
}

/// Units of an article, named by a barcode that may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract")]
pub struct DispensedProduct {
    pub barcode: String,
    pub quantity: i64,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract")]
pub struct DeviceEvent {
    pub id: EventId,
    pub kind: DeviceEventKind,
    /// The device; for a hand-off the credential of the caller.
    pub source: String,
    pub vendor: Option<String>,
    pub happened_at: Moment,
    /// Empty when the cancel came first.
    pub products: Vec<DispensedProduct>,
    pub metadata: Option<serde_json::Value>,
    /// Who received the products.
    pub shopper: Option<ShopperId>,
    /// Store clock.
    pub received_at: Moment,
    /// Store clock.
    pub cancelled_at: Option<Moment>,
}

fn device_event(row: &Row) -> Result<DeviceEvent, Error> {
    Ok(DeviceEvent {
        id: row.get("event_id")?,
        kind: row.parse("kind", DeviceEventKind::parse)?,
        source: row.get("source")?,
        vendor: row.get("vendor")?,
        happened_at: row.get("happened_at")?,
        products: row.get::<Json<_>>("products")?.0,
        metadata: row
            .get::<Option<String>>("metadata")?
            .map(|text| text.parse())
            .transpose()
            .map_err(|error: serde_json::Error| row.corrupt("metadata", error))?,
        shopper: row.get("shopper_id")?,
        received_at: row.get("received_at")?,
        cancelled_at: row.get("cancelled_at")?,
    })
}

/// Keeps an event. False when its id is known.
pub async fn insert(c: &mut Connection, store: StoreId, event: &DeviceEvent) -> Result<bool, Error> {
    let insert = sql!(
        "insert into device_events (store_id, event_id, kind, source, vendor, happened_at, products, metadata, shopper_id,
             received_at, cancelled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (store_id, event_id) do nothing",
        store,
        event.id,
        event.kind.as_str(),
        &event.source,
        event.vendor.clone(),
        event.happened_at,
        json_text(&event.products),
        event.metadata.as_ref().map(json_text),
        event.shopper.clone(),
        event.received_at,
        event.cancelled_at
    );
    c.execute_one(insert).await
}

/// The event with this id, locked until the change ends.
pub async fn lock(c: &mut Connection, store: StoreId, id: EventId) -> Result<Option<DeviceEvent>, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!(
        "update device_events set event_id = event_id where store_id = $1 and event_id = $2 returning *",
        store,
        id
    );
    c.fetch_optional(update).await?.as_ref().map(device_event).transpose()
}

/// Saves what an event that was cancelled before it came is about, or that it is cancelled.
pub async fn save(c: &mut Connection, store: StoreId, event: &DeviceEvent) -> Result<bool, Error> {
    let update = sql!(
        "update device_events set happened_at = $1, products = $2, metadata = $3, cancelled_at = $4
         where store_id = $5 and event_id = $6",
        event.happened_at,
        json_text(&event.products),
        event.metadata.as_ref().map(json_text),
        event.cancelled_at,
        store,
        event.id
    );
    c.execute_one(update).await
}

/// The events of a store in order of arrival.
pub async fn list(c: &mut Connection, store: StoreId, limit: i64) -> Result<Vec<DeviceEvent>, Error> {
    let select = sql!("select * from device_events where store_id = $1 order by id limit $2", store, limit);
    c.fetch_all(select).await?.iter().map(device_event).collect()
}

/// Whether what a trip costs is settled: its order is beyond a draft.
pub async fn trip_is_final(c: &mut Connection, session: SessionNumber) -> Result<bool, Error> {
    let select = sql!(
        "select 1 as found from orders where session_number = $1 and status not in ('draft', 'completed_so_far')",
        session
    );
    Ok(c.fetch_optional(select).await?.is_some())
}

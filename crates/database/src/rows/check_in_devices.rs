//! Check-in devices: readers and terminals where people identify themselves.

use aisle_model::floor_map::{DeviceKind, DeviceOwnership, DevicePurpose, FloorPoint};
use aisle_model::{CheckInDeviceId, GateId, Moment, RetailerId, StoreId, ZoneId};
use serde::{Deserialize, Serialize};

use crate::ids::json_text;
use crate::{Connection, Error, Row, sql};

/// One device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's CheckInDevice")]
pub struct CheckInDevice {
    pub id: CheckInDeviceId,
    pub store: StoreId,
    /// What an edit may change.
    pub fields: DeviceFields,
    pub terminal: Option<String>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// What can be said of a device when it is added or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's CheckInDevice")]
pub struct DeviceFields {
    pub name: String,
    pub kind: DeviceKind,
    pub ownership: DeviceOwnership,
    pub purpose: DevicePurpose,
    pub gate: Option<GateId>,
    pub scanning_zone: Option<ZoneId>,
    pub position: Option<FloorPoint>,
    pub opens_gate: bool,
    pub enabled: bool,
}

fn device(row: &Row) -> Result<CheckInDevice, Error> {
    let position: Option<String> = row.get("position")?;
    let position =
        position.map(|text| serde_json::from_str(&text).map_err(|error| row.corrupt("position", error))).transpose()?;
    let fields = DeviceFields {
        name: row.get("name")?,
        kind: row.get("kind")?,
        ownership: row.get("ownership")?,
        purpose: row.get("purpose")?,
        gate: row.get("gate_id")?,
        scanning_zone: row.get("scanning_zone_id")?,
        position,
        opens_gate: row.get("opens_gate")?,
        enabled: row.get("enabled")?,
    };
    Ok(CheckInDevice {
        id: row.get("id")?,
        store: row.get("store_id")?,
        fields,
        terminal: row.get("terminal_id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// The devices of a store, by id.
pub async fn list(c: &mut Connection, store: StoreId) -> Result<Vec<CheckInDevice>, Error> {
    let select = sql!("select * from check_in_devices where store_id = $1 order by id limit 100000", store);
    c.fetch_all(select).await?.iter().map(device).collect()
}

/// One device of a store.
pub async fn find(c: &mut Connection, store: StoreId, id: CheckInDeviceId) -> Result<Option<CheckInDevice>, Error> {
    let select = sql!("select * from check_in_devices where store_id = $1 and id = $2", store, id);
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(device).transpose()
}

/// Adds a device and answers the row.
pub async fn insert(
    c: &mut Connection,
    store: StoreId,
    new: &DeviceFields,
    now: Moment,
) -> Result<CheckInDevice, Error> {
    let insert = sql!(
        "insert into check_in_devices (store_id, name, kind, ownership, purpose, gate_id, scanning_zone_id, position,
             opens_gate, enabled, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *",
        store,
        &new.name,
        new.kind,
        new.ownership,
        new.purpose,
        new.gate,
        new.scanning_zone.as_ref(),
        new.position.as_ref().map(json_text),
        new.opens_gate,
        new.enabled,
        now,
        now
    );
    device(&c.fetch_one(insert).await?)
}

/// Saves a changed device and answers the row; `None` when it is gone.
pub async fn save(
    c: &mut Connection,
    id: CheckInDeviceId,
    changed: &DeviceFields,
    now: Moment,
) -> Result<Option<CheckInDevice>, Error> {
    let update = sql!(
        "update check_in_devices set name = $1, kind = $2, ownership = $3, purpose = $4, gate_id = $5,
             scanning_zone_id = $6, position = $7, opens_gate = $8, enabled = $9, updated_at = $10
         where id = $11 returning *",
        &changed.name,
        changed.kind,
        changed.ownership,
        changed.purpose,
        changed.gate,
        changed.scanning_zone.as_ref(),
        changed.position.as_ref().map(json_text),
        changed.opens_gate,
        changed.enabled,
        now,
        id
    );
    let row = c.fetch_optional(update).await?;
    row.as_ref().map(device).transpose()
}

/// Removes a device; its id is never used again. False when it is gone.
pub async fn delete(c: &mut Connection, id: CheckInDeviceId) -> Result<bool, Error> {
    c.execute_one(sql!("delete from check_in_devices where id = $1", id)).await
}

/// Whether a check-in at the device is under way, or an accepted one holds places for people who have not come in.
pub async fn waits_for_people(c: &mut Connection, retailer: RetailerId, id: CheckInDeviceId) -> Result<bool, Error> {
    let select = sql!(
        "select 1 as waiting where exists (select 1 from check_ins where state = 'asking' and device_id = $1)
         or exists (select 1 from sessions join check_ins on check_ins.session_number = sessions.number
             where sessions.retailer_id = $2 and sessions.status = 'active' and sessions.places > 0
               and check_ins.device_id = $1)",
        id,
        retailer
    );
    Ok(c.fetch_optional(select).await?.is_some())
}

//! Stores and how full they are.

use aisle_model::settings::StoreSettings;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{Moment, RetailerId, StoreClock, StoreId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, sql};

pub mod list;

/// One store, without its map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's Store")]
pub struct Store {
    pub id: StoreId,
    pub retailer: RetailerId,
    pub unique_store_id: String,
    pub status: StoreStatus,
    pub status_reason: Option<String>,
    pub status_before_loss: Option<StoreStatus>,
    pub deployment_status: DeploymentStatus,
    pub name: String,
    /// None while none is set: then the name is shown.
    pub displayable_name: Option<String>,
    pub third_party_id: Option<String>,
    pub address_line1: Option<String>,
    pub address_city: Option<String>,
    pub address_region: Option<String>,
    pub address_country: Option<String>,
    pub address_postal_code: Option<String>,
    pub store_url: Option<String>,
    pub max_people: Option<i64>,
    pub employee_inside: bool,
    pub currency: String,
    pub time_zone: String,
    /// What was set; the defaults are the contract's.
    pub settings: Map<String, JsonValue>,
    pub layout_version: i64,
    pub layout_updated_at: Moment,
    /// Absent while the store runs on wall time.
    pub clock: Option<StoreClock>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub version: i64,
}

/// A store to be made. It starts without map, zones and devices.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in Store")]
pub struct NewStore {
    pub retailer: RetailerId,
    pub unique_store_id: String,
    pub status: StoreStatus,
    pub deployment_status: DeploymentStatus,
    pub name: String,
    pub currency: String,
    pub time_zone: String,
}

impl Store {
    /// The name shown to customers.
    pub fn shown_name(&self) -> &str {
        self.displayable_name.as_deref().unwrap_or(&self.name)
    }

    /// What the store's clock shows at a moment of wall time.
    pub fn now(&self, wall: Moment) -> Moment {
        self.clock.map_or(wall, |clock| clock.at(wall))
    }

    /// The thresholds in force. Stored settings were checked when they were saved.
    pub fn thresholds(&self) -> Result<StoreSettings, Error> {
        serde_json::from_value(JsonValue::Object(self.settings.clone())).map_err(|error| Error::Corrupt {
            table: "stores".to_owned(),
            column: "settings".to_owned(),
            row: format!("id={}", self.id),
            reason: error.to_string(),
        })
    }
}

/// How full a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "people by role")]
pub struct Occupancy {
    pub customers: i64,
    pub visitors: i64,
    pub employees: i64,
    pub testers: i64,
    /// Places held for accepted check-ins.
    pub reserved: i64,
}

impl Occupancy {
    /// Everybody inside, whatever the role.
    pub const fn inside(&self) -> i64 {
        self.customers + self.visitors + self.employees + self.testers
    }
}

pub(crate) fn store(row: &Row) -> Result<Store, Error> {
    let clock = match (row.get("clock_set_at")?, row.get("clock_showed")?, row.get("clock_rate")?) {
        (Some(set_at), Some(showed), Some(rate)) => Some(StoreClock { set_at, showed, rate }),
        _ => None,
    };
    Ok(Store {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        unique_store_id: row.get("unique_store_id")?,
        status: row.get("status")?,
        status_reason: row.get("status_reason")?,
        status_before_loss: row.get("status_before_loss")?,
        deployment_status: row.get("deployment_status")?,
        name: row.get("name")?,
        displayable_name: row.get("displayable_name")?,
        third_party_id: row.get("third_party_id")?,
        address_line1: row.get("address_line1")?,
        address_city: row.get("address_city")?,
        address_region: row.get("address_region")?,
        address_country: row.get("address_country")?,
        address_postal_code: row.get("address_postal_code")?,
        store_url: row.get("store_url")?,
        max_people: row.get("max_people")?,
        employee_inside: row.get("employee_inside")?,
        currency: row.get("currency")?,
        time_zone: row.get("time_zone")?,
        settings: row.get::<Json<_>>("settings")?.0,
        layout_version: row.get("layout_version")?,
        layout_updated_at: row.get("layout_updated_at")?,
        clock,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

/// Adds a store with nobody inside and answers the row.
pub async fn insert(c: &mut Connection, new: &NewStore, now: Moment) -> Result<Store, Error> {
    let insert = sql!(
        "insert into stores (retailer_id, unique_store_id, status, deployment_status, name, employee_inside, currency,
             time_zone, settings, layout_version, layout_updated_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, '{}', 0, $9, $10, $11) returning *",
        new.retailer,
        &new.unique_store_id,
        new.status,
        new.deployment_status,
        &new.name,
        false,
        &new.currency,
        &new.time_zone,
        now,
        now,
        now
    );
    let made = store(&c.fetch_one(insert).await?)?;
    c.execute_one(sql!("insert into occupancy (store_id) values ($1)", made.id)).await?;
    Ok(made)
}

/// Saves everything a person may change, if the row is still the version that was read. False when it is not.
pub async fn save(c: &mut Connection, changed: &Store, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update stores set unique_store_id = $1, status = $2, status_reason = $3, status_before_loss = $4,
             deployment_status = $5, name = $6, displayable_name = $7, third_party_id = $8, address_line1 = $9,
             address_city = $10, address_region = $11, address_country = $12, address_postal_code = $13, store_url = $14,
             max_people = $15, employee_inside = $16, currency = $17, time_zone = $18, settings = $19,
             clock_set_at = $20, clock_showed = $21, clock_rate = $22, updated_at = $23, version = version + 1
         where id = $24 and version = $25",
        &changed.unique_store_id,
        changed.status,
        changed.status_reason.clone(),
        changed.status_before_loss,
        changed.deployment_status,
        &changed.name,
        changed.displayable_name.clone(),
        changed.third_party_id.clone(),
        changed.address_line1.clone(),
        changed.address_city.clone(),
        changed.address_region.clone(),
        changed.address_country.clone(),
        changed.address_postal_code.clone(),
        changed.store_url.clone(),
        changed.max_people,
        changed.employee_inside,
        &changed.currency,
        &changed.time_zone,
        json_text(&changed.settings),
        changed.clock.map(|clock| clock.set_at),
        changed.clock.map(|clock| clock.showed),
        changed.clock.map(|clock| clock.rate),
        now,
        changed.id,
        changed.version
    );
    c.execute_one(update).await
}

/// Whether a trip in the store has ended that makes an order.
pub async fn has_orders(c: &mut Connection, id: StoreId) -> Result<bool, Error> {
    let select = sql!(
        "select 1 as found from sessions
         where store_id = $1 and status = 'completed' and role not in ('employee', 'untracked') limit 1",
        id
    );
    Ok(c.fetch_optional(select).await?.is_some())
}

/// One store of a retailer.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: StoreId) -> Result<Option<Store>, Error> {
    let select = sql!("select * from stores where retailer_id = $1 and id = $2", retailer, id);
    c.fetch_optional(select).await?.as_ref().map(store).transpose()
}

/// One store of a retailer, locked until the change ends: every edit of a store, its map, zones and devices begins here,
/// so that edits of one store happen one after the other.
pub async fn lock(c: &mut Connection, retailer: RetailerId, id: StoreId) -> Result<Option<Store>, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update =
        sql!("update stores set version = version where retailer_id = $1 and id = $2 returning *", retailer, id);
    c.fetch_optional(update).await?.as_ref().map(store).transpose()
}

/// One store, whoever owns it; for the engine's own work.
pub async fn find_any(c: &mut Connection, id: StoreId) -> Result<Option<Store>, Error> {
    let select = sql!("select * from stores where id = $1", id);
    c.fetch_optional(select).await?.as_ref().map(store).transpose()
}

/// How full a store is. With `lock`, the row stays locked until the change ends (from check 11 on).
pub async fn occupancy(c: &mut Connection, id: StoreId, lock: bool) -> Result<Occupancy, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let statement = if lock {
        sql!(
            "update occupancy set reserved = reserved where store_id = $1
             returning customers, visitors, employees, testers, reserved",
            id
        )
    } else {
        sql!("select customers, visitors, employees, testers, reserved from occupancy where store_id = $1", id)
    };
    let row = c.fetch_one(statement).await?;
    Ok(Occupancy {
        customers: row.get("customers")?,
        visitors: row.get("visitors")?,
        employees: row.get("employees")?,
        testers: row.get("testers")?,
        reserved: row.get("reserved")?,
    })
}

/// Adds to the counts of a store; a count never goes below zero.
pub async fn change_occupancy(c: &mut Connection, id: StoreId, by: Occupancy, as_of: Moment) -> Result<(), Error> {
    let update = sql!(
        "update occupancy set customers = case when customers + $1 > 0 then customers + $2 else 0 end,
             visitors = case when visitors + $3 > 0 then visitors + $4 else 0 end,
             employees = case when employees + $5 > 0 then employees + $6 else 0 end,
             testers = case when testers + $7 > 0 then testers + $8 else 0 end,
             reserved = case when reserved + $9 > 0 then reserved + $10 else 0 end, as_of = $11
         where store_id = $12",
        by.customers,
        by.customers,
        by.visitors,
        by.visitors,
        by.employees,
        by.employees,
        by.testers,
        by.testers,
        by.reserved,
        by.reserved,
        as_of,
        id
    );
    c.execute_one(update).await.map(|_| ())
}

/// Stores whose clock was set, so that their time is not that of the server.
pub async fn with_own_clock(c: &mut Connection) -> Result<Vec<Store>, Error> {
    let select = sql!("select * from stores where clock_set_at is not null order by id limit 100000");
    c.fetch_all(select).await?.iter().map(store).collect()
}

/// The oldest store of a retailer.
pub async fn first(c: &mut Connection, retailer: RetailerId) -> Result<Option<Store>, Error> {
    let select = sql!("select * from stores where retailer_id = $1 order by id limit 1", retailer);
    c.fetch_optional(select).await?.as_ref().map(store).transpose()
}

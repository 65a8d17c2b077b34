//! Shopping sessions: one customer, one store, one code, one order.

use std::collections::BTreeSet;

use aisle_model::entry::SessionRef;
use aisle_model::session::SessionStatus;
use aisle_model::store::{Role, ShopperFlag};
use aisle_model::{CardId, CustomerId, EntryCode, Moment, RetailerId, SessionNumber, SessionToken, StoreId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

/// One trip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's Session")]
pub struct Session {
    pub number: SessionNumber,
    pub retailer: RetailerId,
    pub token: SessionToken,
    /// Absent once the customer was deleted.
    pub customer: Option<CustomerId>,
    /// In force for this trip from check-in on; before that, the customer's when the code was made.
    pub role: Role,
    pub code: EntryCode,
    pub store: Option<StoreId>,
    pub store_scannable_at: Option<StoreId>,
    pub status: SessionStatus,
    pub group_size: Option<i64>,
    /// How many people have come in so far.
    pub visitors: i64,
    /// Members inside now.
    pub inside: i64,
    /// Places held for members who have not come in yet.
    pub places: i64,
    pub priority: i64,
    pub referenced: Option<SessionToken>,
    pub metadata: Map<String, JsonValue>,
    pub flags: Vec<ShopperFlag>,
    pub suspected_fraud: bool,
    pub card: Option<CardId>,
    pub satisfaction: Option<i64>,
    pub satisfaction_submitted: bool,
    pub location: Option<String>,
    pub expires_at: Option<Moment>,
    pub first_scanned_at: Option<Moment>,
    pub last_scanned_at: Option<Moment>,
    pub first_entered_at: Option<Moment>,
    pub last_entered_at: Option<Moment>,
    pub first_exited_at: Option<Moment>,
    pub last_exited_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub version: i64,
}

impl Session {
    /// The session as the engine knows it.
    pub fn to_ref(&self) -> SessionRef {
        SessionRef { number: self.number, token: self.token.clone(), customer: self.customer, role: self.role }
    }
}

/// A trip to be made with its code.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in Session")]
pub struct NewSession {
    pub retailer: RetailerId,
    pub token: SessionToken,
    pub customer: CustomerId,
    pub role: Role,
    pub code: EntryCode,
    pub store_scannable_at: Option<StoreId>,
    pub group_size: Option<i64>,
    pub priority: i64,
    pub referenced: Option<SessionToken>,
    pub expires_at: Option<Moment>,
}

pub(crate) fn session(row: &Row) -> Result<Session, Error> {
    Ok(Session {
        number: row.get("number")?,
        retailer: row.get("retailer_id")?,
        token: row.get("token")?,
        customer: row.get("customer_id")?,
        role: row.get("role")?,
        code: row.get("code")?,
        store: row.get("store_id")?,
        store_scannable_at: row.get("store_id_scannable_at")?,
        status: row.get("status")?,
        group_size: row.get("group_size")?,
        visitors: row.get("visitors")?,
        inside: row.get("inside")?,
        places: row.get("places")?,
        priority: row.get("priority")?,
        referenced: row.get("referenced_token")?,
        metadata: row.get::<Json<_>>("metadata")?.0,
        flags: row.get::<Json<_>>("flags")?.0,
        suspected_fraud: row.get("suspected_fraud")?,
        card: row.get("card_id")?,
        satisfaction: row.get("satisfaction")?,
        satisfaction_submitted: row.get("satisfaction_submitted")?,
        location: row.get("location_id")?,
        expires_at: row.get("expires_at")?,
        first_scanned_at: row.get("first_scanned_at")?,
        last_scanned_at: row.get("last_scanned_at")?,
        first_entered_at: row.get("first_entered_at")?,
        last_entered_at: row.get("last_entered_at")?,
        first_exited_at: row.get("first_exited_at")?,
        last_exited_at: row.get("last_exited_at")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

/// Adds a pending trip and answers the row.
pub async fn insert(c: &mut Connection, new: &NewSession, now: Moment) -> Result<Session, Error> {
    let empty = Map::new();
    let insert = sql!(
        "insert into sessions (retailer_id, token, customer_id, role, code, store_id, store_id_scannable_at, status,
             group_size, priority, referenced_token, metadata, flags, suspected_fraud, satisfaction_submitted,
             expires_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $11, '[]', $12, $13, $14, $15, $16)
         returning *",
        new.retailer,
        &new.token,
        new.customer,
        new.role,
        &new.code,
        new.store_scannable_at,
        new.store_scannable_at,
        new.group_size,
        new.priority,
        new.referenced.as_ref(),
        json_text(&empty),
        false,
        false,
        new.expires_at,
        now,
        now
    );
    session(&c.fetch_one(insert).await?)
}

/// One trip by what names it.
pub async fn find(c: &mut Connection, retailer: RetailerId, token: &SessionToken) -> Result<Option<Session>, Error> {
    let select = sql!("select * from sessions where retailer_id = $1 and token = $2", retailer, token);
    c.fetch_optional(select).await?.as_ref().map(session).transpose()
}

/// One trip by its internal number.
pub async fn find_by_number(c: &mut Connection, number: SessionNumber) -> Result<Option<Session>, Error> {
    let select = sql!("select * from sessions where number = $1", number);
    c.fetch_optional(select).await?.as_ref().map(session).transpose()
}

/// One trip by its internal number, locked until the change ends.
pub async fn lock(c: &mut Connection, number: SessionNumber) -> Result<Option<Session>, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!("update sessions set version = version where number = $1 returning *", number);
    c.fetch_optional(update).await?.as_ref().map(session).transpose()
}

/// When the trip was made that so many trips of the customer came after.
pub async fn made_before(c: &mut Connection, customer: CustomerId, trips: i64) -> Result<Option<Moment>, Error> {
    let select = sql!(
        "select created_at from sessions where customer_id = $1 order by number desc limit 1 offset $2",
        customer,
        trips
    );
    c.fetch_optional(select).await?.map(|row| row.get("created_at")).transpose()
}

/// Ends trips that are still pending because the time of their codes is over.
pub async fn expire(c: &mut Connection, numbers: &[SessionNumber], now: Moment) -> Result<u64, Error> {
    if numbers.is_empty() {
        return Ok(0);
    }
    let mut update = Statement::build("update sessions set status = 'expired', updated_at = ");
    update
        .bind(now)
        .push(", version = version + 1 where status = 'pending' and number in (")
        .bind_list(numbers.iter().copied())
        .push(")");
    c.execute(&mut update).await
}

/// Saves everything that may change, if the row is still the version that was read. False when it is not.
pub async fn save(c: &mut Connection, changed: &Session, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update sessions set customer_id = $1, role = $2, store_id = $3, status = $4, visitors = $5, inside = $6,
             places = $7, metadata = $8, flags = $9, suspected_fraud = $10, card_id = $11, satisfaction = $12,
             satisfaction_submitted = $13, first_scanned_at = $14, last_scanned_at = $15, first_entered_at = $16,
             last_entered_at = $17, first_exited_at = $18, last_exited_at = $19, group_size = $20, updated_at = $21,
             version = version + 1
         where number = $22 and version = $23",
        changed.customer,
        changed.role,
        changed.store,
        changed.status,
        changed.visitors,
        changed.inside,
        changed.places,
        json_text(&changed.metadata),
        json_text(&changed.flags),
        changed.suspected_fraud,
        changed.card,
        changed.satisfaction,
        changed.satisfaction_submitted,
        changed.first_scanned_at,
        changed.last_scanned_at,
        changed.first_entered_at,
        changed.last_entered_at,
        changed.first_exited_at,
        changed.last_exited_at,
        changed.group_size,
        now,
        changed.number,
        changed.version
    );
    c.execute_one(update).await
}

/// Some of the trips of a customer, by number.
pub async fn of_customer(
    c: &mut Connection,
    customer: CustomerId,
    limit: i64,
) -> Result<BTreeSet<SessionNumber>, Error> {
    let select = sql!("select number from sessions where customer_id = $1 order by number limit $2", customer, limit);
    c.fetch_all(select).await?.iter().map(|row| row.get("number")).collect()
}

/// The open trips of a customer, by number.
pub async fn open_of(c: &mut Connection, customer: CustomerId) -> Result<BTreeSet<SessionNumber>, Error> {
    let select =
        sql!("select number from sessions where customer_id = $1 and status in ('pending', 'active')", customer);
    c.fetch_all(select).await?.iter().map(|row| row.get("number")).collect()
}

/// Locks trips in their order: a statement over many rows would lock them in any. With the embedded database a change is
/// alone anyway.
pub async fn lock_all(c: &mut Connection, numbers: &BTreeSet<SessionNumber>) -> Result<(), Error> {
    if c.is_postgres() {
        for number in numbers {
            lock(c, *number).await?;
        }
    }
    Ok(())
}

/// Whether a customer is on a trip that is under way.
pub async fn any_is_active(c: &mut Connection, customer: CustomerId) -> Result<bool, Error> {
    let select = sql!("select number from sessions where customer_id = $1 and status = 'active' limit 1", customer);
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Takes the customer and the card off some trips; answers their tokens.
pub async fn unlink(
    c: &mut Connection,
    numbers: &BTreeSet<SessionNumber>,
    now: Moment,
) -> Result<Vec<SessionToken>, Error> {
    let mut update = Statement::build(
        "update sessions set customer_id = null, card_id = null, version = version + 1, updated_at = ",
    );
    update.bind(now).push(" where number in (").bind_list(numbers.iter().copied()).push(") returning token");
    let rows = c.fetch_all(&mut update).await?;
    rows.iter().map(|row| row.get("token")).collect()
}

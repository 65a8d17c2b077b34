//! Customers. Deleted ones are read by no function of this file. Folding and hashing are the caller's.

use aisle_model::store::Role;
use aisle_model::{CustomerId, Moment, RetailerId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};

use super::ranges::{self, Texts};
use super::window::Window;
use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

pub use super::cards::{Card, of_customer as cards};

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of admin-commerce.md, section 2.1")]
pub struct Customer {
    pub id: CustomerId,
    pub retailer: RetailerId,
    pub email: String,
    /// A generated address is no personal data, never mailed to and no contact.
    pub email_is_generated: bool,
    pub external_id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub role: Role,
    pub priority: i64,
    pub metadata: Option<Map<String, JsonValue>>,
    pub blocked: bool,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub version: i64,
}

/// What a new or changed customer says; columns folded for comparison come with it.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as in Customer")]
pub struct CustomerText {
    pub email: String,
    pub email_folded: String,
    pub email_is_generated: bool,
    pub external_id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub phone_folded: Option<String>,
    pub role: Role,
    pub priority: i64,
    pub metadata: Option<Map<String, JsonValue>>,
    pub blocked: bool,
}

pub(crate) fn customer(row: &Row) -> Result<Customer, Error> {
    Ok(Customer {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        email: row.get("email")?,
        email_is_generated: row.get("email_is_generated")?,
        external_id: row.get("external_id")?,
        first_name: row.get("first_name")?,
        last_name: row.get("last_name")?,
        phone: row.get("phone")?,
        role: row.get("role")?,
        priority: row.get("priority")?,
        metadata: row.get::<Option<Json<_>>>("metadata")?.map(|json| json.0),
        blocked: row.get("blocked")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

/// Adds a customer and answers the row.
pub async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    text: &CustomerText,
    password_hash: Option<&str>,
    now: Moment,
) -> Result<Customer, Error> {
    let insert = sql!(
        "insert into customers (retailer_id, email, email_folded, email_is_generated, external_id, first_name, last_name,
             phone, phone_folded, role, priority, metadata, blocked, password_hash, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         returning id, retailer_id, email, email_is_generated, external_id, first_name, last_name, phone, role, priority,
             metadata, blocked, created_at, updated_at, version",
        retailer,
        &text.email,
        &text.email_folded,
        text.email_is_generated,
        text.external_id.clone(),
        text.first_name.clone(),
        text.last_name.clone(),
        text.phone.clone(),
        text.phone_folded.clone(),
        text.role,
        text.priority,
        text.metadata.as_ref().map(json_text),
        text.blocked,
        password_hash.map(str::to_owned),
        now,
        now
    );
    customer(&c.fetch_one(insert).await?)
}

/// One living customer of a retailer.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: CustomerId) -> Result<Option<Customer>, Error> {
    let select = sql!(
        "select id, retailer_id, email, email_is_generated, external_id, first_name, last_name, phone, role, priority,
             metadata, blocked, created_at, updated_at, version
         from customers where retailer_id = $1 and id = $2 and deleted_at is null",
        retailer,
        id
    );
    c.fetch_optional(select).await?.as_ref().map(customer).transpose()
}

/// The living customer of a retailer with this address, folded.
pub async fn find_by_email(c: &mut Connection, retailer: RetailerId, folded: &str) -> Result<Option<Customer>, Error> {
    let select = sql!(
        "select id, retailer_id, email, email_is_generated, external_id, first_name, last_name, phone, role, priority,
             metadata, blocked, created_at, updated_at, version
         from customers where retailer_id = $1 and email_folded = $2 and deleted_at is null",
        retailer,
        folded
    );
    c.fetch_optional(select).await?.as_ref().map(customer).transpose()
}

/// One living customer of a retailer, locked until the change ends, so that edits of one happen one after the other.
pub async fn lock(c: &mut Connection, retailer: RetailerId, id: CustomerId) -> Result<Option<Customer>, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!(
        "update customers set version = version where retailer_id = $1 and id = $2 and deleted_at is null
         returning id, retailer_id, email, email_is_generated, external_id, first_name, last_name, phone, role, priority,
             metadata, blocked, created_at, updated_at, version",
        retailer,
        id
    );
    c.fetch_optional(update).await?.as_ref().map(customer).transpose()
}

/// The password hash of a customer, if there is one.
pub async fn password_hash(c: &mut Connection, id: CustomerId) -> Result<Option<String>, Error> {
    let row =
        c.fetch_optional(sql!("select password_hash from customers where id = $1 and deleted_at is null", id)).await?;
    row.map_or(Ok(None), |row| row.get("password_hash"))
}

/// Saves everything a customer says, if the row is still the version that was read. `None` when it is not. A password
/// hash that is not given stays.
pub async fn save(
    c: &mut Connection,
    id: CustomerId,
    version: i64,
    text: &CustomerText,
    password_hash: Option<&str>,
    now: Moment,
) -> Result<Option<Customer>, Error> {
    let update = sql!(
        "update customers set email = $1, email_folded = $2, email_is_generated = $3, external_id = $4, first_name = $5,
             last_name = $6, phone = $7, phone_folded = $8, role = $9, priority = $10, metadata = $11, blocked = $12,
             password_hash = coalesce($13, password_hash), updated_at = $14, version = version + 1
         where id = $15 and version = $16 and deleted_at is null
         returning id, retailer_id, email, email_is_generated, external_id, first_name, last_name, phone, role, priority,
             metadata, blocked, created_at, updated_at, version",
        &text.email,
        &text.email_folded,
        text.email_is_generated,
        text.external_id.clone(),
        text.first_name.clone(),
        text.last_name.clone(),
        text.phone.clone(),
        text.phone_folded.clone(),
        text.role,
        text.priority,
        text.metadata.as_ref().map(json_text),
        text.blocked,
        password_hash.map(str::to_owned),
        now,
        id,
        version
    );
    c.fetch_optional(update).await?.as_ref().map(customer).transpose()
}

/// Notes that something about a customer changed that is not in the row: a card.
pub async fn touch(c: &mut Connection, id: CustomerId, now: Moment) -> Result<(), Error> {
    let update = sql!(
        "update customers set updated_at = $1, version = version + 1 where id = $2 and deleted_at is null",
        now,
        id
    );
    c.execute(update).await.map(drop)
}

/// Empties a living customer's row and marks it deleted; the id is never used again. False when it is gone already.
pub async fn erase(c: &mut Connection, id: CustomerId, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update customers set email = '', email_folded = '', email_is_generated = $1, external_id = null, first_name = null,
             last_name = null, phone = null, phone_folded = null, role = 'customer', priority = 0, metadata = null,
             blocked = $2, password_hash = null, updated_at = $3, deleted_at = $3, version = version + 1
         where id = $4 and deleted_at is null",
        true,
        false,
        now,
        id
    );
    c.execute_one(update).await
}

/// Reserves an external id for one customer of the retailer; a taken one is [`Error::Conflict`].
pub async fn reserve_external_id(
    c: &mut Connection,
    retailer: RetailerId,
    id: CustomerId,
    external_id: &str,
) -> Result<(), Error> {
    let insert = sql!(
        "insert into customer_external_ids (retailer_id, external_id, customer_id) values ($1, $2, $3)",
        retailer,
        external_id,
        id
    );
    c.execute(insert).await.map(drop)
}

/// Gives a customer's external id back; nothing happens where it was not reserved.
pub async fn release_external_id(
    c: &mut Connection,
    retailer: RetailerId,
    id: CustomerId,
    external_id: &str,
) -> Result<(), Error> {
    let delete = sql!(
        "delete from customer_external_ids where retailer_id = $1 and external_id = $2 and customer_id = $3",
        retailer,
        external_id,
        id
    );
    c.execute(delete).await.map(drop)
}

/// What a list keeps: all conditions must hold, and of each one any of its values; an empty list keeps everything.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct CustomerFilter {
    pub created_at: Window,
    pub updated_at: Window,
    pub external_ids: Vec<String>,
    /// Folded.
    pub emails: Vec<String>,
    pub instruments: Vec<InstrumentHashes>,
}

/// Keyed hashes of one id at a payment provider, which may be that of a card or its token.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the two columns it may stand in")]
pub struct InstrumentHashes {
    pub card_id: [u8; 32],
    pub token: [u8; 32],
}

/// The next customers by id, at most `count`.
pub async fn slice(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &CustomerFilter,
    after: CustomerId,
    count: i64,
) -> Result<Vec<Customer>, Error> {
    let mut select = Statement::build(
        "select id, retailer_id, email, email_is_generated, external_id, first_name, last_name, phone, role, priority,
             metadata, blocked, created_at, updated_at, version
         from customers where deleted_at is null and retailer_id = ",
    );
    select.bind(retailer).push(" and id > ").bind(after);
    let texts = Texts {
        one: "select 1 from customers where deleted_at is null and retailer_id = ",
        chosen: " and id in (select id from customers where deleted_at is null and retailer_id = ",
    };
    let conditions = vec![
        filter.created_at.condition(" and created_at >= ", " and created_at < "),
        filter.updated_at.condition(" and updated_at >= ", " and updated_at < "),
    ];
    ranges::push(c, &mut select, &texts, retailer, conditions).await?;
    if !filter.external_ids.is_empty() {
        let ids = filter.external_ids.iter();
        select.push(" and external_id in (").bind_list(ids).push(")");
    }
    if !filter.emails.is_empty() {
        let emails = filter.emails.iter();
        select.push(" and email_folded in (").bind_list(emails).push(")");
    }
    if !filter.instruments.is_empty() {
        select
            .push(" and id in (select customer_id from cards where card_id_hash in (")
            .bind_list(filter.instruments.iter().map(|hashes| hashes.card_id))
            .push(") union select customer_id from cards where token_hash in (")
            .bind_list(filter.instruments.iter().map(|hashes| hashes.token))
            .push("))");
    }
    select.push(" order by id limit ").bind(count);
    c.fetch_all(select).await?.iter().map(customer).collect()
}

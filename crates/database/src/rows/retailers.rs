//! Retailers: the tenants.

use aisle_model::{Moment, RetailerId};
use serde_json::{Map, Value as Json1};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

/// One retailer.
#[derive(Debug, Clone)]
pub struct Retailer {
    /// Its id.
    pub id: RetailerId,
    /// Unique on this server; part of client ids.
    pub name: String,
    /// The settings that differ from their defaults.
    pub settings: Map<String, Json1>,
}

fn retailer(row: &Row) -> Result<Retailer, Error> {
    Ok(Retailer { id: row.get("id")?, name: row.get("name")?, settings: row.get::<Json<_>>("settings")?.0 })
}

/// Adds a retailer, unfinished.
pub async fn insert(c: &mut Connection, name: &str, now: Moment) -> Result<RetailerId, Error> {
    let insert = sql!(
        "insert into retailers (name, settings, unfinished, created_at) values ($1, $2, $3, $4) returning id",
        name,
        json_text(&Map::new()),
        true,
        now
    );
    c.fetch_one(insert).await?.get("id")
}

/// One retailer by id.
pub async fn find(c: &mut Connection, id: RetailerId) -> Result<Option<Retailer>, Error> {
    let row = c.fetch_optional(sql!("select id, name, settings from retailers where id = $1", id)).await?;
    row.as_ref().map(retailer).transpose()
}

/// The one retailer of this name whose seeding ended.
pub async fn find_named(c: &mut Connection, name: &str) -> Result<Option<RetailerId>, Error> {
    let row =
        c.fetch_optional(sql!("select id from retailers where name = $1 and unfinished = $2", name, false)).await?;
    row.map(|row| row.get("id")).transpose()
}

/// The retailer of a server that has only one.
pub async fn only_one(c: &mut Connection) -> Result<Option<RetailerId>, Error> {
    let rows = c.fetch_all(sql!("select id from retailers where unfinished = $1 order by id limit 2", false)).await?;
    match rows.as_slice() {
        [row] => row.get("id").map(Some),
        _ => Ok(None),
    }
}

/// All retailers, oldest first; a server has few.
pub async fn list(c: &mut Connection) -> Result<Vec<Retailer>, Error> {
    let rows = c.fetch_all(sql!("select id, name, settings from retailers order by id limit 10000")).await?;
    rows.iter().map(retailer).collect()
}

/// Marks a retailer as complete. Until then it is the remainder of a seeding that may have been interrupted.
pub async fn finish(c: &mut Connection, id: RetailerId) -> Result<(), Error> {
    let update = sql!("update retailers set unfinished = $1 where id = $2", false, id);
    c.execute_one(update).await.map(drop)
}

/// Retailers whose seeding did not end.
pub async fn unfinished(c: &mut Connection) -> Result<Vec<RetailerId>, Error> {
    let select = sql!("select id from retailers where unfinished = $1 order by id limit 1000", true);
    c.fetch_all(select).await?.iter().map(|row| row.get("id")).collect()
}

/// Removes a retailer whose seeding did not end, with everything that was made for it.
pub async fn erase_unfinished(c: &mut Connection, id: RetailerId) -> Result<(), Error> {
    for statement in ERASING {
        c.execute(Statement::fixed(statement, vec![id.into()])).await?;
    }
    Ok(())
}

/// Whatever seeding can have made, those first that refer to others.
const ERASING: &[&str] = &[
    "delete from deliveries where message in (select id from messages where retailer_id = $1)",
    "delete from messages where retailer_id = $1",
    "delete from webhook_secrets where webhook_id in (select id from webhooks where retailer_id = $1)",
    "delete from webhooks where retailer_id = $1",
    "delete from entry_codes where retailer_id = $1",
    "delete from sessions where retailer_id = $1",
    "delete from customer_external_ids where retailer_id = $1",
    "delete from cards where customer_id in (select id from customers where retailer_id = $1)",
    "delete from customers where retailer_id = $1",
    "delete from api_keys where retailer_id = $1",
    "delete from applications where retailer_id = $1",
    "delete from planned_products where store_id in (select id from stores where retailer_id = $1)",
    "delete from planograms where store_id in (select id from stores where retailer_id = $1)",
    "delete from product_barcodes where retailer_id = $1",
    "delete from product_variants where retailer_id = $1",
    "delete from store_prices where retailer_id = $1",
    "delete from product_numbers where retailer_id = $1",
    "delete from products where retailer_id = $1",
    "delete from commands where store_id in (select id from stores where retailer_id = $1)",
    "delete from stream_chunks where store_id in (select id from stores where retailer_id = $1)",
    "delete from streams where store_id in (select id from stores where retailer_id = $1)",
    "delete from check_in_devices where store_id in (select id from stores where retailer_id = $1)",
    "delete from zones where store_id in (select id from stores where retailer_id = $1)",
    "delete from occupancy where store_id in (select id from stores where retailer_id = $1)",
    "delete from stores where retailer_id = $1",
    "delete from console_users where retailer_id = $1",
    "delete from retailers where id = $1 and unfinished = true",
];

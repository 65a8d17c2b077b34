//! Stock: units believed to be in the bins of shelves, now and at every moment before.
//!
//! A row names the bin in which its units were when they last changed; plans that came into force since may have moved
//! them on, which is the caller's to work out. Rows of no units stay: they are the keys of the past.

use aisle_model::{GondolaId, Moment, ProductId, RetailerId, StoreId};

use crate::{Connection, Error, Row, Statement, sql};

/// Units of one product in one bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the contract")]
pub struct Stock {
    pub gondola: GondolaId,
    pub shelf_index: i64,
    pub bin_index: i64,
    pub product: ProductId,
    pub units: i64,
    /// Store clock.
    pub changed_at: Moment,
}

fn stock(row: &Row) -> Result<Stock, Error> {
    Ok(Stock {
        gondola: row.get("gondola_id")?,
        shelf_index: row.get("shelf_index")?,
        bin_index: row.get("bin_index")?,
        product: row.get("product_id")?,
        units: row.get("units")?,
        changed_at: row.get("changed_at")?,
    })
}

/// What lies in a store, or on one gondola of it, in order of gondola, shelf, bin and product.
pub async fn list(c: &mut Connection, store: StoreId, gondola: Option<GondolaId>) -> Result<Vec<Stock>, Error> {
    let mut select = Statement::build(
        "select gondola_id, shelf_index, bin_index, product_id, units, changed_at from stock
         where units > 0 and store_id = ",
    );
    select.bind(store);
    if let Some(gondola) = gondola {
        select.push(" and gondola_id = ").bind(gondola);
    }
    select.push(" order by gondola_id, shelf_index, bin_index, product_id limit 1000000");
    c.fetch_all(&mut select).await?.iter().map(stock).collect()
}

/// The gondolas of the retailer's stores on which units of a product were put and not taken away.
pub async fn gondolas_with_product(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
) -> Result<Vec<(StoreId, GondolaId)>, Error> {
    let select = sql!(
        "select distinct k.store_id, k.gondola_id from stores s join stock k on k.store_id = s.id
         where s.retailer_id = $1 and k.product_id = $2 and k.units > 0
         order by k.store_id, k.gondola_id limit 100000",
        retailer,
        product
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| Ok((row.get("store_id")?, row.get("gondola_id")?))).collect()
}

/// What lay on a gondola at a moment, in the same order.
pub async fn at(c: &mut Connection, store: StoreId, gondola: GondolaId, moment: Moment) -> Result<Vec<Stock>, Error> {
    let select = sql!(
        "select h.gondola_id, h.shelf_index, h.bin_index, h.product_id, h.units, h.at as changed_at
         from stock s join stock_changes h on h.id = (
             select id from stock_changes
             where store_id = s.store_id and gondola_id = s.gondola_id and shelf_index = s.shelf_index
               and bin_index = s.bin_index and product_id = s.product_id and at <= $1
             order by at desc, id desc limit 1)
         where s.store_id = $2 and s.gondola_id = $3 and h.units > 0
         order by h.shelf_index, h.bin_index, h.product_id limit 1000000",
        moment,
        store,
        gondola
    );
    c.fetch_all(select).await?.iter().map(stock).collect()
}

/// Says how many units there are. The caller holds the lock of the store.
pub async fn set(c: &mut Connection, store: StoreId, now: &Stock, cause: &'static str) -> Result<(), Error> {
    let upsert = sql!(
        "insert into stock (store_id, gondola_id, shelf_index, bin_index, product_id, units, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (store_id, gondola_id, shelf_index, bin_index, product_id)
         do update set units = excluded.units, changed_at = excluded.changed_at",
        store,
        now.gondola,
        now.shelf_index,
        now.bin_index,
        now.product,
        now.units,
        now.changed_at
    );
    c.execute_one(upsert).await?;
    let insert = sql!(
        "insert into stock_changes (store_id, gondola_id, shelf_index, bin_index, product_id, units, cause, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        store,
        now.gondola,
        now.shelf_index,
        now.bin_index,
        now.product,
        now.units,
        cause,
        now.changed_at
    );
    c.execute_one(insert).await.map(drop)
}

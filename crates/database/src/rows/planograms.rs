//! Planograms: which product belongs into which bin of a shelf, from when on.

use std::collections::BTreeSet;

use aisle_model::store_map::SizeType;
use aisle_model::{GondolaId, Moment, ProductId, RetailerId, StoreId};
use serde::{Deserialize, Serialize};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, Value, sql};

/// A place of a shelf for one product, counted from 0 at the left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract")]
pub struct Bin {
    /// Absent: the shelf has a gap here.
    pub product: Option<ProductId>,
    /// Metres, or whole plates on a shelf with plates.
    pub size: f64,
    /// Units at or under which it is low; the store's threshold when absent.
    pub low_threshold: Option<i64>,
}

/// The plan of one shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the contract")]
pub struct ShelfPlan {
    pub gondola: GondolaId,
    pub shelf_index: i64,
    pub effective_from: Moment,
    pub size_type: SizeType,
    pub bins: Vec<Bin>,
}

fn shelf_plan(row: &Row) -> Result<ShelfPlan, Error> {
    Ok(ShelfPlan {
        gondola: row.get("gondola_id")?,
        shelf_index: row.get("shelf_index")?,
        effective_from: row.get("effective_from")?,
        size_type: row.get("size_type")?,
        bins: row.get::<Json<_>>("bins")?.0,
    })
}

/// Saves the plan of a shelf from a moment on; one for the same moment gives way.
pub async fn save(c: &mut Connection, store: StoreId, plan: &ShelfPlan, now: Moment) -> Result<(), Error> {
    let upsert = sql!(
        "insert into planograms (store_id, gondola_id, shelf_index, effective_from, size_type, bins, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (store_id, gondola_id, shelf_index, effective_from)
         do update set size_type = excluded.size_type, bins = excluded.bins, created_at = excluded.created_at",
        store,
        plan.gondola,
        plan.shelf_index,
        plan.effective_from,
        plan.size_type,
        json_text(&plan.bins),
        now
    );
    c.execute_one(upsert).await?;
    let forget = sql!(
        "delete from planned_products
         where store_id = $1 and gondola_id = $2 and shelf_index = $3 and effective_from = $4",
        store,
        plan.gondola,
        plan.shelf_index,
        plan.effective_from
    );
    c.execute(forget).await?;
    let products: BTreeSet<ProductId> = plan.bins.iter().filter_map(|bin| bin.product).collect();
    if products.is_empty() {
        return Ok(());
    }
    let mut insert = Statement::build(
        "insert into planned_products (store_id, product_id, gondola_id, shelf_index, effective_from) values ",
    );
    insert.bind_rows(products.into_iter().map(|product| {
        let row: [Value; 5] =
            [store.into(), product.into(), plan.gondola.into(), plan.shelf_index.into(), plan.effective_from.into()];
        row
    }));
    c.execute(&mut insert).await.map(drop)
}

/// The plans of a store, or of one gondola, that began to hold after a moment and not later than another, oldest first.
pub async fn between(
    c: &mut Connection,
    store: StoreId,
    gondola: Option<GondolaId>,
    after: Moment,
    until: Moment,
) -> Result<Vec<ShelfPlan>, Error> {
    let mut select = Statement::build(
        "select gondola_id, shelf_index, effective_from, size_type, bins from planograms where store_id = ",
    );
    select.bind(store).push(" and effective_from > ").bind(after);
    select.push(" and effective_from <= ").bind(until);
    if let Some(gondola) = gondola {
        select.push(" and gondola_id = ").bind(gondola);
    }
    select.push(" order by effective_from limit 100000");
    c.fetch_all(&mut select).await?.iter().map(shelf_plan).collect()
}

/// The plans of one gondola in force at a moment, by shelf.
pub async fn in_force_on(
    c: &mut Connection,
    store: StoreId,
    gondola: GondolaId,
    at: Moment,
) -> Result<Vec<ShelfPlan>, Error> {
    let select = sql!(
        "select gondola_id, shelf_index, effective_from, size_type, bins from planograms as plan
         where store_id = $1 and gondola_id = $2 and effective_from = (
             select max(effective_from) from planograms
             where store_id = plan.store_id and gondola_id = plan.gondola_id and shelf_index = plan.shelf_index
               and effective_from <= $3)
         order by shelf_index limit 1000",
        store,
        gondola,
        at
    );
    c.fetch_all(select).await?.iter().map(shelf_plan).collect()
}

/// Drops the plans of a shelf that begin to hold after a moment.
pub async fn drop_after(
    c: &mut Connection,
    store: StoreId,
    gondola: GondolaId,
    shelf_index: i64,
    moment: Moment,
) -> Result<(), Error> {
    for delete in [
        "delete from planned_products
         where store_id = $1 and gondola_id = $2 and shelf_index = $3 and effective_from > $4",
        "delete from planograms
         where store_id = $1 and gondola_id = $2 and shelf_index = $3 and effective_from > $4",
    ] {
        let values = vec![store.into(), gondola.into(), shelf_index.into(), moment.into()];
        c.execute(Statement::fixed(delete, values)).await?;
    }
    Ok(())
}

/// The plans in force at a moment, by gondola and shelf.
pub async fn in_force(c: &mut Connection, store: StoreId, at: Moment) -> Result<Vec<ShelfPlan>, Error> {
    let select = sql!(
        "select gondola_id, shelf_index, effective_from, size_type, bins from planograms as plan
         where store_id = $1 and effective_from = (
             select max(effective_from) from planograms
             where store_id = plan.store_id and gondola_id = plan.gondola_id and shelf_index = plan.shelf_index
               and effective_from <= $2)
         order by gondola_id, shelf_index limit 100000",
        store,
        at
    );
    c.fetch_all(select).await?.iter().map(shelf_plan).collect()
}

/// Every plan of the retailer's stores, past and future ones too, that has a bin for a product.
pub async fn with_product(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
) -> Result<Vec<(StoreId, ShelfPlan)>, Error> {
    let select = sql!(
        "select p.store_id, p.gondola_id, p.shelf_index, p.effective_from, p.size_type, p.bins
         from stores s
         join planned_products q on q.store_id = s.id
         join planograms p on p.store_id = q.store_id and p.gondola_id = q.gondola_id
             and p.shelf_index = q.shelf_index and p.effective_from = q.effective_from
         where s.retailer_id = $1 and q.product_id = $2
         order by p.store_id, p.gondola_id, p.shelf_index, p.effective_from limit 100000",
        retailer,
        product
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| Ok((row.get("store_id")?, shelf_plan(row)?))).collect()
}

/// The gondolas of the retailer's stores that ever planned a product, or will.
pub async fn gondolas_with_product(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
) -> Result<Vec<(StoreId, GondolaId)>, Error> {
    let select = sql!(
        "select distinct q.store_id, q.gondola_id from stores s join planned_products q on q.store_id = s.id
         where s.retailer_id = $1 and q.product_id = $2 order by q.store_id, q.gondola_id limit 100000",
        retailer,
        product
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| Ok((row.get("store_id")?, row.get("gondola_id")?))).collect()
}

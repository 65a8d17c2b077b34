//! Products of a retailer's catalogue: what is said of the product itself. Its variants, barcodes and prices by store have
//! files of their own. Deleted ones are read by no function of this file; only their ids stay taken.

use aisle_model::product::RestrictionCategory;
use aisle_model::{Moment, Price, ProductId, RetailerId};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, sql};

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's Product")]
pub struct Product {
    /// Unique within the retailer.
    pub id: ProductId,
    pub external_id: Option<String>,
    pub name: String,
    pub category: Option<String>,
    pub price: Price,
    /// Whether prices by store were ever given: then the price is not used any more.
    pub has_store_prices: bool,
    pub restricted: bool,
    pub restriction_category: Option<RestrictionCategory>,
    pub tax_code: Option<String>,
    pub quantity: i64,
    pub sku: Option<String>,
    pub inventory_item_id: Option<i64>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub version: i64,
}

/// What is said of a product.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as in Product")]
pub struct ProductText {
    pub external_id: Option<String>,
    pub name: String,
    /// For comparing without regard to letter case.
    pub name_folded: String,
    pub category: Option<String>,
    pub price: Price,
    pub has_store_prices: bool,
    pub restricted: bool,
    pub restriction_category: Option<RestrictionCategory>,
    pub tax_code: Option<String>,
    pub quantity: i64,
    pub sku: Option<String>,
    pub inventory_item_id: Option<i64>,
}

pub(crate) fn product(row: &Row) -> Result<Product, Error> {
    Ok(Product {
        id: row.get("id")?,
        external_id: row.get("external_id")?,
        name: row.get("name")?,
        category: row.get("category")?,
        price: row.get("price")?,
        has_store_prices: row.get("has_store_prices")?,
        restricted: row.get("restricted")?,
        restriction_category: row.get("restriction_category")?,
        tax_code: row.get("tax_code")?,
        quantity: row.get("quantity")?,
        sku: row.get("sku")?,
        inventory_item_id: row.get("inventory_item_id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn first(row: Option<&Row>) -> Result<Option<Product>, Error> {
    row.map(product).transpose()
}

/// Adds a product. `None` when its id is or was in use, or a living product has its external id.
pub async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    text: &ProductText,
    now: Moment,
) -> Result<Option<Product>, Error> {
    let insert = sql!(
        "insert into products (retailer_id, id, external_id, name, name_folded, category, price, has_store_prices,
             restricted, restriction_category, tax_code, quantity, sku, inventory_item_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict do nothing returning *",
        retailer,
        id,
        text.external_id.clone(),
        &text.name,
        &text.name_folded,
        text.category.clone(),
        text.price,
        text.has_store_prices,
        text.restricted,
        text.restriction_category,
        text.tax_code.clone(),
        text.quantity,
        text.sku.clone(),
        text.inventory_item_id,
        now,
        now
    );
    first(c.fetch_optional(insert).await?.as_ref())
}

/// Gives the id of a deleted product to a new one. `None` when no deleted product has it; a taken external id is
/// [`Error::Conflict`].
pub async fn revive(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    text: &ProductText,
    now: Moment,
) -> Result<Option<Product>, Error> {
    let update = sql!(
        "update products set external_id = $1, name = $2, name_folded = $3, category = $4, price = $5,
             has_store_prices = $6, restricted = $7, restriction_category = $8, tax_code = $9, quantity = $10, sku = $11,
             inventory_item_id = $12, created_at = $13, updated_at = $14, deleted_at = null, version = version + 1
         where retailer_id = $15 and id = $16 and deleted_at is not null returning *",
        text.external_id.clone(),
        &text.name,
        &text.name_folded,
        text.category.clone(),
        text.price,
        text.has_store_prices,
        text.restricted,
        text.restriction_category,
        text.tax_code.clone(),
        text.quantity,
        text.sku.clone(),
        text.inventory_item_id,
        now,
        now,
        retailer,
        id
    );
    first(c.fetch_optional(update).await?.as_ref())
}

/// Saves everything that is said of a living product, which the caller has locked; a taken external id is
/// [`Error::Conflict`].
pub async fn save(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    text: &ProductText,
    now: Moment,
) -> Result<Option<Product>, Error> {
    let update = sql!(
        "update products set external_id = $1, name = $2, name_folded = $3, category = $4, price = $5,
             has_store_prices = $6, restricted = $7, restriction_category = $8, tax_code = $9, quantity = $10, sku = $11,
             inventory_item_id = $12, updated_at = $13, version = version + 1
         where retailer_id = $14 and id = $15 and deleted_at is null returning *",
        text.external_id.clone(),
        &text.name,
        &text.name_folded,
        text.category.clone(),
        text.price,
        text.has_store_prices,
        text.restricted,
        text.restriction_category,
        text.tax_code.clone(),
        text.quantity,
        text.sku.clone(),
        text.inventory_item_id,
        now,
        retailer,
        id
    );
    first(c.fetch_optional(update).await?.as_ref())
}

/// A variant, barcode or price of the product changed.
pub async fn touch(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    now: Moment,
) -> Result<Option<Product>, Error> {
    let update = sql!(
        "update products set updated_at = $1, version = version + 1
         where retailer_id = $2 and id = $3 and deleted_at is null returning *",
        now,
        retailer,
        id
    );
    first(c.fetch_optional(update).await?.as_ref())
}

/// One living product.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: ProductId) -> Result<Option<Product>, Error> {
    let select = sql!("select * from products where retailer_id = $1 and id = $2 and deleted_at is null", retailer, id);
    first(c.fetch_optional(select).await?.as_ref())
}

/// One living product, locked until the change ends. Whoever changes anything of a product holds this lock.
pub async fn lock(c: &mut Connection, retailer: RetailerId, id: ProductId) -> Result<Option<Product>, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!(
        "update products set version = version where retailer_id = $1 and id = $2 and deleted_at is null returning *",
        retailer,
        id
    );
    first(c.fetch_optional(update).await?.as_ref())
}

/// The living product with an external id, locked.
pub async fn lock_by_external_id(
    c: &mut Connection,
    retailer: RetailerId,
    external_id: &str,
) -> Result<Option<Product>, Error> {
    let update = sql!(
        "update products set version = version
         where retailer_id = $1 and external_id = $2 and deleted_at is null returning *",
        retailer,
        external_id
    );
    first(c.fetch_optional(update).await?.as_ref())
}

/// Takes a product, its variants, barcodes and prices out of the catalogue. The caller has locked it.
pub async fn delete(c: &mut Connection, retailer: RetailerId, id: ProductId, now: Moment) -> Result<(), Error> {
    let barcodes = sql!(
        "delete from product_barcodes where variant_id in
             (select id from product_variants where retailer_id = $1 and product_id = $2)",
        retailer,
        id
    );
    c.execute(barcodes).await?;
    let variants = sql!("delete from product_variants where retailer_id = $1 and product_id = $2", retailer, id);
    c.execute(variants).await?;
    let prices = sql!("delete from store_prices where retailer_id = $1 and product_id = $2", retailer, id);
    c.execute(prices).await?;
    let update = sql!(
        "update products set deleted_at = $1, version = version + 1
         where retailer_id = $2 and id = $3 and deleted_at is null",
        now,
        retailer,
        id
    );
    c.execute_one(update).await.map(drop)
}

/// An id that no product of the retailer has or had, counting up. Holds the retailer's counter until the change ends.
pub async fn next_id(c: &mut Connection, retailer: RetailerId) -> Result<ProductId, Error> {
    let count = sql!(
        "insert into product_numbers (retailer_id, last) values ($1, 1)
         on conflict (retailer_id) do update set last = product_numbers.last + 1 returning last",
        retailer
    );
    let next: ProductId = c.fetch_one(count).await?.get("last")?;
    let gap = sql!(
        "select p.id + 1 as gap from products p where p.retailer_id = $1 and p.id >= $2
             and exists (select 1 from products n where n.retailer_id = $3 and n.id = $4)
             and not exists (select 1 from products q where q.retailer_id = p.retailer_id and q.id = p.id + 1)
         order by p.id limit 1",
        retailer,
        next,
        retailer,
        next
    );
    let Some(row) = c.fetch_optional(gap).await? else {
        return Ok(next);
    };
    let free: ProductId = row.get("gap")?;
    let skip = sql!("update product_numbers set last = $1 where retailer_id = $2", free, retailer);
    c.execute_one(skip).await?;
    Ok(free)
}

/// The distinct categories of living products, by code point. Each is looked up in the index behind the one before, so
/// that the number of products does not count.
pub async fn categories(c: &mut Connection, retailer: RetailerId) -> Result<Vec<String>, Error> {
    let select = sql!(
        "with recursive found (category) as (
             select min(category) from products where retailer_id = $1 and deleted_at is null and category > ''
             union all
             select (select min(p.category) from products p
                     where p.retailer_id = $2 and p.deleted_at is null and p.category > found.category)
             from found where found.category is not null)
         select category from found where category is not null order by category limit 100000",
        retailer,
        retailer
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| row.get("category")).collect()
}

//! Products as they were when they were sold. Never changed, and kept when the product goes.

use aisle_model::{Moment, ProductId, ProductSnapshotId, RetailerId};
use serde::{Deserialize, Serialize};

use super::window::Window;
use crate::{Connection, Error, Row, Statement, sql};

/// A product as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's ProductSnapshot")]
pub struct ProductSnapshot {
    pub id: ProductSnapshotId,
    pub product: ProductId,
    pub text: SnapshotText,
    pub created_at: Moment,
}

/// What is kept of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in ProductSnapshot")]
pub struct SnapshotText {
    pub name: String,
    /// With the minor digits of the currency it was sold in.
    pub price: String,
    pub barcode: Option<String>,
    pub category: Option<String>,
    pub thumbnail: Option<String>,
    pub weight_grams: Option<f64>,
    pub sku: Option<String>,
    pub external_id: Option<String>,
    pub tax_code: Option<String>,
}

fn snapshot(row: &Row) -> Result<ProductSnapshot, Error> {
    Ok(ProductSnapshot {
        id: row.get("id")?,
        product: row.get("product_id")?,
        text: SnapshotText {
            name: row.get("name")?,
            price: row.get("price")?,
            barcode: row.get("barcode")?,
            category: row.get("category")?,
            thumbnail: row.get("thumbnail")?,
            weight_grams: row.get("weight_grams")?,
            sku: row.get("sku")?,
            external_id: row.get("external_id")?,
            tax_code: row.get("tax_code")?,
        },
        created_at: row.get("created_at")?,
    })
}

/// The snapshots that were taken of a product with this price, youngest first, at most `count`.
pub async fn latest(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
    price: &str,
    count: i64,
) -> Result<Vec<ProductSnapshot>, Error> {
    let select = sql!(
        "select * from product_snapshots where retailer_id = $1 and product_id = $2 and price = $3
         order by id desc limit $4",
        retailer,
        product,
        price,
        count
    );
    c.fetch_all(select).await?.iter().map(snapshot).collect()
}

/// Keeps a product as it is now.
pub async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
    text: &SnapshotText,
    now: Moment,
) -> Result<ProductSnapshot, Error> {
    let insert = sql!(
        "insert into product_snapshots (retailer_id, product_id, name, price, barcode, category, thumbnail, weight_grams,
             sku, external_id, tax_code, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *",
        retailer,
        product,
        &text.name,
        &text.price,
        text.barcode.clone(),
        text.category.clone(),
        text.thumbnail.clone(),
        text.weight_grams,
        text.sku.clone(),
        text.external_id.clone(),
        text.tax_code.clone(),
        now
    );
    snapshot(&c.fetch_one(insert).await?)
}

/// One page, oldest first.
pub async fn slice(
    c: &mut Connection,
    retailer: RetailerId,
    product: Option<ProductId>,
    created_at: Window,
    offset: i64,
    count: i64,
) -> Result<Vec<ProductSnapshot>, Error> {
    let mut select = Statement::build("select * from product_snapshots where retailer_id = ");
    select.bind(retailer);
    if let Some(product) = product {
        select.push(" and product_id = ").bind(product);
    }
    created_at.push(&mut select, " and created_at >= ", " and created_at < ");
    select.push(" order by id limit ").bind(count);
    select.push(" offset ").bind(offset);
    c.fetch_all(&mut select).await?.iter().map(snapshot).collect()
}

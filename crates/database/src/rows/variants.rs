//! Variants of products. They go with their product, so each that is there belongs to a living one.

use aisle_model::{Moment, ProductId, RetailerId, VariantId};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, Statement, sql};

/// One sellable form of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's Variant")]
pub struct Variant {
    pub id: VariantId,
    pub product: ProductId,
    /// The one that the product shows; exactly one at every moment.
    pub is_default: bool,
    pub text: VariantText,
}

/// What is said of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in Variant")]
pub struct VariantText {
    pub external_id: Option<String>,
    pub name: String,
    pub weight_grams: f64,
    pub thumbnail: Option<String>,
    pub invalid_thumbnail: bool,
}

fn variant(row: &Row) -> Result<Variant, Error> {
    Ok(Variant {
        id: row.get("id")?,
        product: row.get("product_id")?,
        is_default: row.get("is_default")?,
        text: VariantText {
            external_id: row.get("external_id")?,
            name: row.get("name")?,
            weight_grams: row.get("weight_grams")?,
            thumbnail: row.get("thumbnail")?,
            invalid_thumbnail: row.get("invalid_thumbnail")?,
        },
    })
}

/// Adds a variant; a taken external id is [`Error::Conflict`].
pub async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
    text: &VariantText,
    is_default: bool,
    now: Moment,
) -> Result<VariantId, Error> {
    let insert = sql!(
        "insert into product_variants (retailer_id, product_id, external_id, name, weight_grams, thumbnail,
             invalid_thumbnail, is_default, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        retailer,
        product,
        text.external_id.clone(),
        &text.name,
        text.weight_grams,
        text.thumbnail.clone(),
        text.invalid_thumbnail,
        is_default,
        now
    );
    c.fetch_one(insert).await?.get("id")
}

/// Saves everything that is said of a variant; a taken external id is [`Error::Conflict`].
pub async fn save(c: &mut Connection, id: VariantId, text: &VariantText) -> Result<bool, Error> {
    let update = sql!(
        "update product_variants set external_id = $1, name = $2, weight_grams = $3, thumbnail = $4,
             invalid_thumbnail = $5
         where id = $6",
        text.external_id.clone(),
        &text.name,
        text.weight_grams,
        text.thumbnail.clone(),
        text.invalid_thumbnail,
        id
    );
    c.execute_one(update).await
}

/// Takes the default mark from the variant that has it. Within the same change another one gets it.
pub async fn clear_default(c: &mut Connection, retailer: RetailerId, product: ProductId) -> Result<(), Error> {
    let update = sql!(
        "update product_variants set is_default = $1 where retailer_id = $2 and product_id = $3 and is_default",
        false,
        retailer,
        product
    );
    c.execute_one(update).await.map(drop)
}

/// Gives the default mark to a variant.
pub async fn set_default(c: &mut Connection, id: VariantId) -> Result<bool, Error> {
    let update = sql!("update product_variants set is_default = $1 where id = $2", true, id);
    c.execute_one(update).await
}

/// Removes a variant and frees its barcodes.
pub async fn delete(c: &mut Connection, id: VariantId) -> Result<bool, Error> {
    c.execute(sql!("delete from product_barcodes where variant_id = $1", id)).await?;
    c.execute_one(sql!("delete from product_variants where id = $1", id)).await
}

/// One variant.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: VariantId) -> Result<Option<Variant>, Error> {
    let select = sql!("select * from product_variants where retailer_id = $1 and id = $2", retailer, id);
    c.fetch_optional(select).await?.as_ref().map(variant).transpose()
}

/// All variants of these products, by product, default first, then oldest first.
pub async fn of_products(
    c: &mut Connection,
    retailer: RetailerId,
    products: &[ProductId],
) -> Result<Vec<Variant>, Error> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build("select * from product_variants where retailer_id = ");
    select.bind(retailer).push(" and product_id in (");
    select.bind_list(products.iter().copied());
    select.push(") order by product_id, is_default desc, id");
    c.fetch_all(&mut select).await?.iter().map(variant).collect()
}

/// What the list of variants keeps; all conditions must hold, and of a list any value. An empty list keeps everything.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct VariantFilter {
    pub products: Vec<ProductId>,
    /// As they are compared.
    pub barcode_keys: Vec<String>,
    pub external_ids: Vec<String>,
    pub is_default: Option<bool>,
}

/// A page of variants by id.
pub async fn slice(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &VariantFilter,
    offset: i64,
    count: i64,
) -> Result<Vec<Variant>, Error> {
    let mut select = Statement::build("select * from product_variants where retailer_id = ");
    select.bind(retailer);
    if !filter.products.is_empty() {
        select.push(" and product_id in (");
        select.bind_list(filter.products.iter().copied()).push(")");
    }
    if !filter.external_ids.is_empty() {
        select.push(" and external_id in (");
        select.bind_list(&filter.external_ids).push(")");
    }
    if !filter.barcode_keys.is_empty() {
        select.push(" and id in (select variant_id from product_barcodes where retailer_id = ");
        select.bind(retailer).push(" and barcode_key in (");
        select.bind_list(&filter.barcode_keys).push("))");
    }
    if let Some(is_default) = filter.is_default {
        select.push(" and is_default = ").bind(is_default);
    }
    select.push(" order by id limit ").bind(count);
    select.push(" offset ").bind(offset);
    c.fetch_all(&mut select).await?.iter().map(variant).collect()
}

//! Barcodes of variants. Unique within the retailer by their key, which is the caller's to make
//! ([`aisle_model::product::barcode_key`]).

use aisle_model::{ProductId, RetailerId, VariantId};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, Statement, sql};

/// One barcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barcode {
    /// Whose it is.
    pub variant: VariantId,
    /// As it was written, leading zeros included.
    pub barcode: String,
    /// As it is compared.
    pub key: String,
    /// Exactly one of a variant at every moment.
    pub is_default: bool,
    /// The smaller, the older.
    pub place: i64,
}

fn barcode(row: &Row) -> Result<Barcode, Error> {
    Ok(Barcode {
        variant: row.get("variant_id")?,
        barcode: row.get("barcode")?,
        key: row.get("barcode_key")?,
        is_default: row.get("is_default")?,
        place: row.get("place")?,
    })
}

/// Adds a barcode; whether it was free.
pub async fn insert(c: &mut Connection, retailer: RetailerId, new: &Barcode) -> Result<bool, Error> {
    let insert = sql!(
        "insert into product_barcodes (retailer_id, variant_id, barcode, barcode_key, is_default, place)
         values ($1, $2, $3, $4, $5, $6) on conflict (retailer_id, barcode_key) do nothing",
        retailer,
        new.variant,
        &new.barcode,
        &new.key,
        new.is_default,
        new.place
    );
    c.execute_one(insert).await
}

/// Takes the default mark from the barcode that has it. Within the same change another one gets it.
pub async fn clear_default(c: &mut Connection, variant: VariantId) -> Result<(), Error> {
    let update =
        sql!("update product_barcodes set is_default = $1 where variant_id = $2 and is_default", false, variant);
    c.execute_one(update).await.map(drop)
}

/// Gives the default mark to a barcode.
pub async fn set_default(c: &mut Connection, variant: VariantId, key: &str) -> Result<bool, Error> {
    let update = sql!(
        "update product_barcodes set is_default = $1 where variant_id = $2 and barcode_key = $3",
        true,
        variant,
        key
    );
    c.execute_one(update).await
}

/// Removes one barcode.
pub async fn delete(c: &mut Connection, variant: VariantId, key: &str) -> Result<bool, Error> {
    let delete = sql!("delete from product_barcodes where variant_id = $1 and barcode_key = $2", variant, key);
    c.execute_one(delete).await
}

/// Removes all barcodes of a variant. Within the same change it gets others.
pub async fn delete_all(c: &mut Connection, variant: VariantId) -> Result<u64, Error> {
    c.execute(sql!("delete from product_barcodes where variant_id = $1", variant)).await
}

/// The barcodes of these variants, by variant, default first, then oldest first.
pub async fn of_variants(c: &mut Connection, variants: &[VariantId]) -> Result<Vec<Barcode>, Error> {
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build("select * from product_barcodes where variant_id in (");
    select.bind_list(variants.iter().copied());
    select.push(") order by variant_id, is_default desc, place");
    c.fetch_all(&mut select).await?.iter().map(barcode).collect()
}

/// The barcodes of all variants of these products, in the same order.
pub async fn of_products(
    c: &mut Connection,
    retailer: RetailerId,
    products: &[ProductId],
) -> Result<Vec<Barcode>, Error> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build(
        "select b.* from product_barcodes b join product_variants v on v.id = b.variant_id where v.retailer_id = ",
    );
    select.bind(retailer).push(" and v.product_id in (");
    select.bind_list(products.iter().copied());
    select.push(") order by b.variant_id, b.is_default desc, b.place");
    c.fetch_all(&mut select).await?.iter().map(barcode).collect()
}

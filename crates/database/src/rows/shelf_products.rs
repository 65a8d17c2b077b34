//! Products as shelves show them: one row of the catalogue with what its default variant says and its price in a store.

use aisle_model::{Price, ProductId, RetailerId, StoreId, VariantId};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, Statement};

/// A product on a shelf. One that was deleted since has lost its barcode, picture and weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's ShelfProduct")]
pub struct ShelfProduct {
    pub id: ProductId,
    pub external_id: Option<String>,
    pub name: String,
    /// In the store.
    pub price: Price,
    pub restricted: bool,
    pub barcode: Option<String>,
    pub thumbnail: Option<String>,
    pub weight_grams: Option<f64>,
}

/// Ids of one statement; SQLite binds at most 32,766 values.
const IDS_PER_STATEMENT: usize = 1000;

fn shelf_product(row: &Row) -> Result<ShelfProduct, Error> {
    Ok(ShelfProduct {
        id: row.get("id")?,
        external_id: row.get("external_id")?,
        name: row.get("name")?,
        price: row.get("price_here")?,
        restricted: row.get("restricted")?,
        barcode: row.get("barcode")?,
        thumbnail: row.get("thumbnail")?,
        weight_grams: row.get("weight_grams")?,
    })
}

/// These products, deleted ones too, as a store sells them.
pub async fn find(
    c: &mut Connection,
    retailer: RetailerId,
    store: StoreId,
    products: &[ProductId],
) -> Result<Vec<ShelfProduct>, Error> {
    let mut found = Vec::with_capacity(products.len());
    for some in products.chunks(IDS_PER_STATEMENT) {
        let mut select = Statement::build(
            "select p.id, p.external_id, p.name, coalesce(s.price, p.price) as price_here, p.restricted, b.barcode,
                 v.thumbnail, v.weight_grams
             from products p
             left join product_variants v on v.retailer_id = p.retailer_id and v.product_id = p.id and v.is_default
             left join product_barcodes b on b.variant_id = v.id and b.is_default
             left join store_prices s on s.retailer_id = p.retailer_id and s.product_id = p.id and s.store_id = ",
        );
        select.bind(store).push(" where p.retailer_id = ").bind(retailer);
        select.push(" and p.id in (").bind_list(some.iter().copied()).push(")");
        for row in c.fetch_all(&mut select).await? {
            found.push(shelf_product(&row)?);
        }
    }
    Ok(found)
}

/// Those of these products that are not deleted, locked until the change ends, so that none is deleted meanwhile.
pub async fn lock_living(
    c: &mut Connection,
    retailer: RetailerId,
    products: &[ProductId],
) -> Result<Vec<ProductId>, Error> {
    let mut living = Vec::with_capacity(products.len());
    for some in products.chunks(IDS_PER_STATEMENT) {
        // An update that changes nothing is the lock that both databases understand.
        let mut update = Statement::build("update products set version = version where retailer_id = ");
        update.bind(retailer).push(" and deleted_at is null and id in (");
        update.bind_list(some.iter().copied()).push(") returning id");
        for row in c.fetch_all(&mut update).await? {
            living.push(row.get("id")?);
        }
    }
    Ok(living)
}

/// Whose barcodes these are: key, product and variant of each that is known.
pub async fn of_barcodes(
    c: &mut Connection,
    retailer: RetailerId,
    keys: &[String],
) -> Result<Vec<(String, ProductId, VariantId)>, Error> {
    let mut found = Vec::new();
    for some in keys.chunks(IDS_PER_STATEMENT) {
        let mut select = Statement::build(
            "select b.barcode_key, v.product_id, b.variant_id
             from product_barcodes b join product_variants v on v.id = b.variant_id where b.retailer_id = ",
        );
        select.bind(retailer).push(" and b.barcode_key in (");
        select.bind_list(some).push(")");
        for row in c.fetch_all(&mut select).await? {
            found.push((row.get("barcode_key")?, row.get("product_id")?, row.get("variant_id")?));
        }
    }
    Ok(found)
}

//! Products and variants with all that belongs to them.

use aisle_database::Connection;
use aisle_database::rows::barcodes::{self, Barcode};
use aisle_database::rows::products::{self, Product};
use aisle_database::rows::store_prices::{self, StorePrice};
use aisle_database::rows::variants::{self, Variant};
use aisle_model::{ProductId, RetailerId, VariantId};
use serde::{Deserialize, Serialize};

use super::judge::price_digits;
use crate::{App, Caller, Failure, Refusal};

/// A product with its variants and prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholeProduct {
    /// Itself.
    pub product: Product,
    /// Digits that its default price is printed with.
    pub price_digits: u32,
    /// Default first, then oldest first; never empty.
    pub variants: Vec<WholeVariant>,
    /// By store.
    pub store_prices: Vec<StorePrice>,
}

/// A variant with its barcodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholeVariant {
    /// Itself.
    pub variant: Variant,
    /// Default first, then oldest first; never empty.
    pub barcodes: Vec<Barcode>,
}

/// One living product of the caller's retailer.
pub async fn get(app: &App, caller: &Caller, id: ProductId) -> Result<WholeProduct, Failure> {
    let retailer = caller.retailer;
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let product = products::find(c, retailer, id).await?;
            whole(c, retailer, product.ok_or(Refusal::NotFound("Product"))?).await
        })
    });
    found.await
}

/// A product with all that belongs to it.
pub(super) async fn whole(c: &mut Connection, retailer: RetailerId, product: Product) -> Result<WholeProduct, Failure> {
    let mut all = wholes(c, retailer, vec![product]).await?;
    all.pop().ok_or_else(|| Failure::broken("a product is gone"))
}

/// The same for several, in their order.
pub(super) async fn wholes(
    c: &mut Connection,
    retailer: RetailerId,
    products: Vec<Product>,
) -> Result<Vec<WholeProduct>, Failure> {
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    let price_digits = price_digits(c, retailer).await?;
    let variants = variants::of_products(c, retailer, &ids).await?;
    let barcodes = barcodes::of_products(c, retailer, &ids).await?;
    let mut variants = by(with_barcodes(variants, barcodes), |whole| whole.variant.product);
    let prices = store_prices::of_products(c, retailer, &ids).await?;
    let mut prices = by(prices, |price| price.product);
    let mut all = Vec::with_capacity(products.len());
    for product in products {
        let variants = variants.remove(&product.id).unwrap_or_default();
        let has_default = variants.first().is_some_and(|first| first.variant.is_default);
        if !has_default {
            return Err(Failure::broken(format!("product {} has no default variant", product.id)));
        }
        all.push(WholeProduct {
            price_digits,
            variants,
            store_prices: prices.remove(&product.id).unwrap_or_default(),
            product,
        });
    }
    Ok(all)
}

/// A variant with its barcodes.
pub(super) async fn whole_variant(c: &mut Connection, variant: Variant) -> Result<WholeVariant, Failure> {
    let barcodes = barcodes::of_variants(c, &[variant.id]).await?;
    Ok(WholeVariant { variant, barcodes })
}

/// Variants, in their order, with those of the barcodes that are theirs.
pub(super) fn with_barcodes(variants: Vec<Variant>, barcodes: Vec<Barcode>) -> Vec<WholeVariant> {
    let mut barcodes = by(barcodes, |barcode| barcode.variant);
    let mut own = |id: VariantId| barcodes.remove(&id).unwrap_or_default();
    variants.into_iter().map(|variant| WholeVariant { barcodes: own(variant.id), variant }).collect()
}

fn by<K: Eq + std::hash::Hash, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> std::collections::HashMap<K, Vec<V>> {
    let mut grouped = std::collections::HashMap::<K, Vec<V>>::new();
    for row in rows {
        grouped.entry(key(&row)).or_default().push(row);
    }
    grouped
}

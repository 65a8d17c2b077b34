//! The contract's `Product`, `StorePrice`, `Variant` and `ProductSnapshot`.

use aisle_model::product::RestrictionCategory;
use aisle_model::{Currency, ProductId, ProductSnapshotId, VariantId};
use aisle_operations::products::{Barcode, ProductSnapshot, StorePrice, WholeProduct, WholeVariant};
use aisle_partners::bodies::Printed;
use serde::Serialize;

use super::amount::{as_number, as_text};
use crate::problem::Problem;

/// A product. What it shows of a variant is the default one's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductFace<'a> {
    id: String,
    name: &'a str,
    price: String,
    barcode: &'a str,
    category: Option<&'a str>,
    thumbnail: Option<&'a str>,
    invalid_thumbnail: bool,
    product_id: ProductId,
    quantity: i64,
    #[serde(serialize_with = "as_number")]
    weight: f64,
    sku: Option<&'a str>,
    inventory_item_id: Option<i64>,
    external_id: Option<&'a str>,
    restricted: bool,
    restriction_category: Option<RestrictionCategory>,
    tax_code: Option<&'a str>,
    store_prices: Vec<StorePriceFace>,
    variants: Vec<VariantFace<'a>>,
    created_at: Printed,
    updated_at: Printed,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StorePriceFace {
    store_id: String,
    product_id: String,
    price: String,
    created_at: Printed,
}

/// A variant.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariantFace<'a> {
    id: VariantId,
    name: &'a str,
    thumbnail: Option<&'a str>,
    invalid_thumbnail: bool,
    external_id: Option<&'a str>,
    weight: String,
    barcodes: Vec<BarcodeFace<'a>>,
    is_default: bool,
    product_id: ProductId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BarcodeFace<'a> {
    is_default: bool,
    barcode: &'a str,
}

/// A product as it was.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SnapshotFace<'a> {
    name: &'a str,
    price: &'a str,
    barcode: Option<&'a str>,
    category: Option<&'a str>,
    thumbnail: Option<&'a str>,
    weight: Option<f64>,
    sku: Option<&'a str>,
    external_id: Option<&'a str>,
    tax_code: Option<&'a str>,
    id: ProductSnapshotId,
    product_id: ProductId,
    created_at: Printed,
    updated_at: Printed,
}

fn lacks(what: &str, of: impl std::fmt::Display) -> Problem {
    Problem::Internal(format!("{of} has no {what}"))
}

impl<'a> ProductFace<'a> {
    pub(super) fn of(whole: &'a WholeProduct) -> Result<Self, Problem> {
        let product = &whole.product;
        let default = whole.variants.first();
        let default = default.ok_or_else(|| lacks("variant", product.id))?;
        let variant = &default.variant.text;
        let barcode = default.barcodes.first();
        let prices = whole.store_prices.iter().map(StorePriceFace::of);
        Ok(Self {
            id: product.id.to_string(),
            name: &product.name,
            price: product.price.printed(whole.price_digits),
            barcode: &barcode.ok_or_else(|| lacks("barcode", product.id))?.barcode,
            category: product.category.as_deref(),
            thumbnail: variant.thumbnail.as_deref(),
            invalid_thumbnail: variant.invalid_thumbnail,
            product_id: product.id,
            quantity: product.quantity,
            weight: variant.weight_grams,
            sku: product.sku.as_deref(),
            inventory_item_id: product.inventory_item_id,
            external_id: product.external_id.as_deref(),
            restricted: product.restricted,
            restriction_category: product.restriction_category,
            tax_code: product.tax_code.as_deref(),
            store_prices: prices.collect::<Result<_, Problem>>()?,
            variants: whole.variants.iter().map(VariantFace::of).collect(),
            created_at: product.created_at.into(),
            updated_at: product.updated_at.into(),
        })
    }

    /// Several, in their order.
    pub(super) fn all(wholes: &'a [WholeProduct]) -> Result<Vec<Self>, Problem> {
        wholes.iter().map(Self::of).collect()
    }
}

impl StorePriceFace {
    fn of(row: &StorePrice) -> Result<Self, Problem> {
        let currency = Currency::parse(&row.currency);
        let currency = currency.map_err(|fault| Problem::Internal(format!("store {}: {fault}", row.store)))?;
        Ok(Self {
            store_id: row.store.to_string(),
            product_id: row.product.to_string(),
            price: row.price.printed(currency.minor_digits()),
            created_at: row.created_at.into(),
        })
    }
}

impl<'a> VariantFace<'a> {
    pub(super) fn of(whole: &'a WholeVariant) -> Self {
        let text = &whole.variant.text;
        let face = |row: &'a Barcode| BarcodeFace { is_default: row.is_default, barcode: &row.barcode };
        Self {
            id: whole.variant.id,
            name: &text.name,
            thumbnail: text.thumbnail.as_deref(),
            invalid_thumbnail: text.invalid_thumbnail,
            external_id: text.external_id.as_deref(),
            weight: as_text(text.weight_grams),
            barcodes: whole.barcodes.iter().map(face).collect(),
            is_default: whole.variant.is_default,
            product_id: whole.variant.product,
        }
    }
}

impl<'a> SnapshotFace<'a> {
    pub(super) fn of(row: &'a ProductSnapshot) -> Self {
        let text = &row.text;
        Self {
            name: &text.name,
            price: &text.price,
            barcode: text.barcode.as_deref(),
            category: text.category.as_deref(),
            thumbnail: text.thumbnail.as_deref(),
            weight: text.weight_grams,
            sku: text.sku.as_deref(),
            external_id: text.external_id.as_deref(),
            tax_code: text.tax_code.as_deref(),
            id: row.id,
            product_id: row.product,
            created_at: row.created_at.into(),
            updated_at: row.created_at.into(),
        }
    }
}

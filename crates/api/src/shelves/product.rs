//! A product as shelf answers show it.

use aisle_model::gtin::BarcodeKind;
use aisle_operations::shelves::ShelfProduct;
use serde::Serialize;

/// The documented product of a shelf.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductFace<'a> {
    barcode: &'a str,
    barcode_type: &'static str,
    /// Left out of the second documented shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<i64>,
    name: &'a str,
    price: f64,
    thumbnail: &'a str,
    weight: f64,
    retailer_type: &'static str,
    #[serde(rename = "RIN")]
    rin: &'a str,
    restricted: bool,
}

impl<'a> ProductFace<'a> {
    /// With its number.
    pub(crate) fn of(product: &'a ShelfProduct) -> Self {
        Self { product_id: Some(product.id.0), ..Self::without_id(product) }
    }

    /// Without.
    pub(crate) fn without_id(product: &'a ShelfProduct) -> Self {
        let barcode = product.barcode.as_deref().unwrap_or_default();
        Self {
            barcode,
            barcode_type: BarcodeKind::of(barcode).as_str(),
            product_id: None,
            name: &product.name,
            // The nearest double of a decimal with few digits is printed as that decimal.
            price: product.price.0 as f64 / 10_000.0,
            thumbnail: product.thumbnail.as_deref().unwrap_or_default(),
            weight: product.weight_grams.unwrap_or_default(),
            retailer_type: "generic",
            rin: product.external_id.as_deref().unwrap_or_default(),
            restricted: product.restricted,
        }
    }
}

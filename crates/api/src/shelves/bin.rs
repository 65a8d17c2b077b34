//! A bin with its plan and its stock.

use aisle_operations::shelves::{FilledBin, Goods};
use serde::Serialize;

use super::product::ProductFace;

/// The documented view of a bin.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BinFace<'a> {
    bin_size: f64,
    product_id: Option<i64>,
    product_name: Option<&'a str>,
    product_barcode: Option<&'a str>,
    thumbnail: Option<&'a str>,
    restricted: bool,
    product_units: i64,
    unplanned_products_units: i64,
    products: Vec<Standing<ProductFace<'a>>>,
    low_threshold: Option<i64>,
}

/// Units of a product.
#[derive(Serialize)]
pub(crate) struct Standing<P> {
    pub(crate) product: P,
    pub(crate) quantity: i64,
}

impl<'a> BinFace<'a> {
    pub(super) fn of(bin: &'a FilledBin, goods: &'a Goods) -> Self {
        let planned = bin.planned.and_then(|id| goods.get(id));
        let here = bin.units.iter().filter_map(|(id, units)| Some((goods.get(*id)?, *units)));
        Self {
            bin_size: bin.size,
            product_id: bin.planned.map(|id| id.0),
            product_name: planned.map(|product| product.name.as_str()),
            product_barcode: planned.map(|product| product.barcode.as_deref().unwrap_or_default()),
            thumbnail: planned.map(|product| product.thumbnail.as_deref().unwrap_or_default()),
            restricted: planned.is_some_and(|product| product.restricted),
            product_units: bin.planned_units(),
            unplanned_products_units: bin.unplanned_units(),
            products: here
                .map(|(product, quantity)| Standing { product: ProductFace::of(product), quantity })
                .collect(),
            low_threshold: bin.low_threshold,
        }
    }
}

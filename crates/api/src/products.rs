//! The catalogue of the caller's retailer.

mod amount;
mod barcodes;
mod body;
mod create;
mod delete;
mod face;
mod get;
pub mod line;
mod list;
mod lists;
mod pages;
mod put;
#[cfg(test)]
mod tests;
mod variants;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listProducts", list::handle),
    route!("createProduct", create::handle).also_checked_by(body::limits),
    route!("upsertProductByExternalId", put::by_external_id).also_checked_by(body::limits),
    route!("getProduct", get::handle),
    route!("upsertProduct", put::by_id).also_checked_by(body::limits),
    route!("deleteProduct", delete::handle),
    route!("listProductCategories", lists::categories),
    route!("listProductSnapshots", lists::snapshots),
    route!("listProductVariants", lists::variants),
    route!("createProductVariant", variants::create).also_checked_by(variants::limits),
    route!("getDefaultProductVariant", variants::get_default),
    route!("getProductVariant", variants::get),
    route!("updateProductVariant", variants::update).also_checked_by(variants::limits),
    route!("deleteProductVariant", variants::delete),
    route!("addVariantBarcode", barcodes::add),
    route!("removeVariantBarcode", barcodes::remove),
];

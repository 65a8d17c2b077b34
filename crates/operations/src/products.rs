//! The catalogue of a retailer: products, their variants, barcodes and prices by store, and the copies that orders keep.
//!
//! Promises: a product has exactly one default variant and a variant exactly one default barcode at every moment (every
//! write holds the lock of the product, and the database refuses a second mark); a barcode, in whatever GTIN length, names
//! one variant of the retailer; prices by store, once given, rule for ever; a write that changes nothing leaves `updated_at`
//! alone.
//! Deliberately absent: stock, and where products stand, but for the question whether a shelf still plans one.

mod barcodes;
mod create;
mod delete;
mod export;
mod import;
mod input;
mod judge;
mod list;
mod read;
mod replace;
mod search;
mod snapshots;
mod upsert;
mod variants;
mod write;

pub use barcodes::{AddedBarcode, SaidBarcode, add_barcode, barcode_faults, remove_barcode};
pub use create::create;
pub use delete::delete;
pub use export::export;
pub use import::{ImportedLine, Importing, LineFault, Taken, begin_import};
pub use input::{NewProduct, amount_fault, picture_fault, repeated_stores, restriction_fault};
pub use list::{ListProducts, ListVariants, Page, categories, list, list_variants};
pub use read::{WholeProduct, WholeVariant, get};
pub use search::{FoundProduct, FoundProducts, SearchOrder, SearchProducts, search};
pub use snapshots::{list_snapshots, snapshot_of};
pub use upsert::{Upserted, upsert, upsert_by_external_id};
pub use variants::{
    NewVariant, VariantPatch, create_variant, default_variant, delete_variant, get_variant, update_variant,
};

pub use aisle_database::rows::barcodes::Barcode;
pub use aisle_database::rows::product_imports::Fates;
pub use aisle_database::rows::product_list::{ProductFilter, ProductOrder};
pub use aisle_database::rows::product_snapshots::ProductSnapshot;
pub use aisle_database::rows::products::Product;
pub use aisle_database::rows::store_prices::StorePrice;
pub use aisle_database::rows::variants::{Variant, VariantFilter};
pub use aisle_model::product::barcode_key;

/// A name as it is compared where letter case does not count. A sigma is the same letter wherever it stands.
pub fn fold_name(name: &str) -> String {
    name.to_lowercase().replace('ς', "σ")
}

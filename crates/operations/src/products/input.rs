//! What is said of a product, and what can be wrong with it without looking at anything else.

use aisle_model::StoreId;
use aisle_model::product::RestrictionCategory;
use rust_decimal::Decimal;

use crate::FieldFault;

/// What is said of a product, new or replaced whole. An empty text counts as none.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of the contract's ProductInput")]
pub struct NewProduct {
    pub name: String,
    pub price: Decimal,
    pub barcode: String,
    pub weight_grams: f64,
    pub thumbnail: Option<String>,
    pub invalid_thumbnail: Option<bool>,
    pub external_id: Option<String>,
    pub tax_code: Option<String>,
    pub restricted: bool,
    /// Alcohol, when a restricted product says nothing.
    pub restriction_category: Option<RestrictionCategory>,
    pub store_prices: Option<Vec<(StoreId, Decimal)>>,
    pub quantity: i64,
    pub category: Option<String>,
    pub sku: Option<String>,
    pub inventory_item_id: Option<i64>,
}

const INVALID: &str = "contains an invalid value";

impl NewProduct {
    /// Every fault that shows in the product alone.
    pub(super) fn faults(&self) -> Vec<FieldFault> {
        let picture = picture_fault(self.thumbnail.as_deref(), self.invalid_thumbnail.is_some());
        let restriction = restriction_fault(self.restricted, self.restriction_category.is_some());
        let stores = self.store_prices.iter().flatten();
        let repeated = repeated_stores(stores.map(|(store, _)| Some(*store)));
        picture.into_iter().chain(restriction).chain(repeated).collect()
    }
}

/// A picture can only be called bad where there is one.
pub fn picture_fault(thumbnail: Option<&str>, says_whether_bad: bool) -> Option<FieldFault> {
    let has_picture = thumbnail.is_some_and(|thumbnail| !thumbnail.is_empty());
    (says_whether_bad && !has_picture).then(|| FieldFault::invalid("invalidThumbnail", INVALID))
}

/// Only a restricted product has a category of restriction.
pub fn restriction_fault(restricted: bool, says_category: bool) -> Option<FieldFault> {
    (says_category && !restricted).then(|| FieldFault::invalid("restrictionCategory", INVALID))
}

/// A store may have one price. `None` stands for what is no store's id at all.
pub fn repeated_stores(stores: impl Iterator<Item = Option<StoreId>>) -> Vec<FieldFault> {
    let mut seen = std::collections::HashSet::new();
    let mut faults = Vec::new();
    for (place, store) in stores.enumerate() {
        if !store.is_some_and(|store| seen.insert(store)) {
            faults.push(FieldFault::invalid(format!("storePrices[{place}].storeId"), INVALID));
        }
    }
    faults
}

/// An amount that is none, too large, or finer than its currency.
pub fn amount_fault(field: impl Into<String>) -> FieldFault {
    FieldFault::invalid(field, INVALID)
}

/// An empty text says nothing.
pub(super) fn said(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

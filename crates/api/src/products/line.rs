//! A product as a line of a file: the contract's `ProductInput` with its `id` beside.
//!
//! What an export writes an import reads back as the same product. Variants beside the default one and barcodes beside the
//! default one are not in it; an import leaves them as they are.

use std::sync::LazyLock;

use aisle_contract::{Operation, contract};
use aisle_model::product::RestrictionCategory;
use aisle_model::{Currency, ProductId};
use aisle_operations::FieldFault;
use aisle_operations::products::{NewProduct, WholeProduct};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::amount::as_number;
use super::body::{Body, limits};
use crate::unstorable;

/// The operation under whose rules a line stands.
static PUT: LazyLock<&'static Operation> =
    LazyLock::new(|| contract().operation("upsertProduct").expect("the contract has the operation"));

/// Largest id that every client can hold.
const LAST_ID: i64 = (1 << 53) - 1;

/// A product with the id it has; every field that [`read`] takes, under its name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's ProductInput")]
pub struct Line<'a> {
    pub id: ProductId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<&'a str>,
    pub name: &'a str,
    pub barcode: &'a str,
    pub price: String,
    #[serde(serialize_with = "as_number")]
    pub weight: f64,
    pub restricted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restriction_category: Option<RestrictionCategory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<&'a str>,
    pub quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory_item_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_thumbnail: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub store_prices: Vec<LinePrice>,
}

/// The price in a store.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's StorePriceInput")]
pub struct LinePrice {
    pub store_id: i64,
    pub price: String,
}

/// Reads a line: the id it names, and what it says. All faults at once.
pub fn read(mut line: Value) -> Result<(Option<ProductId>, NewProduct), Vec<FieldFault>> {
    let said = line.as_object_mut().and_then(|fields| fields.remove("id"));
    let id = said.filter(|said| !said.is_null()).map(|said| read_id(&said)).transpose();
    let checked = PUT.read_body(line);
    let mut faults: Vec<_> = checked.faults;
    faults.extend(unstorable::faults(&checked.value));
    faults.extend(limits(&checked.value));
    let faults = faults.into_iter().map(|fault| as_field_fault(&fault));
    let faults: Vec<FieldFault> = id.as_ref().err().cloned().into_iter().chain(faults).collect();
    let id = id.ok().flatten();
    if !faults.is_empty() {
        return Err(faults);
    }
    match Body::deserialize(checked.value) {
        Ok(body) => Ok((id, body.into())),
        Err(error) => Err(vec![FieldFault::invalid("value", error.to_string())]),
    }
}

/// A number, or a text of digits, as the API writes ids.
fn read_id(said: &Value) -> Result<ProductId, FieldFault> {
    let number = said.as_i64().or_else(|| said.as_str()?.parse().ok());
    let id = number.filter(|number| (1..=LAST_ID).contains(number)).map(ProductId);
    id.ok_or_else(|| FieldFault::invalid("id", format!("must be a whole number from 1 to {LAST_ID}")))
}

/// The contract quotes names and repeats them in the text.
fn as_field_fault(fault: &aisle_contract::Fault) -> FieldFault {
    let text = fault.error.strip_prefix(&fault.field).unwrap_or(&fault.error).trim_start();
    FieldFault { field: fault.field.trim_matches('"').to_owned(), rule: fault.rule, text: text.to_owned() }
}

impl<'a> Line<'a> {
    /// Of a product. The error says what of it is corrupt.
    pub fn of(whole: &'a WholeProduct) -> Result<Self, String> {
        let product = &whole.product;
        let default = whole.variants.first().ok_or_else(|| format!("product {} has no variant", product.id))?;
        let barcode = default.barcodes.first().ok_or_else(|| format!("product {} has no barcode", product.id))?;
        let variant = &default.variant.text;
        let thumbnail = variant.thumbnail.as_deref();
        let prices = whole.store_prices.iter().map(|row| {
            let currency = Currency::parse(&row.currency).map_err(|fault| format!("store {}: {fault}", row.store))?;
            Ok(LinePrice { store_id: row.store.0, price: row.price.printed(currency.minor_digits()) })
        });
        Ok(Self {
            id: product.id,
            external_id: product.external_id.as_deref(),
            name: &product.name,
            barcode: &barcode.barcode,
            price: product.price.printed(whole.price_digits),
            weight: variant.weight_grams,
            restricted: product.restricted,
            restriction_category: product.restriction_category,
            tax_code: product.tax_code.as_deref(),
            category: product.category.as_deref(),
            sku: product.sku.as_deref(),
            quantity: product.quantity,
            inventory_item_id: product.inventory_item_id,
            thumbnail,
            invalid_thumbnail: thumbnail.and(Some(variant.invalid_thumbnail)),
            store_prices: prices.collect::<Result<_, String>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(line: Value) -> Vec<String> {
        let read = read(line).err().unwrap_or_default();
        read.into_iter().map(|fault| format!("{} {}", fault.field, fault.text)).collect()
    }

    #[test]
    fn a_line_is_read_as_a_body_is() {
        let line = json!({"id": "17", "name": "Pen", "price": "2.15", "barcode": "1", "weight": "370", "other": 1});
        let (id, new) = read(line).unwrap();
        assert_eq!(
            (id, new.name.as_str(), new.weight_grams.to_bits()),
            (Some(ProductId(17)), "Pen", 370_f64.to_bits())
        );
        let line = json!({"id": null, "name": "Pen", "price": 2, "barcode": "1", "weight": 0});
        assert_eq!(read(line).unwrap().0, None);
    }

    #[test]
    fn all_faults_of_a_line_are_told_with_their_fields() {
        let line = json!({"id": 0, "price": -1, "barcode": "1\u{0}", "weight": 1, "invalidThumbnail": true});
        let found = faults(line);
        let fields: Vec<&str> = found.iter().filter_map(|fault| fault.split(' ').next()).collect();
        for field in ["id", "name", "price", "barcode", "invalidThumbnail"] {
            assert!(fields.contains(&field), "{field} is missing in {found:?}");
        }
        assert_eq!(faults(json!([])).len(), 1);
        assert!(faults(json!({"id": 9_007_199_254_740_992_i64}))[0].starts_with("id "));
    }
}

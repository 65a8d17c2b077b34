//! The contract's `ProductInput`.

use aisle_contract::Fault;
use aisle_model::StoreId;
use aisle_model::product::RestrictionCategory;
use aisle_operations::products::{NewProduct, amount_fault, picture_fault, repeated_stores, restriction_fault};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::amount::{SaidAmount, amount};
use crate::customers::as_contract_fault;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    name: String,
    price: SaidAmount,
    barcode: String,
    weight: f64,
    thumbnail: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    invalid_thumbnail: Option<bool>,
    external_id: Option<String>,
    tax_code: Option<String>,
    #[serde(default)]
    restricted: bool,
    restriction_category: Option<RestrictionCategory>,
    store_prices: Option<Vec<SaidPrice>>,
    #[serde(default)]
    quantity: i64,
    category: Option<String>,
    sku: Option<String>,
    inventory_item_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidPrice {
    #[serde(deserialize_with = "store_id")]
    store_id: StoreId,
    price: SaidAmount,
}

impl From<Body> for NewProduct {
    fn from(body: Body) -> Self {
        let prices = body.store_prices.map(|prices| {
            let prices = prices.into_iter();
            prices.map(|said| (said.store_id, said.price.0)).collect()
        });
        Self {
            name: body.name,
            price: body.price.0,
            barcode: body.barcode,
            weight_grams: body.weight,
            thumbnail: body.thumbnail,
            invalid_thumbnail: body.invalid_thumbnail,
            external_id: body.external_id,
            tax_code: body.tax_code,
            restricted: body.restricted,
            restriction_category: body.restriction_category,
            store_prices: prices,
            quantity: body.quantity,
            category: body.category,
            sku: body.sku,
            inventory_item_id: body.inventory_item_id,
        }
    }
}

/// What is wrong with a product that no schema can say.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if is_no_amount(&body["price"]) {
        faults.push(amount_fault("price"));
    }
    let prices = body["storePrices"].as_array().map_or(&[][..], Vec::as_slice);
    for (place, price) in prices.iter().enumerate() {
        if is_no_amount(&price["price"]) {
            faults.push(amount_fault(format!("storePrices[{place}].price")));
        }
    }
    faults.extend(repeated_stores(prices.iter().map(|price| read_store_id(&price["storeId"]))));
    faults.extend(picture_fault(body["thumbnail"].as_str(), !body["invalidThumbnail"].is_null()));
    let is_restricted = body["restricted"].as_bool().unwrap_or(false);
    faults.extend(restriction_fault(is_restricted, !body["restrictionCategory"].is_null()));
    faults.iter().map(as_contract_fault).collect()
}

/// What is missing or of another type is the schema's to find.
fn is_no_amount(said: &Value) -> bool {
    let is_text_of_digits = said.as_str().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    (said.is_number() || is_text_of_digits) && amount(said).is_none()
}

/// A number, or a text of digits.
fn read_store_id(said: &Value) -> Option<StoreId> {
    let number = match said {
        Value::String(text) => text.parse().ok(),
        number => number.as_i64(),
    };
    number.map(StoreId)
}

fn store_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StoreId, D::Error> {
    let value = Value::deserialize(deserializer)?;
    read_store_id(&value).ok_or_else(|| serde::de::Error::custom("no store id"))
}

/// A boolean, or its name.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let named = value.as_str().and_then(|name| name.parse().ok());
    Ok(value.as_bool().or(named))
}

//! A product that is said, judged by what is there: the currencies of stores and the one-way switch of prices by store.

use std::collections::HashMap;

use aisle_database::rows::products::{Product, ProductText};
use aisle_database::rows::variants::VariantText;
use aisle_database::rows::{store_prices, stores};
use aisle_database::{Connection, Error};
use aisle_model::product::RestrictionCategory;
use aisle_model::{Currency, Price, RetailerId, StoreId};

use super::input::{NewProduct, amount_fault, said};
use super::{fold_name, picture_fault};
use crate::{Failure, FieldFault, Refusal};

/// Minor digits of most currencies: how prices are printed while the retailer has no store that says otherwise.
const USUAL_DIGITS: u32 = 2;

/// Minor digits of the finest currency: what is taken as long as any may still come.
const MOST_DIGITS: u32 = 4;

/// What will be stored.
pub(super) struct Judged {
    pub(super) text: ProductText,
    pub(super) weight_grams: f64,
    pub(super) thumbnail: Option<String>,
    pub(super) invalid_thumbnail: bool,
    pub(super) barcode: String,
    /// Empty while the default price rules.
    pub(super) store_prices: Vec<(StoreId, Price)>,
}

/// Judges what is said of a product; `before` is what it replaces.
pub(super) async fn judged(
    c: &mut Connection,
    retailer: RetailerId,
    new: &NewProduct,
    before: Option<&Product>,
) -> Result<Judged, Failure> {
    let mut faults = new.faults();
    let digits = store_digits(c, retailer).await?;
    let price = Price::exact(new.price, digits.unwrap_or(MOST_DIGITS)).ok();
    if price.is_none() {
        faults.push(amount_fault("price"));
    }
    let store_prices = prices_by_store(c, retailer, new, &mut faults).await?;
    let was_switched = before.is_some_and(|before| before.has_store_prices);
    faults.extend(switch_fault(was_switched, new));
    let Some(price) = price.filter(|_| faults.is_empty()) else {
        return Err(Refusal::Invalid(faults).into());
    };
    let usual = new.restricted.then_some(RestrictionCategory::Alcohol);
    let text = ProductText {
        external_id: said(new.external_id.as_ref()),
        name_folded: fold_name(&new.name),
        name: new.name.clone(),
        category: said(new.category.as_ref()),
        price,
        has_store_prices: was_switched || !store_prices.is_empty(),
        restricted: new.restricted,
        restriction_category: new.restriction_category.or(usual),
        tax_code: said(new.tax_code.as_ref()),
        quantity: new.quantity,
        sku: said(new.sku.as_ref()),
        inventory_item_id: new.inventory_item_id,
    };
    Ok(Judged {
        text,
        weight_grams: new.weight_grams,
        thumbnail: said(new.thumbnail.as_ref()),
        invalid_thumbnail: new.invalid_thumbnail.unwrap_or(false),
        barcode: new.barcode.clone(),
        store_prices,
    })
}

impl Judged {
    /// The first variant of a product.
    pub(super) fn first_variant(&self) -> VariantText {
        VariantText {
            external_id: None,
            name: self.text.name.clone(),
            weight_grams: self.weight_grams,
            thumbnail: self.thumbnail.clone(),
            invalid_thumbnail: self.invalid_thumbnail,
        }
    }
}

/// Digits of default prices: those of the currency of the retailer's oldest store. A price is never stored rounded, so a
/// store of another currency that comes later loses nothing.
pub(super) async fn price_digits(c: &mut Connection, retailer: RetailerId) -> Result<u32, Failure> {
    Ok(store_digits(c, retailer).await?.unwrap_or(USUAL_DIGITS))
}

async fn store_digits(c: &mut Connection, retailer: RetailerId) -> Result<Option<u32>, Failure> {
    let oldest = stores::first(c, retailer).await?;
    let digits = oldest.map(|store| currency(&store.currency).map(|currency| currency.minor_digits()));
    digits.transpose()
}

/// A stored currency.
pub(super) fn currency(code: &str) -> Result<Currency, Failure> {
    Currency::parse(code).map_err(Failure::broken)
}

async fn prices_by_store(
    c: &mut Connection,
    retailer: RetailerId,
    new: &NewProduct,
    faults: &mut Vec<FieldFault>,
) -> Result<Vec<(StoreId, Price)>, Failure> {
    let said = new.store_prices.as_deref().unwrap_or_default();
    let ids: Vec<StoreId> = said.iter().map(|(store, _)| *store).collect();
    let known: HashMap<StoreId, String> = store_prices::currencies(c, retailer, &ids).await?.into_iter().collect();
    let mut prices = Vec::with_capacity(said.len());
    for (place, (store, amount)) in said.iter().enumerate() {
        let Some(code) = known.get(store) else {
            faults.push(amount_fault(format!("storePrices[{place}].storeId")));
            continue;
        };
        match Price::exact(*amount, currency(code)?.minor_digits()) {
            Ok(price) => prices.push((*store, price)),
            Err(_) => faults.push(amount_fault(format!("storePrices[{place}].price"))),
        }
    }
    Ok(prices)
}

/// Once prices by store were given, every later replacement has to give some.
fn switch_fault(was_switched: bool, new: &NewProduct) -> Option<FieldFault> {
    let (rule, text) = match &new.store_prices {
        _ if !was_switched => return None,
        None => ("any.required", "is required"),
        Some(prices) if prices.is_empty() => ("array.min", "must contain at least 1 items"),
        Some(_) => return None,
    };
    Some(FieldFault { field: "storePrices".to_owned(), rule, text: text.to_owned() })
}

/// What a picture and the word about it come to; see the table in admin-commerce.md, section 6.4.
pub(super) fn picture(
    thumbnail: Option<&String>,
    invalid: Option<bool>,
) -> Result<Option<(Option<String>, bool)>, Failure> {
    if let Some(fault) = picture_fault(thumbnail.map(String::as_str), invalid.is_some()) {
        return Err(Refusal::Invalid(vec![fault]).into());
    }
    Ok(thumbnail.map(|thumbnail| (said(Some(thumbnail)), invalid.unwrap_or(false))))
}

/// The contract's 409 for what the database found taken.
pub(super) fn taken(error: Error) -> Failure {
    match &error {
        Error::Conflict(key) if key.is("products", &["retailer_id", "external_id"]) => external_id_taken(),
        Error::Conflict(key) if key.is("product_variants", &["retailer_id", "external_id"]) => {
            Refusal::conflict("Variant with this externalId already exists").into()
        }
        _ => error.into(),
    }
}

/// The contract's 409 for an external id of products.
pub(super) fn external_id_taken() -> Failure {
    Refusal::conflict("Product with this externalId already exists").into()
}

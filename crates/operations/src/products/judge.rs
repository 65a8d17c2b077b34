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

/// What prices are judged by: the stores there are.
pub(super) struct Ground {
    /// Minor digits of default prices; absent without a store.
    digits: Option<u32>,
    /// Minor digits of the currency of each store that may be named.
    stores: HashMap<StoreId, u32>,
}

impl Ground {
    /// With every store of the retailer.
    pub(super) async fn whole(c: &mut Connection, retailer: RetailerId) -> Result<Self, Failure> {
        let known = store_prices::all_currencies(c, retailer).await?;
        Self::with(c, retailer, known).await
    }

    /// With those stores that a product names.
    async fn named_by(c: &mut Connection, retailer: RetailerId, new: &NewProduct) -> Result<Self, Failure> {
        let ids: Vec<StoreId> = new.store_prices.iter().flatten().map(|(store, _)| *store).collect();
        let known = store_prices::currencies(c, retailer, &ids).await?;
        Self::with(c, retailer, known).await
    }

    async fn with(c: &mut Connection, retailer: RetailerId, known: Vec<(StoreId, String)>) -> Result<Self, Failure> {
        let digits = store_digits(c, retailer).await?;
        let stores = known.into_iter().map(|(store, code)| Ok((store, currency(&code)?.minor_digits())));
        Ok(Self { digits, stores: stores.collect::<Result<_, Failure>>()? })
    }
}

/// Judges what is said of a product; `before` is what it replaces.
pub(super) async fn judged(
    c: &mut Connection,
    retailer: RetailerId,
    new: &NewProduct,
    before: Option<&Product>,
) -> Result<Judged, Failure> {
    let ground = Ground::named_by(c, retailer, new).await?;
    let was_switched = before.is_some_and(|before| before.has_store_prices);
    Ok(judge(new, &ground, was_switched).map_err(Refusal::Invalid)?)
}

/// The same with all that has to be known; every fault at once.
pub(super) fn judge(new: &NewProduct, ground: &Ground, was_switched: bool) -> Result<Judged, Vec<FieldFault>> {
    let mut faults = new.faults();
    let price = Price::exact(new.price, ground.digits.unwrap_or(MOST_DIGITS)).ok();
    if price.is_none() {
        faults.push(amount_fault("price"));
    }
    let store_prices = prices_by_store(ground, new, &mut faults);
    faults.extend(switch_fault(was_switched, new));
    let Some(price) = price.filter(|_| faults.is_empty()) else {
        return Err(faults);
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

fn prices_by_store(ground: &Ground, new: &NewProduct, faults: &mut Vec<FieldFault>) -> Vec<(StoreId, Price)> {
    let said = new.store_prices.as_deref().unwrap_or_default();
    let mut prices = Vec::with_capacity(said.len());
    for (place, (store, amount)) in said.iter().enumerate() {
        let Some(digits) = ground.stores.get(store) else {
            faults.push(amount_fault(format!("storePrices[{place}].storeId")));
            continue;
        };
        match Price::exact(*amount, *digits) {
            Ok(price) => prices.push((*store, price)),
            Err(_) => faults.push(amount_fault(format!("storePrices[{place}].price"))),
        }
    }
    prices
}

/// Once prices by store were given, every later replacement has to give some.
fn switch_fault(was_switched: bool, new: &NewProduct) -> Option<FieldFault> {
    match &new.store_prices {
        _ if !was_switched => None,
        None => Some(no_store_prices(false)),
        Some(prices) if prices.is_empty() => Some(no_store_prices(true)),
        Some(_) => None,
    }
}

/// The fault of a product that says no prices by store where it has to: an empty list, or none at all.
pub(super) fn no_store_prices(says_empty: bool) -> FieldFault {
    let (rule, text) =
        if says_empty { ("array.min", "must contain at least 1 items") } else { ("any.required", "is required") };
    FieldFault { field: "storePrices".to_owned(), rule, text: text.to_owned() }
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

//! What makes a product, with the variant and the barcode it cannot be without.

use aisle_database::Connection;
use aisle_database::rows::barcodes::{self, Barcode};
use aisle_database::rows::products::Product;
use aisle_database::rows::{store_prices, variants};
use aisle_model::product::barcode_key;
use aisle_model::{Moment, RetailerId, VariantId};

use super::barcodes::barcode_taken;
use super::judge::Judged;
use super::read::{WholeProduct, whole};
use crate::Failure;

/// Gives a product that was just made its default variant, barcode and prices.
pub(super) async fn furnish(
    c: &mut Connection,
    retailer: RetailerId,
    product: Product,
    judged: &Judged,
    now: Moment,
) -> Result<WholeProduct, Failure> {
    let first = judged.first_variant();
    let variant = variants::insert(c, retailer, product.id, &first, true, now).await?;
    put_barcode(c, retailer, variant, &judged.barcode, true, 0).await?;
    if !judged.store_prices.is_empty() {
        let prices = judged.store_prices.iter();
        let prices: Vec<_> = prices.map(|(store, price)| (*store, *price, now)).collect();
        store_prices::replace(c, retailer, product.id, &prices).await?;
    }
    whole(c, retailer, product).await
}

/// Adds a barcode that nobody of the retailer may have.
pub(super) async fn put_barcode(
    c: &mut Connection,
    retailer: RetailerId,
    variant: VariantId,
    barcode: &str,
    is_default: bool,
    place: i64,
) -> Result<(), Failure> {
    let new = Barcode { variant, barcode: barcode.to_owned(), key: barcode_key(barcode), is_default, place };
    if barcodes::insert(c, retailer, &new).await? { Ok(()) } else { Err(barcode_taken(barcode)) }
}

//! A product replaced whole. Its default variant takes weight, picture and barcode; other variants and barcodes stay.

use std::collections::HashMap;

use aisle_database::Connection;
use aisle_database::rows::products::{self, Product, ProductText};
use aisle_database::rows::variants::VariantText;
use aisle_database::rows::{barcodes, store_prices, variants};
use aisle_model::product::barcode_key;
use aisle_model::{Moment, RetailerId};

use super::fold_name;
use super::judge::{Judged, taken};
use super::read::{WholeProduct, WholeVariant, whole};
use super::write::put_barcode;
use crate::Failure;

/// Puts what was judged in place of a product that the caller has locked. What changes nothing writes nothing.
pub(super) async fn replace(
    c: &mut Connection,
    retailer: RetailerId,
    before: Product,
    judged: &Judged,
    now: Moment,
) -> Result<WholeProduct, Failure> {
    let id = before.id;
    let earlier = whole(c, retailer, before).await?;
    let default = &earlier.variants[0];
    let mut changed = replace_variant(c, default, judged).await?;
    changed |= replace_barcode(c, retailer, default, &judged.barcode).await?;
    changed |= replace_prices(c, retailer, &earlier, judged, now).await?;
    let after = if text_of(&earlier.product) != judged.text {
        let saved = products::save(c, retailer, id, &judged.text, now).await;
        saved.map_err(taken)?
    } else if changed {
        products::touch(c, retailer, id, now).await?
    } else {
        return Ok(earlier);
    };
    let after = after.ok_or_else(|| Failure::broken("a locked product is gone"))?;
    whole(c, retailer, after).await
}

fn text_of(product: &Product) -> ProductText {
    ProductText {
        external_id: product.external_id.clone(),
        name: product.name.clone(),
        name_folded: fold_name(&product.name),
        category: product.category.clone(),
        price: product.price,
        has_store_prices: product.has_store_prices,
        restricted: product.restricted,
        restriction_category: product.restriction_category,
        tax_code: product.tax_code.clone(),
        quantity: product.quantity,
        sku: product.sku.clone(),
        inventory_item_id: product.inventory_item_id,
    }
}

async fn replace_variant(c: &mut Connection, default: &WholeVariant, judged: &Judged) -> Result<bool, Failure> {
    let text = VariantText {
        weight_grams: judged.weight_grams,
        thumbnail: judged.thumbnail.clone(),
        invalid_thumbnail: judged.invalid_thumbnail,
        ..default.variant.text.clone()
    };
    if text == default.variant.text {
        return Ok(false);
    }
    Ok(variants::save(c, default.variant.id, &text).await?)
}

/// The barcode takes the place of the default one. One that the variant has beside it moves there.
async fn replace_barcode(
    c: &mut Connection,
    retailer: RetailerId,
    default: &WholeVariant,
    barcode: &str,
) -> Result<bool, Failure> {
    let variant = default.variant.id;
    let former = default.barcodes.first();
    let former = former.ok_or_else(|| Failure::broken(format!("variant {variant} has no barcode")))?;
    if former.barcode == barcode {
        return Ok(false);
    }
    barcodes::delete(c, variant, &former.key).await?;
    barcodes::delete(c, variant, &barcode_key(barcode)).await?;
    put_barcode(c, retailer, variant, barcode, true, former.place).await?;
    Ok(true)
}

/// A price that stays keeps the moment it was set.
async fn replace_prices(
    c: &mut Connection,
    retailer: RetailerId,
    earlier: &WholeProduct,
    judged: &Judged,
    now: Moment,
) -> Result<bool, Failure> {
    let had: HashMap<_, _> = earlier.store_prices.iter().map(|had| (had.store, (had.price, had.created_at))).collect();
    let mut is_new = had.len() != judged.store_prices.len();
    let mut prices = Vec::with_capacity(judged.store_prices.len());
    for (store, price) in &judged.store_prices {
        let set_at = match had.get(store) {
            Some((stays, set_at)) if stays == price => *set_at,
            _ => {
                is_new = true;
                now
            }
        };
        prices.push((*store, *price, set_at));
    }
    if is_new {
        store_prices::replace(c, retailer, earlier.product.id, &prices).await?;
    }
    Ok(is_new)
}

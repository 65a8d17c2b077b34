//! Variants: made, read, changed, deleted. Every write holds the lock of the product.

use aisle_database::Connection;
use aisle_database::rows::variants::{self, Variant, VariantText};
use aisle_database::rows::{barcodes, products};
use aisle_model::{Moment, ProductId, RetailerId, VariantId};

use super::barcodes::{SaidBarcode, barcode_faults, replace_all};
use super::input::said;
use super::judge::{picture, taken};
use super::picture_fault;
use super::read::{WholeVariant, whole_variant};
use crate::patch::Patch;
use crate::{App, Caller, Failure, FieldFault, Refusal};

/// A variant to be made. An empty text counts as none.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of the contract's VariantCreate")]
pub struct NewVariant {
    pub name: String,
    pub weight_grams: f64,
    /// At least one.
    pub barcodes: Vec<SaidBarcode>,
    pub thumbnail: String,
    pub invalid_thumbnail: Option<bool>,
    pub is_default: bool,
    pub external_id: Option<String>,
}

/// What is said about a variant.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's VariantUpdate")]
pub struct VariantPatch {
    pub name: Option<String>,
    pub weight_grams: Option<f64>,
    /// Replaces the whole set.
    pub barcodes: Option<Vec<SaidBarcode>>,
    pub is_default: Option<bool>,
    /// Empty takes the picture away.
    pub thumbnail: Option<String>,
    pub invalid_thumbnail: Option<bool>,
    pub external_id: Patch<String>,
}

/// Adds a variant to a product.
pub async fn create_variant(
    app: &App,
    caller: &Caller,
    product: ProductId,
    new: NewVariant,
) -> Result<WholeVariant, Failure> {
    refuse(&new.barcodes, Some(&new.thumbnail), new.invalid_thumbnail)?;
    let (retailer, now) = (caller.retailer, app.clock.now());
    let made = app.change_once(caller, move |c| {
        let new = new.clone();
        Box::pin(async move {
            let found = products::lock(c, retailer, product).await?;
            found.ok_or(Refusal::NotFound("Product"))?;
            let (thumbnail, invalid_thumbnail) =
                picture(Some(&new.thumbnail), new.invalid_thumbnail)?.unwrap_or_default();
            let text = VariantText {
                external_id: said(new.external_id.as_ref()),
                name: new.name.clone(),
                weight_grams: new.weight_grams,
                thumbnail,
                invalid_thumbnail,
            };
            if new.is_default {
                variants::clear_default(c, retailer, product).await?;
            }
            let id = variants::insert(c, retailer, product, &text, new.is_default, now).await;
            let id = id.map_err(taken)?;
            replace_all(c, retailer, id, &[], &new.barcodes).await?;
            products::touch(c, retailer, product, now).await?;
            found_whole(c, retailer, id).await
        })
    });
    made.await
}

/// One variant.
pub async fn get_variant(app: &App, caller: &Caller, id: VariantId) -> Result<WholeVariant, Failure> {
    let retailer = caller.retailer;
    let found = app.database.snapshot(move |c| Box::pin(async move { found_whole(c, retailer, id).await }));
    found.await
}

/// The default variant of a product.
pub async fn default_variant(app: &App, caller: &Caller, product: ProductId) -> Result<WholeVariant, Failure> {
    let whole = super::get(app, caller, product).await?;
    let first = whole.variants.into_iter().next();
    first.ok_or_else(|| Failure::broken("a product has no variant"))
}

/// Changes what is said. A patch that changes nothing leaves the product's `updated_at` alone.
pub async fn update_variant(
    app: &App,
    caller: &Caller,
    id: VariantId,
    patch: VariantPatch,
) -> Result<WholeVariant, Failure> {
    let set = patch.barcodes.as_deref().unwrap_or_default();
    refuse(set, patch.thumbnail.as_ref(), patch.invalid_thumbnail)?;
    let (retailer, now) = (caller.retailer, app.clock.now());
    let changed = app.database.change(move |c| {
        let patch = patch.clone();
        Box::pin(async move { change(c, retailer, id, &patch, now).await })
    });
    changed.await
}

async fn change(
    c: &mut Connection,
    retailer: RetailerId,
    id: VariantId,
    patch: &VariantPatch,
    now: Moment,
) -> Result<WholeVariant, Failure> {
    let before = locked(c, retailer, id).await?;
    let product = before.product;
    if patch.is_default == Some(false) && before.is_default {
        return Err(Refusal::conflict("Product must have a default variant").into());
    }
    let text = patched(before.text.clone(), patch)?;
    let mut changed = text != before.text;
    if changed {
        variants::save(c, id, &text).await.map_err(taken)?;
    }
    if patch.is_default == Some(true) && !before.is_default {
        variants::clear_default(c, retailer, product).await?;
        variants::set_default(c, id).await?;
        changed = true;
    }
    if let Some(set) = &patch.barcodes {
        let had = barcodes::of_variants(c, &[id]).await?;
        changed |= replace_all(c, retailer, id, &had, set).await?;
    }
    if changed {
        products::touch(c, retailer, product, now).await?;
    }
    found_whole(c, retailer, id).await
}

fn patched(mut text: VariantText, patch: &VariantPatch) -> Result<VariantText, Failure> {
    if let Some(name) = &patch.name {
        text.name.clone_from(name);
    }
    text.weight_grams = patch.weight_grams.unwrap_or(text.weight_grams);
    patch.external_id.clone().apply(&mut text.external_id);
    text.external_id = said(text.external_id.as_ref());
    if let Some((thumbnail, invalid)) = picture(patch.thumbnail.as_ref(), patch.invalid_thumbnail)? {
        text.thumbnail = thumbnail;
        text.invalid_thumbnail = invalid;
    }
    Ok(text)
}

/// Deletes a variant that is not the default one.
pub async fn delete_variant(app: &App, caller: &Caller, id: VariantId) -> Result<(), Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let deleted = app.database.change(move |c| {
        Box::pin(async move {
            let variant = locked(c, retailer, id).await?;
            if variant.is_default {
                return Err(Refusal::conflict("Default variant cannot be deleted").into());
            }
            variants::delete(c, id).await?;
            products::touch(c, retailer, variant.product, now).await?;
            Ok(())
        })
    });
    deleted.await
}

/// A variant, with its product locked until the change ends.
pub(super) async fn locked(c: &mut Connection, retailer: RetailerId, id: VariantId) -> Result<Variant, Failure> {
    let found = variants::find(c, retailer, id).await?;
    let product = found.ok_or(Refusal::NotFound("Variant"))?.product;
    products::lock(c, retailer, product).await?;
    // What was read before the lock may be old by now.
    let found = variants::find(c, retailer, id).await?;
    Ok(found.ok_or(Refusal::NotFound("Variant"))?)
}

async fn found_whole(c: &mut Connection, retailer: RetailerId, id: VariantId) -> Result<WholeVariant, Failure> {
    let found = variants::find(c, retailer, id).await?;
    whole_variant(c, found.ok_or(Refusal::NotFound("Variant"))?).await
}

fn refuse(set: &[SaidBarcode], thumbnail: Option<&String>, invalid: Option<bool>) -> Result<(), Failure> {
    let mut faults: Vec<FieldFault> = barcode_faults(set);
    faults.extend(picture_fault(thumbnail.map(String::as_str), invalid.is_some()));
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults).into()) }
}

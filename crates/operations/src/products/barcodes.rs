//! The barcodes of a variant: the whole set, one more, one less.

use std::collections::HashSet;

use aisle_database::Connection;
use aisle_database::rows::barcodes::{self, Barcode};
use aisle_database::rows::products;
use aisle_model::product::barcode_key;
use aisle_model::{Moment, RetailerId, VariantId};
use serde::{Deserialize, Serialize};

use super::read::{WholeVariant, whole_variant};
use super::variants::locked;
use super::write::put_barcode;
use crate::{App, Caller, Failure, FieldFault, Refusal};

/// A barcode that somebody gives a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of the contract's VariantBarcodeInput")]
pub struct SaidBarcode {
    pub barcode: String,
    pub is_default: bool,
}

/// A variant after a barcode was added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddedBarcode {
    /// As it is now.
    pub variant: WholeVariant,
    /// Whether it had the barcode not.
    pub is_new: bool,
}

/// What is wrong with a whole set: two defaults, or one barcode twice (in whatever GTIN length).
pub fn barcode_faults(said: &[SaidBarcode]) -> Vec<FieldFault> {
    let mut keys = HashSet::new();
    let mut has_default = false;
    let mut faults = Vec::new();
    for (place, one) in said.iter().enumerate() {
        let mut fault = |field: &str| {
            let field = format!("barcodes[{place}].{field}");
            faults.push(FieldFault::invalid(field, "contains an invalid value"));
        };
        if !keys.insert(barcode_key(&one.barcode)) {
            fault("barcode");
        }
        if one.is_default && has_default {
            fault("isDefault");
        }
        has_default |= one.is_default;
    }
    faults
}

/// The contract's 409 for a barcode.
pub(super) fn barcode_taken(barcode: &str) -> Failure {
    Refusal::conflict(format!("Barcode {barcode} already exists")).into()
}

/// Gives a variant exactly these barcodes, which were found without faults; the first is default when none is marked.
/// Whether anything changed.
pub(super) async fn replace_all(
    c: &mut Connection,
    retailer: RetailerId,
    variant: VariantId,
    had: &[Barcode],
    said: &[SaidBarcode],
) -> Result<bool, Failure> {
    let default = said.iter().position(|one| one.is_default).unwrap_or(0);
    let mut wanted: Vec<(usize, &SaidBarcode)> = said.iter().enumerate().collect();
    let stays = |(place, one): &(usize, &SaidBarcode)| {
        had.iter().any(|had| had.barcode == one.barcode && had.is_default == (*place == default))
    };
    if had.len() == wanted.len() && wanted.iter().all(stays) {
        return Ok(false);
    }
    barcodes::delete_all(c, variant).await?;
    // In one order everywhere, so that two that want each other's barcodes wait in line and do not lock each other out.
    wanted.sort_by_key(|(_, one)| barcode_key(&one.barcode));
    for (place, one) in wanted {
        let at = i64::try_from(place).map_err(Failure::broken)?;
        put_barcode(c, retailer, variant, &one.barcode, place == default, at).await?;
    }
    Ok(true)
}

/// Adds a barcode. One that the variant has already changes at most the default mark.
pub async fn add_barcode(
    app: &App,
    caller: &Caller,
    id: VariantId,
    said: SaidBarcode,
) -> Result<AddedBarcode, Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let added = app.change_once(caller, move |c| {
        let said = said.clone();
        Box::pin(async move { add(c, retailer, id, &said, now).await })
    });
    added.await
}

async fn add(
    c: &mut Connection,
    retailer: RetailerId,
    id: VariantId,
    said: &SaidBarcode,
    now: Moment,
) -> Result<AddedBarcode, Failure> {
    let variant = locked(c, retailer, id).await?;
    let product = variant.product;
    let before = whole_variant(c, variant.clone()).await?;
    let key = barcode_key(&said.barcode);
    let known = before.barcodes.iter().find(|had| had.key == key);
    let is_new = known.is_none();
    let moves_mark = said.is_default && known.is_none_or(|had| !had.is_default);
    if !is_new && !moves_mark {
        return Ok(AddedBarcode { variant: before, is_new });
    }
    if moves_mark {
        barcodes::clear_default(c, id).await?;
    }
    if is_new {
        let youngest = before.barcodes.iter().map(|had| had.place).max().unwrap_or(0);
        put_barcode(c, retailer, id, &said.barcode, said.is_default, youngest + 1).await?;
    } else {
        barcodes::set_default(c, id, &key).await?;
    }
    products::touch(c, retailer, product, now).await?;
    let variant = whole_variant(c, variant).await?;
    Ok(AddedBarcode { variant, is_new })
}

/// Removes a barcode. The default mark passes to the oldest that is left; the only one stays.
pub async fn remove_barcode(app: &App, caller: &Caller, id: VariantId, barcode: &str) -> Result<WholeVariant, Failure> {
    let (retailer, now, key) = (caller.retailer, app.clock.now(), barcode_key(barcode));
    let removed = app.database.change(move |c| {
        let key = key.clone();
        Box::pin(async move {
            let variant = locked(c, retailer, id).await?;
            let before = whole_variant(c, variant.clone()).await?;
            let gone = before.barcodes.iter().find(|had| had.key == key);
            let gone = gone.ok_or(Refusal::NotFound("Barcode"))?;
            let others = before.barcodes.iter().filter(|had| had.key != key);
            let oldest = others.min_by_key(|had| had.place);
            let oldest = oldest.ok_or_else(|| Refusal::conflict("Variant must have a barcode"))?;
            barcodes::delete(c, id, &key).await?;
            if gone.is_default {
                barcodes::set_default(c, id, &oldest.key).await?;
            }
            products::touch(c, retailer, variant.product, now).await?;
            whole_variant(c, variant).await
        })
    });
    removed.await
}

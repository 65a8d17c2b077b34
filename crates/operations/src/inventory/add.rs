//! Adds units to a bin, or takes them.

use aisle_database::rows::planograms::{Bin, ShelfPlan};
use aisle_database::rows::stock::Stock;
use aisle_database::rows::stores::Store;
use aisle_database::rows::wanted_alerts::WantedAlert;
use aisle_database::{Connection, rows};
use aisle_model::product::barcode_key;
use aisle_model::{Moment, ProductId, StoreId};

use super::facts::StockChange;
use super::read::filled;
use super::settle::settle;
use crate::shelves::{FilledShelf, ShelfId, Shown, shelf_of};
use crate::{App, Caller, Failure, Refusal, stores};

/// A difference of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub shelf: ShelfId,
    /// Counted from 0 at the left.
    pub bin_index: i64,
    /// Any barcode of the product, in any GTIN length.
    pub barcode: String,
    /// Taken when negative.
    pub units: i64,
}

/// Adds the difference, as far as there is something to take, and answers the shelf as it is then.
pub async fn add(
    app: &App,
    caller: &Caller,
    store: StoreId,
    difference: Difference,
) -> Result<Shown<FilledShelf>, Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.change_once(caller, move |c| {
        let (app, difference) = (here.clone(), difference.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            let now = store.now(app.clock.now());
            let map = rows::layouts::find(c, store.id).await?;
            let gondola = shelf_of(&map, difference.shelf)?;
            let (plan, bin) = planned(c, store.id, &difference, now).await?;
            let product = product_of(c, &store, &difference.barcode).await?;
            settle(c, store.id, &plan, now).await?;
            change(c, &store, &difference, &bin, product, now).await?;
            filled(c, &store, gondola, now).await
        })
    });
    changed.await
}

/// The plan in force and the bin that is meant.
async fn planned(
    c: &mut Connection,
    store: StoreId,
    difference: &Difference,
    now: Moment,
) -> Result<(ShelfPlan, Bin), Failure> {
    let shelf = difference.shelf;
    let plans = rows::planograms::in_force_on(c, store, shelf.gondola, now).await?;
    let plan = plans.into_iter().find(|plan| plan.shelf_index == shelf.shelf_index);
    let plan = plan.ok_or(Refusal::NotFound("Bin"))?;
    let bin = usize::try_from(difference.bin_index).ok().and_then(|index| plan.bins.get(index));
    let bin = bin.cloned().ok_or(Refusal::NotFound("Bin"))?;
    Ok((plan, bin))
}

async fn product_of(c: &mut Connection, store: &Store, barcode: &str) -> Result<ProductId, Failure> {
    let found = rows::shelf_products::of_barcodes(c, store.retailer, &[barcode_key(barcode)]).await?;
    let product = found.first().map(|(_, product, _)| *product);
    Ok(product.ok_or_else(|| Refusal::invalid("product.barcode", "names no product"))?)
}

async fn change(
    c: &mut Connection,
    store: &Store,
    difference: &Difference,
    bin: &Bin,
    product: ProductId,
    now: Moment,
) -> Result<(), Failure> {
    if difference.units == 0 {
        return Ok(());
    }
    let (gondola, shelf_index) = (difference.shelf.gondola, difference.shelf.shelf_index);
    let stock = rows::stock::list(c, store.id, Some(gondola)).await?;
    let here = (shelf_index, difference.bin_index, product);
    let known = stock.iter().find(|stock| (stock.shelf_index, stock.bin_index, stock.product) == here);
    let of_store = store.thresholds()?.inventory.low_threshold;
    let change = StockChange {
        before: known.map_or(0, |stock| stock.units),
        difference: difference.units,
        is_planned: bin.product == Some(product),
        low_threshold: bin.low_threshold.unwrap_or(of_store),
    };
    let bin_index = difference.bin_index;
    let becomes = Stock { gondola, shelf_index, bin_index, product, units: change.after(), changed_at: now };
    rows::stock::set(c, store.id, &becomes, "inventory").await?;
    for (kind, units) in change.facts() {
        let kind = kind.to_owned();
        let alert = WantedAlert { kind, gondola, shelf_index, bin_index, product, units, at: now };
        rows::wanted_alerts::insert(c, store.id, &alert).await?;
    }
    Ok(())
}

//! Writes down where stock went when plans changed.

use std::collections::{BTreeMap, BTreeSet};

use aisle_database::rows::planograms::ShelfPlan;
use aisle_database::rows::stock::Stock;
use aisle_database::{Connection, rows};
use aisle_model::{Millis, Moment, ProductId, StoreId};

use crate::Failure;
use crate::shelves::bin_then;

/// Brings the stock of a shelf into the bins of the plan in force. The store is locked.
pub(crate) async fn settle(
    c: &mut Connection,
    store: StoreId,
    in_force: &ShelfPlan,
    now: Moment,
) -> Result<(), Failure> {
    let stock = rows::stock::list(c, store, Some(in_force.gondola)).await?;
    let on_shelf: Vec<Stock> = stock.into_iter().filter(|stock| stock.shelf_index == in_force.shelf_index).collect();
    let Some(touched) = on_shelf.iter().map(|stock| stock.changed_at).min() else {
        return Ok(());
    };
    let plans = rows::planograms::between(c, store, Some(in_force.gondola), touched, now).await?;
    for moved in moved(&on_shelf, &plans, in_force, now) {
        rows::stock::set(c, store, &moved, "planogram").await?;
    }
    Ok(())
}

/// The rows that change, as they become.
fn moved(on_shelf: &[Stock], plans: &[ShelfPlan], in_force: &ShelfPlan, now: Moment) -> Vec<Stock> {
    let mut units: BTreeMap<(i64, ProductId), i64> = BTreeMap::new();
    let mut touched = BTreeSet::new();
    for stock in on_shelf {
        // A plan that began at the very moment in which stock was touched came after it.
        let last = ShelfPlan { effective_from: now.max(stock.changed_at.plus(Millis(1))), ..in_force.clone() };
        let bin = bin_then(stock, plans.iter().chain([&last]));
        *units.entry((bin, stock.product)).or_default() += stock.units;
        units.entry((stock.bin_index, stock.product)).or_default();
        if bin != stock.bin_index {
            touched.extend([(bin, stock.product), (stock.bin_index, stock.product)]);
        }
    }
    let changed = units.into_iter().filter(|(key, _)| touched.contains(key));
    let rows = changed.map(|((bin_index, product), units)| Stock {
        gondola: in_force.gondola,
        shelf_index: in_force.shelf_index,
        bin_index,
        product,
        units,
        changed_at: now,
    });
    rows.collect()
}

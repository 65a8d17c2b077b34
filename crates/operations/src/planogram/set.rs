//! Sets the bins of one shelf.

use std::collections::HashSet;

use aisle_database::rows::planograms::{Bin, ShelfPlan};
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::store_map::{Shelf, SizeType};
use aisle_model::{GondolaId, Moment, ProductId, StoreId};

use super::judge::{beginning_fault, product_faults, size_faults};
use crate::commands::{self, Command};
use crate::shelves::gondola_of;
use crate::{App, Caller, Failure, Refusal, inventory, plan, stores};

/// The bins of one shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPlan {
    /// Of the gondola.
    pub shelf_index: i64,
    /// Unit of the sizes.
    pub size_type: SizeType,
    /// From the left; none clears the shelf.
    pub bins: Vec<Bin>,
    /// Now when absent (store clock).
    pub effective_from: Option<Moment>,
}

/// Sets the bins of a shelf in place of every plan for it that is not in force yet.
pub async fn set(app: &App, caller: &Caller, store: StoreId, gondola: GondolaId, new: NewPlan) -> Result<(), Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.change_once(caller, move |c| {
        let (app, new) = (here.clone(), new.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            let now = store.now(app.clock.now());
            judge(c, &store, gondola, &new, now).await?;
            let begins = new.effective_from.unwrap_or(now);
            let plan = ShelfPlan {
                gondola,
                shelf_index: new.shelf_index,
                effective_from: begins,
                size_type: new.size_type,
                bins: new.bins,
            };
            rows::planograms::drop_after(c, store.id, gondola, plan.shelf_index, now).await?;
            rows::planograms::save(c, store.id, &plan, now).await?;
            if begins == now {
                inventory::settle(c, store.id, &plan, now).await?;
            }
            commands::issue(c, &app, &store, &Command::PlanogramChanged { gondola_id: gondola }).await
        })
    });
    changed.await?;
    plan::wake(app);
    Ok(())
}

async fn judge(
    c: &mut Connection,
    store: &Store,
    gondola: GondolaId,
    new: &NewPlan,
    now: Moment,
) -> Result<(), Failure> {
    let map = rows::layouts::find(c, store.id).await?;
    let gondola = gondola_of(&map.gondolas, gondola)?;
    let shelf: Option<&Shelf> = gondola.shelves.iter().find(|shelf| shelf.shelf_index == new.shelf_index);
    let Some(shelf) = shelf else {
        return Err(Refusal::invalid("shelfIndex", "names no shelf of the gondola").into());
    };
    let planned: Vec<ProductId> = new.bins.iter().filter_map(|bin| bin.product).collect();
    let living = rows::shelf_products::lock_living(c, store.retailer, &planned).await?;
    let living: HashSet<ProductId> = living.into_iter().collect();
    let mut faults = size_faults(shelf, new.size_type, &new.bins);
    faults.extend(product_faults(&new.bins, &living));
    faults.extend(new.effective_from.and_then(|from| beginning_fault(from, now)));
    if faults.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(faults).into())
}

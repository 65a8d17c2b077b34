//! Taking a product out of the catalogue, unless a shelf still plans it: a shelf must not hold what cannot be sold.

use std::collections::BTreeSet;

use aisle_database::Connection;
use aisle_database::rows::planograms::{self, ShelfPlan};
use aisle_database::rows::{products, stores};
use aisle_model::{Moment, ProductId, RetailerId, StoreId};

use crate::{App, Caller, Failure, Refusal};

/// Deletes a product with its variants and barcodes.
pub async fn delete(app: &App, caller: &Caller, id: ProductId) -> Result<(), Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let deleted = app.database.change(move |c| {
        Box::pin(async move {
            let product = products::lock(c, retailer, id).await?;
            product.ok_or(Refusal::NotFound("Product"))?;
            if let Some((store, plan)) = planned(c, retailer, id, now).await? {
                let shelf = format!("{}-{}", plan.gondola, plan.shelf_index);
                let message = format!("Product is in the planogram of store {store}, shelf {shelf}");
                return Err(Refusal::conflict(message).into());
            }
            Ok(products::delete(c, retailer, id, now).await?)
        })
    });
    deleted.await
}

/// A shelf that plans the product, now or from a later moment on.
async fn planned(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    wall: Moment,
) -> Result<Option<(StoreId, ShelfPlan)>, Failure> {
    let ever = planograms::with_product(c, retailer, id).await?;
    let in_stores: BTreeSet<StoreId> = ever.iter().map(|(store, _)| *store).collect();
    for store in in_stores {
        let found = stores::find(c, retailer, store).await?;
        let found = found.ok_or_else(|| Failure::broken("the store of a planogram is gone"))?;
        let now = found.now(wall);
        let later = ever.iter().filter(|(of, plan)| *of == store && plan.effective_from > now);
        let later: Vec<ShelfPlan> = later.map(|(_, plan)| plan.clone()).collect();
        let in_force = planograms::in_force(c, store, now).await?;
        let plans_it = |plan: &ShelfPlan| plan.bins.iter().any(|bin| bin.product == Some(id));
        if let Some(plan) = in_force.into_iter().chain(later).find(plans_it) {
            return Ok(Some((store, plan)));
        }
    }
    Ok(None)
}

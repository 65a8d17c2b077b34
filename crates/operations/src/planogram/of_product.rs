//! Where a product stands: every gondola with shelves that plan it now, and on request those where it lies unplanned.

use std::collections::{BTreeMap, BTreeSet};

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::{GondolaId, Moment, ProductId, RetailerId, StoreId};

use crate::shelves::{FilledGondola, FilledShelf, Shown, fill};
use crate::{App, Caller, Failure, Refusal, stores};

/// A gondola on which a product has a place.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductPlace {
    /// Where the gondola stands.
    pub store: StoreId,
    /// With those of its shelves that were asked for.
    pub gondola: Shown<FilledGondola>,
    /// Whether at least one unit of the product is on the gondola, on whatever shelf.
    pub is_available: bool,
}

/// Where a product is, in one store or in all of the retailer's, by store and
/// gondola.
pub async fn of_product(
    app: &App,
    caller: &Caller,
    product: ProductId,
    store: Option<StoreId>,
    with_misplacements: bool,
) -> Result<Vec<ProductPlace>, Failure> {
    let (retailer, wall) = (caller.retailer, app.clock.now());
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let known = rows::products::find(c, retailer, product).await?;
            known.ok_or(Refusal::NotFound("Product"))?;
            if let Some(store) = store {
                stores::found_in(c, retailer, store).await?;
            }
            let wanted = Wanted { product, with_misplacements };
            let mut places = Vec::new();
            for (id, gondolas) in candidates(c, retailer, wanted).await? {
                if store.is_some_and(|only| only != id) {
                    continue;
                }
                let store = stores::found_in(c, retailer, id).await?;
                let now = store.now(wall);
                places.extend(wanted.in_store(c, &store, &gondolas, now).await?);
            }
            Ok(places)
        })
    });
    found.await
}

#[derive(Clone, Copy)]
struct Wanted {
    product: ProductId,
    with_misplacements: bool,
}

/// Gondolas that may show the product, by store: what was planned or put there once may be gone.
async fn candidates(
    c: &mut Connection,
    retailer: RetailerId,
    wanted: Wanted,
) -> Result<BTreeMap<StoreId, BTreeSet<GondolaId>>, Failure> {
    let mut found = rows::planograms::gondolas_with_product(c, retailer, wanted.product).await?;
    if wanted.with_misplacements {
        found.extend(rows::stock::gondolas_with_product(c, retailer, wanted.product).await?);
    }
    let mut by_store = BTreeMap::<StoreId, BTreeSet<GondolaId>>::new();
    for (store, gondola) in found {
        by_store.entry(store).or_default().insert(gondola);
    }
    Ok(by_store)
}

impl Wanted {
    async fn in_store(
        self,
        c: &mut Connection,
        store: &Store,
        candidates: &BTreeSet<GondolaId>,
        now: Moment,
    ) -> Result<Vec<ProductPlace>, Failure> {
        let mut gondolas = rows::layouts::find(c, store.id).await?.gondolas;
        gondolas.retain(|gondola| candidates.contains(&gondola.id));
        gondolas.sort_by_key(|gondola| gondola.id);
        let mut places = Vec::with_capacity(gondolas.len());
        for gondola in gondolas {
            let stock = rows::stock::list(c, store.id, Some(gondola.id)).await?;
            let mut filled = fill(c, store, vec![gondola], now, stock).await?;
            let what = filled.what.pop().ok_or_else(|| Failure::broken("a gondola that was filled is gone"))?;
            places.extend(self.place(store.id, Shown { what, goods: filled.goods }));
        }
        Ok(places)
    }

    fn place(self, store: StoreId, mut gondola: Shown<FilledGondola>) -> Option<ProductPlace> {
        let shelves = &mut gondola.what.shelves;
        let is_available = shelves.iter().any(|shelf| self.lies_on(shelf));
        shelves.retain(|shelf| self.shows(shelf));
        let has_place = !shelves.is_empty();
        has_place.then_some(ProductPlace { store, gondola, is_available })
    }

    fn lies_on(self, shelf: &FilledShelf) -> bool {
        shelf.bins.iter().any(|bin| bin.units_of(self.product) > 0)
    }

    /// Where it lies without a plan for it on the shelf, it is misplaced.
    fn shows(self, shelf: &FilledShelf) -> bool {
        let is_planned = shelf.bins.iter().any(|bin| bin.planned == Some(self.product));
        is_planned || (self.with_misplacements && self.lies_on(shelf))
    }
}

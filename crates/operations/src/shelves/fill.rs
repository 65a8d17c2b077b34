//! Puts plans and stock together.
//!
//! Stock says in which bin units were when somebody last touched them. Plans that came into force since may have fewer
//! bins; then what stood beyond the end stands in the last bin.

use std::collections::{BTreeMap, BTreeSet};

use aisle_database::rows::planograms::ShelfPlan;
use aisle_database::rows::stock::Stock;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_floorplan::GeometryFault;
use aisle_model::store_map::{Gondola, Shelf, SizeType};
use aisle_model::{GondolaId, Moment, ProductId};

use super::filled::{FilledBin, FilledGondola, FilledShelf, Goods, Shown};
use super::places;
use crate::Failure;

/// The bin in which stock stands after the plans that began to hold since it was last touched, oldest first. A plan
/// without bins moves nothing.
pub(crate) fn bin_then<'p>(stock: &Stock, plans: impl IntoIterator<Item = &'p ShelfPlan>) -> i64 {
    let mut bin = stock.bin_index;
    for plan in plans {
        let last = i64::try_from(plan.bins.len()).unwrap_or(i64::MAX) - 1;
        let is_of_it = (plan.gondola, plan.shelf_index) == (stock.gondola, stock.shelf_index);
        if is_of_it && last >= 0 && plan.effective_from > stock.changed_at {
            bin = bin.min(last);
        }
    }
    bin
}

/// These gondolas with the plans in force at a moment and this stock.
pub(crate) async fn fill(
    c: &mut Connection,
    store: &Store,
    gondolas: Vec<Gondola>,
    at: Moment,
    stock: Vec<Stock>,
) -> Result<Shown<Vec<FilledGondola>>, Failure> {
    let only = match gondolas.as_slice() {
        [one] => Some(one.id),
        _ => None,
    };
    let plans = match only {
        Some(gondola) => rows::planograms::in_force_on(c, store.id, gondola, at).await?,
        None => rows::planograms::in_force(c, store.id, at).await?,
    };
    let since = match stock.iter().map(|stock| stock.changed_at).min() {
        Some(touched) => rows::planograms::between(c, store.id, only, touched, at).await?,
        None => Vec::new(),
    };
    let shelves = Contents::of(plans, &stock, &since);
    let goods = rows::shelf_products::find(c, store.retailer, store.id, &shelves.products()).await?;
    let filled: Result<Vec<_>, GeometryFault> = gondolas.into_iter().map(|gondola| shelves.put_into(gondola)).collect();
    let mut goods = Goods(goods);
    goods.0.sort_by_key(|product| product.id);
    Ok(Shown { what: filled.map_err(Failure::broken)?, goods })
}

/// These gondolas without bins.
pub(super) fn bare(gondolas: Vec<Gondola>) -> Result<Shown<Vec<FilledGondola>>, Failure> {
    let empty = Contents::default();
    let filled: Result<Vec<_>, GeometryFault> = gondolas.into_iter().map(|gondola| empty.put_into(gondola)).collect();
    Ok(Shown { what: filled.map_err(Failure::broken)?, goods: Goods(Vec::new()) })
}

type ShelfKey = (GondolaId, i64);

/// What is planned for shelves and what stands there.
#[derive(Default)]
struct Contents {
    plans: BTreeMap<ShelfKey, ShelfPlan>,
    units: BTreeMap<ShelfKey, BTreeMap<(i64, ProductId), i64>>,
}

impl Contents {
    fn of(plans: Vec<ShelfPlan>, stock: &[Stock], since: &[ShelfPlan]) -> Self {
        let mut contents = Self::default();
        for plan in plans {
            contents.plans.insert((plan.gondola, plan.shelf_index), plan);
        }
        for stock in stock {
            let on_shelf = contents.units.entry((stock.gondola, stock.shelf_index)).or_default();
            *on_shelf.entry((bin_then(stock, since), stock.product)).or_default() += stock.units;
        }
        contents
    }

    fn products(&self) -> Vec<ProductId> {
        let planned = self.plans.values().flat_map(|plan| &plan.bins).filter_map(|bin| bin.product);
        let standing = self.units.values().flat_map(BTreeMap::keys).map(|(_, product)| *product);
        planned.chain(standing).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn put_into(&self, gondola: Gondola) -> Result<FilledGondola, GeometryFault> {
        let mut sorted: Vec<&Shelf> = gondola.shelves.iter().collect();
        sorted.sort_by_key(|shelf| shelf.shelf_index);
        let shelves: Result<Vec<_>, _> = sorted.into_iter().map(|shelf| filled(self, shelf, &gondola)).collect();
        Ok(FilledGondola { place: places::of_gondola(&gondola)?, shelves: shelves?, gondola })
    }
}

fn filled(contents: &Contents, shelf: &Shelf, of: &Gondola) -> Result<FilledShelf, GeometryFault> {
    let key = (of.id, shelf.shelf_index);
    let plan = contents.plans.get(&key);
    let natural = if shelf.plates > 0 { SizeType::Plate } else { SizeType::Meters };
    let size_type = plan.map_or(natural, |plan| plan.size_type);
    let planned = plan.map(|plan| plan.bins.as_slice()).unwrap_or_default();
    let mut bins = Vec::with_capacity(planned.len());
    for (bin, place) in planned.iter().zip(places::of_bins(of, shelf, size_type, planned)?) {
        bins.push(FilledBin {
            size: bin.size,
            place,
            planned: bin.product,
            low_threshold: bin.low_threshold,
            units: Vec::new(),
        });
    }
    for ((bin, product), units) in contents.units.get(&key).into_iter().flatten() {
        if let Some(bin) = usize::try_from(*bin).ok().and_then(|bin| bins.get_mut(bin)) {
            bin.units.push((*product, *units));
        }
    }
    let place = places::of_shelf(of, shelf)?;
    Ok(FilledShelf { gondola: of.id, shelf: shelf.clone(), place, size_type, bins })
}

#[cfg(test)]
mod tests {
    use aisle_database::rows::planograms::Bin;

    use super::*;

    fn plan(at: i64, bins: usize) -> ShelfPlan {
        ShelfPlan {
            gondola: GondolaId(1),
            shelf_index: 1,
            effective_from: Moment::from_millis(at),
            size_type: SizeType::Plate,
            bins: vec![Bin { product: None, size: 1.0, low_threshold: None }; bins],
        }
    }

    #[test]
    fn units_move_only_when_their_bin_goes() {
        let check = |bin_index: i64, plans: &[ShelfPlan], expected: i64| {
            let stock = Stock {
                gondola: GondolaId(1),
                shelf_index: 1,
                bin_index,
                product: ProductId(1),
                units: 1,
                changed_at: Moment::from_millis(10),
            };
            assert_eq!(bin_then(&stock, plans), expected, "bin {bin_index}");
        };
        check(2, &[], 2);
        check(2, &[plan(11, 5)], 2);
        check(2, &[plan(11, 2)], 1);
        // Once moved, more bins do not bring it back.
        check(2, &[plan(11, 2), plan(12, 5)], 1);
        check(2, &[plan(11, 0)], 2);
        // What was touched under a plan stands where it was put.
        check(2, &[plan(10, 1)], 2);
        let elsewhere = ShelfPlan { shelf_index: 2, ..plan(11, 1) };
        check(2, &[elsewhere], 2);
    }
}

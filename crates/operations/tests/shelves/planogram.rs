//! Planograms: judged, planned ahead, and exact for every moment.

use aisle_database::testing::on_both_databases;
use aisle_model::store_map::{SizeType, StoreMap};
use aisle_model::{Millis, Moment, ProductId};
use aisle_operations::planogram::NewPlan;
use aisle_operations::{commands, planogram, products};
use aisle_testkit::{START, assert_absent, assert_conflict, faults};

use crate::fixture::{Fixture, GONDOLA, PLATES, SHELF, bin, fixture, plan};

/// What is planned for the shelf at a moment.
async fn planned(fixture: &Fixture, at: Moment) -> Vec<Option<ProductId>> {
    let view = fixture.view(Some(at)).await.unwrap();
    let shelf = view.current.what.shelves.into_iter().find(|shelf| shelf.shelf.shelf_index == SHELF.shelf_index);
    shelf.unwrap().bins.into_iter().map(|bin| bin.planned).collect()
}

#[tokio::test]
async fn every_past_moment_shows_its_own_plan_stock_and_furniture() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (one, two) = (fixture.product("4006381333931").await, fixture.product("850050071228").await);
        let first = fixture.later(10);
        fixture.plan(plan(&[one, two])).await.unwrap();
        let stocked = fixture.later(10);
        fixture.add(1, "850050071228", 4).await.unwrap();
        let second = fixture.later(10);
        fixture.plan(plan(&[two])).await.unwrap();
        let emptied = fixture.later(10);
        fixture.add(0, "850050071228", -4).await.unwrap();
        let gone = fixture.later(10);
        fixture.furnish(StoreMap::default()).await.unwrap();
        fixture.later(10);

        let before = |at: Moment| at.minus(Millis(1));
        assert_eq!(planned(&fixture, before(first)).await, []);
        assert_eq!(planned(&fixture, first).await, [Some(one), Some(two)]);
        assert_eq!(fixture.units_at(before(stocked)).await, []);
        assert_eq!(fixture.units_at(stocked).await, [(1, two, 4)]);
        assert_eq!(planned(&fixture, before(second)).await, [Some(one), Some(two)]);
        assert_eq!(fixture.units_at(before(second)).await, [(1, two, 4)]);
        assert_eq!(planned(&fixture, second).await, [Some(two)]);
        assert_eq!(fixture.units_at(second).await, [(0, two, 4)], "what stood beyond the end is in the last bin");
        assert_eq!(fixture.units_at(emptied).await, []);
        assert_eq!(fixture.view(Some(before(gone))).await.unwrap().gondolas, [GONDOLA]);
        assert_absent(fixture.view(Some(gone)).await, "Gondola");
        assert_absent(fixture.view(None).await, "Gondola");
        assert_absent(fixture.view(Some(before(START))).await, "Gondola");
    })
    .await;
}

#[tokio::test]
async fn plans_are_made_ahead_and_the_last_word_counts() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (one, two) = (fixture.product("4006381333931").await, fixture.product("850050071228").await);
        fixture.plan(plan(&[one, one])).await.unwrap();
        fixture.add(1, "4006381333931", 2).await.unwrap();
        let soon = START.plus(Millis(60_000));
        let later = START.plus(Millis(120_000));
        fixture.plan(NewPlan { effective_from: Some(later), ..plan(&[]) }).await.unwrap();
        fixture.plan(NewPlan { effective_from: Some(soon), ..plan(&[two]) }).await.unwrap();
        assert_eq!(planned(&fixture, START).await, [Some(one), Some(one)]);
        assert_eq!(planned(&fixture, soon).await, [Some(two)]);
        assert_eq!(planned(&fixture, later).await, [Some(two)], "the plan for later was replaced");
        assert_eq!(fixture.units_at(soon).await, [(0, one, 2)], "nothing ran when the plan came into force");
        fixture.later(60);
        fixture.add(0, "4006381333931", 3).await.unwrap();
        assert_eq!(fixture.units().await, [(0, one, 5)]);
        fixture.plan(plan(&[one, two, two])).await.unwrap();
        assert_eq!(fixture.units().await, [(0, one, 5)], "what moved once does not go back");
        assert_eq!(fixture.units_at(START).await, [(1, one, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_plan_without_bins_hides_units_and_loses_none() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (one, two) = (fixture.product("4006381333931").await, fixture.product("850050071228").await);
        fixture.plan(plan(&[one, two])).await.unwrap();
        fixture.add(1, "850050071228", 2).await.unwrap();
        // All of this happens at one moment.
        fixture.plan(plan(&[])).await.unwrap();
        assert_eq!(fixture.units().await, []);
        fixture.plan(plan(&[two, one])).await.unwrap();
        assert_eq!(fixture.units().await, [(1, two, 2)]);
        let shelf = fixture.add(1, "850050071228", 0).await.unwrap();
        assert_eq!((shelf.what.bins[1].planned_units(), shelf.what.bins[1].unplanned_units()), (0, 2));
        fixture.plan(plan(&[one])).await.unwrap();
        assert_eq!(fixture.units().await, [(0, two, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_judged_whole() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let one = fixture.product("4006381333931").await;
        let unknown = ProductId(999);
        let of_plates = |sizes: &[f64]| NewPlan {
            shelf_index: PLATES,
            size_type: SizeType::Plate,
            bins: sizes.iter().map(|size| bin(Some(one), *size)).collect(),
            effective_from: None,
        };
        let refused = |plan: NewPlan| async { faults(fixture.plan(plan).await) };
        assert_eq!(refused(NewPlan { shelf_index: 9, ..plan(&[]) }).await, ["shelfIndex any.invalid"]);
        let wide = NewPlan { bins: vec![bin(Some(one), 0.9), bin(Some(unknown), 0.4)], ..plan(&[]) };
        assert_eq!(refused(wide).await, ["bins number.max", "bins[1].productId any.invalid"]);
        assert_eq!(refused(of_plates(&[1.5, 2.0])).await, ["bins[0].size number.integer"]);
        assert_eq!(refused(of_plates(&[4.0, 3.0])).await, ["bins number.max"]);
        for from in [START.minus(Millis(1)), START.plus(Millis(30 * 24 * 3_600_000 + 1))] {
            let off = NewPlan { effective_from: Some(from), ..plan(&[one]) };
            assert_eq!(refused(off).await, ["effectiveFrom any.invalid"]);
        }
        fixture.plan(of_plates(&[4.0, 2.0])).await.unwrap();
        fixture.plan(NewPlan { bins: vec![bin(None, 1.2)], ..plan(&[]) }).await.unwrap();
        assert_eq!(planned(&fixture, START).await, [None]);
        let planned = "Product is in the planogram of store 1, shelf 2-1";
        assert_conflict(products::delete(&fixture.app, &fixture.caller, one).await, planned);
    })
    .await;
}

#[tokio::test]
async fn devices_are_told_of_a_new_plan() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        fixture.plan(plan(&[])).await.unwrap();
        let caller = aisle_operations::Caller { store: Some(fixture.store), ..fixture.caller.clone() };
        let polled = commands::poll(&fixture.app, &caller, fixture.store, 0, std::time::Duration::ZERO).await;
        let told = polled.unwrap().commands;
        let kinds: Vec<&str> = told.iter().map(|command| command.kind.as_str()).collect();
        assert_eq!(kinds, ["layout.changed", "planogram.changed"]);
    })
    .await;
}

/// Gaps of 1 to 3 ms, and what is planned from each moment on, as if drawn by hand.
fn many_versions(products: [ProductId; 2]) -> Vec<(i64, Vec<ProductId>)> {
    let version = |number: i64| {
        let bins = (0..number % 4).map(|bin| products[usize::from((number / 4 + bin) % 2 == 0)]);
        (1 + number * 7 % 3, bins.collect())
    };
    (0..60).map(version).collect()
}

#[tokio::test]
async fn of_many_versions_each_is_exact_to_the_millisecond() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let products = [fixture.product("4006381333931").await, fixture.product("850050071228").await];
        let mut expected = vec![(START, Vec::new(), 0)];
        for (gap, bins) in many_versions(products) {
            fixture.app.clock.advance(Millis(gap));
            let begins = fixture.app.clock.now();
            fixture.plan(plan(&bins)).await.unwrap();
            let units = if bins.is_empty() { 0 } else { begins.millis() - START.millis() };
            if units > 0 {
                // The count of the first bin says when it was made.
                let had = fixture.units().await.iter().map(|(_, _, units)| units).sum::<i64>();
                fixture.add(0, "4006381333931", units - had).await.unwrap();
            }
            expected.push((begins, bins.into_iter().map(Some).collect(), units));
        }
        let end = fixture.later(1);
        for (place, (begins, bins, units)) in expected.iter().enumerate() {
            let until = expected.get(place + 1).map_or(end, |(next, _, _)| *next);
            for at in [*begins, until.minus(Millis(1))] {
                let shown: i64 = fixture.units_at(at).await.iter().map(|(_, _, units)| units).sum();
                assert_eq!((&planned(&fixture, at).await, shown), (bins, *units), "version {place} at {at}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_product_is_found_where_it_is_planned_and_where_it_lies() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (one, two) = (fixture.product("4006381333931").await, fixture.product("850050071228").await);
        let (app, caller) = (&fixture.app, &fixture.caller);
        let places = |product, store, misplaced| planogram::of_product(app, caller, product, store, misplaced);
        assert_eq!(places(one, None, true).await.unwrap(), []);
        fixture.plan(plan(&[one, two])).await.unwrap();
        fixture.plan(NewPlan { shelf_index: PLATES, ..plan(&[two]) }).await.unwrap();
        let shelves = |places: &[planogram::ProductPlace]| {
            let shown = places.iter().flat_map(|place| {
                place.gondola.what.shelves.iter().map(|shelf| (shelf.shelf.shelf_index, place.is_available))
            });
            shown.collect::<Vec<_>>()
        };
        assert_eq!(shelves(&places(one, None, false).await.unwrap()), [(5, false)]);
        assert_eq!(shelves(&places(two, Some(fixture.store), false).await.unwrap()), [(1, false), (5, false)]);
        fixture.add(1, "4006381333931", 3).await.unwrap();
        fixture.plan(plan(&[two, two])).await.unwrap();
        assert_eq!(shelves(&places(one, None, false).await.unwrap()), []);
        assert_eq!(shelves(&places(one, None, true).await.unwrap()), [(5, true)]);
        let soon = NewPlan { effective_from: Some(START.plus(Millis(1000))), ..plan(&[one]) };
        fixture.plan(soon).await.unwrap();
        assert_eq!(shelves(&places(one, None, false).await.unwrap()), [], "that plan does not hold yet");
        fixture.later(1);
        assert_eq!(shelves(&places(one, None, false).await.unwrap()), [(5, true)]);
        assert_absent(places(ProductId(999), None, false).await, "Product");
        assert_absent(places(one, Some(aisle_model::StoreId(999)), false).await, "Store");
    })
    .await;
}

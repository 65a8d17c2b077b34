//! Stock: exact under concurrency, never below zero, never silently.

use aisle_database::testing::on_both_databases;
use aisle_operations::inventory::{self, Difference};
use aisle_operations::shelves::ShelfId;
use aisle_testkit::{assert_absent, faults};
use futures::future::join_all;

use crate::fixture::{SHELF, fixture, plan};

fn fact(kind: &str, units: i64) -> (String, i64) {
    (kind.to_owned(), units)
}

#[tokio::test]
async fn what_is_not_there_cannot_be_taken_and_somebody_is_told() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let one = fixture.product("4006381333931").await;
        fixture.plan(plan(&[one])).await.unwrap();
        fixture.add(0, "4006381333931", 5).await.unwrap();
        let left = fixture.add(0, "4006381333931", -1000).await.unwrap();
        assert_eq!(left.what.bins[0].units, []);
        assert_eq!(fixture.units().await, []);
        let expected = [fact("restocked", 5), fact("belowZero", 995), fact("lowInventory", 0)];
        assert_eq!(fixture.facts().await, expected);
    })
    .await;
}

#[tokio::test]
async fn units_that_no_plan_has_there_are_reported() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (one, two) = (fixture.product("4006381333931").await, fixture.product("850050071228").await);
        fixture.plan(plan(&[one])).await.unwrap();
        let shelf = fixture.add(0, "850050071228", 2).await.unwrap();
        assert_eq!((shelf.what.bins[0].planned_units(), shelf.what.bins[0].unplanned_units()), (0, 2));
        assert_eq!(fixture.facts().await, [fact("misplaced", 2)]);
        fixture.add(0, "850050071228", -2).await.unwrap();
        assert_eq!(fixture.units().await, []);
        assert_eq!(fixture.facts().await.len(), 1, "what was there may be taken away");
        assert_ne!(one, two);
    })
    .await;
}

#[tokio::test]
async fn every_one_of_many_calls_at_once_counts() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let one = fixture.product("4006381333931").await;
        fixture.plan(plan(&[one])).await.unwrap();
        fixture.add(0, "4006381333931", 10).await.unwrap();
        let calls = (0..40).map(|call| fixture.add(0, "4006381333931", if call % 2 == 0 { 3 } else { -1 }));
        for outcome in join_all(calls).await {
            outcome.unwrap();
        }
        assert_eq!(fixture.units().await, [(0, one, 10 + 20 * 3 - 20)]);
    })
    .await;
}

#[tokio::test]
async fn a_difference_names_a_bin_and_a_product() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let one = fixture.product("4006381333931").await;
        assert_absent(fixture.add(0, "4006381333931", 1).await, "Bin");
        fixture.plan(plan(&[one])).await.unwrap();
        assert_absent(fixture.add(1, "4006381333931", 1).await, "Bin");
        assert_eq!(faults(fixture.add(0, "4006381333932", 1).await), ["product.barcode any.invalid"]);
        let elsewhere = ShelfId { shelf_index: 6, ..SHELF };
        let lost = Difference { shelf: elsewhere, bin_index: 0, barcode: "4006381333931".to_owned(), units: 1 };
        let outcome = inventory::add(&fixture.app, &fixture.caller, fixture.store, lost).await;
        assert_absent(outcome, "Shelf");
        assert_eq!(fixture.facts().await, []);
    })
    .await;
}

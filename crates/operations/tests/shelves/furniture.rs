//! Gondolas, shelves and bins where they stand.

use aisle_database::testing::on_both_databases;
use aisle_model::GondolaId;
use aisle_model::store_map::{StoreMap, Vector};
use aisle_operations::shelves::{self, Wanted};
use aisle_testkit::{assert_absent, assert_conflict, retailer};

use crate::fixture::{GONDOLA, fixture, map, plan};

fn is_at(found: Vector, x: f64, y: f64, z: f64) -> bool {
    (found.x - x).abs() < 1e-9 && (found.y - y).abs() < 1e-9 && (found.z - z).abs() < 1e-9
}

#[tokio::test]
async fn bins_stand_in_their_shelf_and_in_the_store() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (one, two) = (fixture.product("4006381333931").await, fixture.product("850050071228").await);
        fixture.plan(plan(&[one, two])).await.unwrap();
        fixture.add(1, "0850050071228", 3).await.unwrap();
        let (app, caller, store) = (&fixture.app, &fixture.caller, fixture.store);
        let found = shelves::find(app, caller, store, GONDOLA, Wanted::Bins).await.unwrap();
        let [low, high] = found.what.shelves.as_slice() else { panic!("{found:?}") };
        assert_eq!((low.shelf.shelf_index, high.shelf.shelf_index), (1, 5), "the lowest comes first");
        assert_eq!((low.bins.len(), low.size_type.as_str()), (0, "plate"));
        // The gondola is turned by a quarter: its x runs along the store's y.
        assert!(is_at(high.place.in_store.translation, 2.9, 4.0, 0.3), "{:?}", high.place);
        let second = &high.bins[1];
        assert!(is_at(second.place.in_parent.translation, 0.4, 0.0, 0.0), "{:?}", second.place);
        assert!(is_at(second.place.in_store.translation, 2.9, 4.4, 0.3), "{:?}", second.place);
        assert_eq!((second.planned, second.planned_units(), second.unplanned_units()), (Some(two), 3, 0));
        assert_eq!(found.goods.get(two).unwrap().barcode.as_deref(), Some("850050071228"));
        assert!(found.goods.get(one).is_some());
        let bare = shelves::list(app, caller, store, Wanted::Furniture).await.unwrap();
        assert!(bare.what[0].shelves.iter().all(|shelf| shelf.bins.is_empty()));
    })
    .await;
}

#[tokio::test]
async fn others_furniture_is_absent() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let stranger = retailer(&fixture.app, "other").await;
        let (app, store) = (&fixture.app, fixture.store);
        assert_absent(shelves::find(app, &stranger, store, GONDOLA, Wanted::Bins).await, "Store");
        assert_absent(shelves::find(app, &fixture.caller, store, GondolaId(9), Wanted::Bins).await, "Gondola");
    })
    .await;
}

#[tokio::test]
async fn a_shelf_with_units_stays_on_the_map() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let one = fixture.product("4006381333931").await;
        fixture.plan(plan(&[one])).await.unwrap();
        fixture.add(0, "4006381333931", 1).await.unwrap();
        assert_conflict(fixture.furnish(StoreMap::default()).await, "Shelf 2-5 still holds units");
        let mut smaller = map();
        smaller.gondolas[0].shelves.retain(|shelf| shelf.shelf_index == 5);
        fixture.furnish(smaller).await.unwrap();
        fixture.add(0, "4006381333931", -1).await.unwrap();
        fixture.furnish(StoreMap::default()).await.unwrap();
    })
    .await;
}

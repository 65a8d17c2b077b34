//! Drawing, changing and deleting zones.

use aisle_database::testing::on_both_databases;
use aisle_model::floor_map::ZoneLabel::{self, Checkout, Entry, Machine, None as NoUse, Scanning};
use aisle_model::floor_map::{DeviceKind, FloorPoint, Gate};
use aisle_model::store_map::{Machine as MapMachine, StoreMap};
use aisle_operations::check_in_devices::{self, DeviceFields};
use aisle_operations::layout;
use aisle_operations::patch::Patch;
use aisle_operations::zones::{self, NewZone, ThresholdsEdit, ZoneEdit};

use crate::fixture::{assert_absent, assert_conflict, device, faults, fixture, gate, map_with, square};

#[tokio::test]
async fn a_zone_gets_a_free_number_and_ids_are_never_given_again() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let create = |id| zones::create(&shop.app, &shop.caller, store, square(id, &[Checkout]));
        create(Some("2")).await.unwrap();
        let numbered = [create(None).await.unwrap(), create(None).await.unwrap()];
        assert_eq!(numbered.map(|made| made.zone.id.0), ["3", "4"]);
        zones::delete(&shop.app, &shop.caller, store, "3".into()).await.unwrap();
        assert_absent(zones::find(&shop.app, &shop.caller, store, "3".into()).await, "Zone");
        assert_absent(zones::delete(&shop.app, &shop.caller, store, "3".into()).await, "Zone");
        for used in ["2", "3"] {
            assert_conflict(create(Some(used)).await, "Zone id was used before");
        }
        let elsewhere = shop.store("Nord").await.id;
        zones::create(&shop.app, &shop.caller, elsewhere, square(Some("2"), &[])).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn faulty_polygons_and_labels_are_refused_together() {
    let bow: Vec<FloorPoint> = vec![(0.0, 0.0), (4.0, 3.0), (4.0, 0.0), (0.0, 3.0)];
    let sliver = vec![(0.0, 0.0), (1.0, 0.0), (1.0, 0.0004), (0.0, 0.0004)];
    on_both_databases(|database| {
        let (bow, sliver) = (bow.clone(), sliver.clone());
        async move {
            let shop = fixture(database).await;
            let store = shop.store("Mitte").await.id;
            for polygon in [bow, sliver] {
                let new = NewZone { polygon: polygon.clone(), ..square(None, &[NoUse, Checkout]) };
                let refused = zones::create(&shop.app, &shop.caller, store, new).await;
                assert_eq!(faults(refused), ["polygon any.invalid", "labels any.invalid"]);
                let id = shop.zone(store, &[]).await.zone.id;
                let edit = ZoneEdit { polygon: Some(polygon), ..ZoneEdit::default() };
                let refused = zones::update(&shop.app, &shop.caller, store, id, edit).await;
                assert_eq!(faults(refused), ["polygon any.invalid"]);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let made = shop.zone(store, &[]).await;
        assert_eq!(made.zone.labels, [NoUse]);
        let later = shop.later();
        let update = |edit| zones::update(&shop.app, &shop.caller, store, made.zone.id.clone(), edit);
        assert_eq!(update(ZoneEdit::default()).await.unwrap(), made);
        let dwell = ThresholdsEdit { enter_dwell_ms: Patch::Set(0), ..ThresholdsEdit::default() };
        let margin = ThresholdsEdit { enter_margin_m: Patch::Set(0.0), ..ThresholdsEdit::default() };
        update(ZoneEdit { thresholds: dwell, ..ZoneEdit::default() }).await.unwrap();
        let moved = vec![(0.00049, 0.0), (4.0, 0.0), (4.0, 3.0)];
        let changed = update(ZoneEdit { thresholds: margin, polygon: Some(moved), ..ZoneEdit::default() });
        let changed = changed.await.unwrap();
        let thresholds = changed.zone.thresholds;
        assert_eq!((thresholds.enter_dwell_ms, thresholds.enter_margin_m), (Some(0), Some(0.0)));
        assert_eq!(changed.zone.polygon, [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0)]);
        assert_eq!((changed.created_at, changed.updated_at), (made.created_at, later));
        let plans = shop.plans(store).await;
        assert_eq!(plans.iter().map(|plan| plan.version).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(plans.last().unwrap().zones, [changed.zone]);
    })
    .await;
}

#[tokio::test]
async fn a_zone_in_use_stays() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let scanning = shop.zone(store, &[Scanning]).await.zone.id;
        let machine = shop.zone(store, &[Machine]).await.zone.id;
        let entry = shop.zone(store, &[Entry]).await.zone.id;
        let map = StoreMap {
            machines: vec![MapMachine {
                source_id: "coffee_1".to_owned(),
                name: None,
                zone_id: Some(machine.clone()),
                position: None,
                radius_m: 1.0,
            }],
            ..map_with(vec![Gate { entry_zone_id: Some(entry.clone()), ..gate(1) }])
        };
        layout::replace(&shop.app, &shop.caller, store, 3, map).await.unwrap();
        let reader = DeviceFields { scanning_zone: Some(scanning.clone()), ..device(DeviceKind::Internal) };
        let reader = check_in_devices::create(&shop.app, &shop.caller, store, reader).await.unwrap();
        let used = format!("Zone is used by check-in device {}", reader.id);
        let delete = |id| zones::delete(&shop.app, &shop.caller, store, id);
        assert_conflict(delete(scanning.clone()).await, &used);
        assert_conflict(delete(machine).await, "Zone is used by machine coffee_1");
        let edit = ZoneEdit { labels: Some(vec![Checkout]), ..ZoneEdit::default() };
        assert_conflict(zones::update(&shop.app, &shop.caller, store, scanning, edit).await, &used);
        delete(entry).await.unwrap();
        let map = layout::find(&shop.app, &shop.caller, store).await.unwrap().map;
        assert_eq!(map.gates, [gate(1)]);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_by_id_and_keeps_zones_with_any_of_the_labels() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let labels: [(&str, &[ZoneLabel]); 3] = [("b", &[Checkout, Entry]), ("a", &[Entry]), ("c", &[])];
        for (id, labels) in labels {
            zones::create(&shop.app, &shop.caller, store, square(Some(id), labels)).await.unwrap();
        }
        let check = |wanted: Vec<ZoneLabel>, ids: Vec<&'static str>| {
            let shop = &shop;
            async move {
                let found = zones::list(&shop.app, &shop.caller, store, wanted).await.unwrap();
                assert_eq!(found.into_iter().map(|stored| stored.zone.id.0).collect::<Vec<_>>(), ids);
            }
        };
        check(vec![], vec!["a", "b", "c"]).await;
        check(vec![Entry], vec!["a", "b"]).await;
        check(vec![NoUse, Checkout], vec!["b", "c"]).await;
        assert_absent(zones::list(&shop.app, &shop.stranger().await, store, vec![]).await, "Store");
    })
    .await;
}

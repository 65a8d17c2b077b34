//! Replacing the map of a store.

use aisle_database::testing::on_both_databases;
use aisle_model::floor_map::{DeviceKind, Gate};
use aisle_model::store_map::{Camera, Gondola, Machine, Shelf, StoreMap, Vector};
use aisle_model::{CameraId, GateId, GondolaId, ZoneId};
use aisle_operations::check_in_devices::{self, DeviceFields};
use aisle_operations::layout;

use crate::fixture::{assert_absent, assert_conflict, device, faults, fixture, gate, map_with};

const SIZE: Vector = Vector { x: 1.0, y: 0.5, z: 2.0 };

fn shelf(index: i64) -> Shelf {
    Shelf {
        shelf_index: index,
        translation: Vector::default(),
        rotation: None,
        dimensions: SIZE,
        plates: 0,
        max_plate_kg: 20.0,
    }
}

fn gondola(id: i64, shelves: Vec<Shelf>) -> Gondola {
    Gondola {
        id: GondolaId(id),
        name: None,
        translation: Vector { x: 1.000_4, y: 2.0, z: 0.0 },
        rotation: None,
        dimensions: SIZE,
        shelves,
    }
}

fn camera(id: i64) -> Camera {
    Camera { id: CameraId(id), name: None, position: SIZE, homography: None, frame_uri: None }
}

fn machine(id: &str) -> Machine {
    Machine { source_id: id.to_owned(), name: None, zone_id: None, position: Some((1.0, 1.0)), radius_m: 1.0 }
}

#[tokio::test]
async fn a_map_is_replaced_whole_on_its_version_only() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let first = StoreMap { gondolas: vec![gondola(2, vec![shelf(5)])], ..map_with(vec![gate(1)]) };
        let replaced = layout::replace(&shop.app, &shop.caller, store, 0, first.clone()).await.unwrap();
        assert_eq!(replaced.store.layout_version, 1);
        let stored = replaced.map.gondolas[0].translation;
        let rounded = Vector { x: 1.0, y: 2.0, z: 0.0 };
        assert_eq!(stored, rounded, "lengths are stored to the millimetre");
        let again = layout::replace(&shop.app, &shop.caller, store, 0, first).await;
        assert_conflict(again, "Layout was changed meanwhile");
        let second = map_with(vec![gate(2)]);
        layout::replace(&shop.app, &shop.caller, store, 1, second.clone()).await.unwrap();
        let found = layout::find(&shop.app, &shop.caller, store).await.unwrap();
        assert_eq!((found.store.layout_version, found.map), (2, second));
        let plan = shop.plans(store).await.pop().unwrap();
        assert_eq!((plan.version, plan.gates), (2, vec![gate(2)]));
        assert_absent(layout::find(&shop.app, &shop.stranger().await, store).await, "Store");
    })
    .await;
}

#[tokio::test]
async fn every_fault_of_a_map_is_told_and_nothing_is_changed() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let nowhere = Some(ZoneId::from("nowhere"));
        let mut hollow = gondola(2, vec![shelf(1), shelf(1)]);
        hollow.dimensions.x = -1.0;
        let map = StoreMap {
            gates: vec![Gate { b: (0.000_2, 0.0), ..gate(1) }, Gate { entry_zone_id: nowhere.clone(), ..gate(1) }],
            gondolas: vec![hollow, gondola(2, vec![])],
            cameras: vec![camera(1), camera(1)],
            machines: vec![machine("m"), Machine { zone_id: nowhere, ..machine("m") }],
        };
        let refused = layout::replace(&shop.app, &shop.caller, store, 9, map).await;
        let fields: Vec<_> = faults(refused).into_iter().map(|fault| fault.replace(" any.invalid", "")).collect();
        assert_eq!(
            fields,
            [
                "gates[1].id",
                "gates[0].b",
                "gondolas[1].id",
                "gondolas[0].dimensions",
                "gondolas[0].shelves[1].shelfIndex",
                "cameras[1].id",
                "machines[1].sourceId",
                "gates[1].entryZoneId",
                "machines[1].zoneId",
            ]
        );
        assert_eq!(layout::find(&shop.app, &shop.caller, store).await.unwrap().map, StoreMap::default());
        assert_eq!(shop.plans(store).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_gate_that_a_device_uses_cannot_go() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let map = map_with(vec![gate(1), gate(2)]);
        layout::replace(&shop.app, &shop.caller, store, 0, map).await.unwrap();
        let reader = DeviceFields { gate: Some(GateId(2)), ..device(DeviceKind::External) };
        let reader = check_in_devices::create(&shop.app, &shop.caller, store, reader).await.unwrap();
        let without = layout::replace(&shop.app, &shop.caller, store, 2, map_with(vec![gate(1)])).await;
        assert_conflict(without, &format!("Gate 2 is used by check-in device {}", reader.id));
        layout::replace(&shop.app, &shop.caller, store, 2, map_with(vec![gate(2)])).await.unwrap();
    })
    .await;
}

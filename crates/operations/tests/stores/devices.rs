//! Adding, changing and removing check-in devices.

use aisle_database::rows::check_in_devices::CheckInDevice;
use aisle_database::sql;
use aisle_database::testing::{execute, on_both_databases};
use aisle_model::floor_map::{DeviceKind, PlannedDevice, ZoneLabel};
use aisle_model::{CheckInDeviceId, GateId, StoreId, ZoneId};
use aisle_operations::check_in_devices::{self, DeviceEdit, DeviceFields};
use aisle_operations::layout;
use aisle_operations::patch::Patch;

use crate::fixture::{Fixture, START, assert_absent, assert_conflict, device, faults, fixture, gate, map_with};

/// A store with gate 1, zone 1 for scanning and zone 2 for nothing.
async fn furnished(shop: &Fixture) -> StoreId {
    let store = shop.store("Mitte").await.id;
    layout::replace(&shop.app, &shop.caller, store, 0, map_with(vec![gate(1)])).await.unwrap();
    shop.zone(store, &[ZoneLabel::Scanning]).await;
    shop.zone(store, &[]).await;
    store
}

fn at_the_gate() -> DeviceFields {
    DeviceFields { gate: Some(GateId(1)), ..device(DeviceKind::External) }
}

#[tokio::test]
async fn a_device_stands_where_its_kind_needs_it() {
    let inside = |zone: &str| DeviceFields { scanning_zone: Some(ZoneId::from(zone)), ..device(DeviceKind::Internal) };
    let cases = [
        (device(DeviceKind::External), vec!["gateId any.required"]),
        (device(DeviceKind::Internal), vec!["scanningZoneId any.required"]),
        (
            DeviceFields { gate: Some(GateId(7)), ..inside("7") },
            vec!["gateId any.invalid", "scanningZoneId any.invalid"],
        ),
        (inside("2"), vec!["scanningZoneId any.invalid"]),
    ];
    on_both_databases(|database| {
        let (cases, inside) = (cases.clone(), inside("1"));
        async move {
            let shop = fixture(database).await;
            let store = furnished(&shop).await;
            for (fields, expected) in cases {
                let refused = check_in_devices::create(&shop.app, &shop.caller, store, fields).await;
                assert_eq!(faults(refused), expected);
            }
            for good in [at_the_gate(), inside] {
                let made = check_in_devices::create(&shop.app, &shop.caller, store, good.clone()).await.unwrap();
                assert_eq!(made.fields, good);
            }
            let plan = shop.plans(store).await.pop().unwrap();
            assert_eq!((plan.version, plan.devices.len()), (5, 2));
        }
    })
    .await;
}

#[tokio::test]
async fn a_changed_device_must_still_be_legal() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = furnished(&shop).await;
        let made = check_in_devices::create(&shop.app, &shop.caller, store, at_the_gate()).await.unwrap();
        let update = |edit| check_in_devices::update(&shop.app, &shop.caller, store, made.id, edit);
        shop.later();
        assert_eq!(update(DeviceEdit::default()).await.unwrap(), made);
        let inside = DeviceEdit { kind: Some(DeviceKind::Internal), ..DeviceEdit::default() };
        assert_eq!(faults(update(inside.clone()).await), ["scanningZoneId any.required"]);
        let without = DeviceEdit { gate: Patch::Clear, ..DeviceEdit::default() };
        assert_eq!(faults(update(without).await), ["gateId any.required"]);
        let moved = DeviceEdit {
            gate: Patch::Clear,
            scanning_zone: Patch::Set("1".into()),
            position: Patch::Set((1.000_4, 2.0)),
            ..inside
        };
        let moved = update(moved).await.unwrap();
        assert!(moved.updated_at > made.updated_at);
        let expected = PlannedDevice {
            id: made.id,
            kind: DeviceKind::Internal,
            gate: None,
            zone: Some("1".into()),
            position: Some((1.0, 2.0)),
        };
        assert_eq!(shop.plans(store).await.pop().unwrap().devices, [expected]);
    })
    .await;
}

#[tokio::test]
async fn a_device_that_waits_for_people_stays() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = furnished(&shop).await;
        let made = check_in_devices::create(&shop.app, &shop.caller, store, at_the_gate()).await.unwrap();
        let delete = || check_in_devices::delete(&shop.app, &shop.caller, store, made.id);
        ask_at(&shop, &made).await;
        assert_conflict(delete().await, "Check-in device waits for people");
        answer(&shop).await;
        delete().await.unwrap();
        assert_absent(delete().await, "Check-in device");
        let next = check_in_devices::create(&shop.app, &shop.caller, store, at_the_gate()).await.unwrap();
        assert!(next.id > made.id, "ids are never used again");
        let elsewhere = shop.store("Nord").await.id;
        let found = check_in_devices::find(&shop.app, &shop.caller, elsewhere, next.id).await;
        assert_absent(found, "Check-in device");
    })
    .await;
}

/// A check-in at the device that waits for the retailer's answer.
async fn ask_at(shop: &Fixture, at: &CheckInDevice) {
    let (retailer, store, device): (_, _, CheckInDeviceId) = (shop.caller.retailer, at.store, at.id);
    let insert = move || {
        sql!(
            "insert into check_ins (retailer_id, store_id, device_id, place, code_hash, state, places, scanned_at, node,
                 started_at)
             values ($1, $2, $3, '{}', $4, 'asking', 1, $5, 'test', $6)",
            retailer, store, device, [0_u8; 32], START, START
        )
    };
    let asked = shop.app.database.change(move |c| Box::pin(execute(c, insert())));
    asked.await.unwrap();
}

async fn answer(shop: &Fixture) {
    let answered = shop.app.database.change(|c| Box::pin(execute(c, sql!("update check_ins set state = 'refused'"))));
    answered.await.unwrap();
}

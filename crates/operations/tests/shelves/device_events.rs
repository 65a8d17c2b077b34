//! What devices report: kept once, cancelled in any order.

use aisle_database::rows;
use aisle_database::rows::device_events::DeviceEvent;
use aisle_database::testing::on_both_databases;
use aisle_model::{CameraId, EventId, Millis, Moment, ShopperId};
use aisle_operations::Caller;
use aisle_operations::device_events::{self, DispensedProduct, FrameQuestion, MachineEvent, NewDeviceEvent, Reporter};
use aisle_testkit::{START, assert_absent, assert_conflict, faults};
use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Fixture, fixture};

const KNOWN: &str = "Event already exists with other values";

fn coffee(quantity: i64) -> Vec<DispensedProduct> {
    vec![DispensedProduct { barcode: "1234567890128".to_owned(), quantity }]
}

fn of_device(number: u128, quantity: i64) -> NewDeviceEvent {
    NewDeviceEvent {
        id: EventId(Uuid::from_u128(number)),
        from: Reporter::Device("coffee-1".to_owned()),
        happened_at: START,
        products: coffee(quantity),
        metadata: Some(json!({"cup": "large"})),
    }
}

fn of_machine(number: u128, is_cancelled: bool, quantity: i64) -> MachineEvent {
    MachineEvent {
        id: EventId(Uuid::from_u128(number)),
        source: "best_1".to_owned(),
        happened_at: START,
        is_cancelled,
        products: coffee(quantity),
        metadata: None,
    }
}

fn vendor(fixture: &Fixture, name: &str) -> Caller {
    Caller { store: Some(fixture.store), vendor: Some(name.to_owned()), ..fixture.caller.clone() }
}

async fn kept(fixture: &Fixture) -> Vec<DeviceEvent> {
    let store = fixture.store;
    fixture.app.database.read(move |c| Box::pin(rows::device_events::list(c, store, 100))).await.unwrap()
}

#[tokio::test]
async fn an_event_counts_once_and_may_be_cancelled() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (app, caller, store) = (&fixture.app, &fixture.caller, fixture.store);
        let report = |new| device_events::report(app, caller, store, new);
        let receipt = report(of_device(1, 1)).await.unwrap();
        assert_eq!(receipt.source, "coffee-1");
        fixture.later(3600);
        assert_eq!(report(of_device(1, 1)).await.unwrap(), receipt);
        assert_conflict(report(of_device(1, 2)).await, KNOWN);
        let elsewhere = NewDeviceEvent { from: Reporter::Device("coffee-2".to_owned()), ..of_device(1, 1) };
        assert_conflict(report(elsewhere).await, KNOWN);
        let cancel = |device: &str, number| {
            device_events::cancel(app, caller, store, device.to_owned(), EventId(Uuid::from_u128(number)))
        };
        assert_absent(cancel("coffee-2", 1).await, "Event");
        assert_absent(cancel("coffee-1", 2).await, "Event");
        cancel("coffee-1", 1).await.unwrap();
        let cancelled_at = fixture.app.clock.now();
        fixture.later(1);
        cancel("coffee-1", 1).await.unwrap();
        assert_eq!(report(of_device(1, 1)).await.unwrap(), receipt);
        let kept = kept(&fixture).await;
        assert_eq!((kept.len(), kept[0].cancelled_at, kept[0].received_at), (1, Some(cancelled_at), START));
        assert_eq!(kept[0].metadata, Some(json!({"cup": "large"})));
        let early = NewDeviceEvent { happened_at: Moment::LAST, ..of_device(3, 1) };
        assert_eq!(faults(report(early).await), ["timestamp any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_event_from_many_callers_is_one() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (app, caller, store) = (&fixture.app, &fixture.caller, fixture.store);
        let calls = (0..20).map(|_| device_events::report(app, caller, store, of_device(1, 1)));
        for outcome in futures::future::join_all(calls).await {
            outcome.unwrap();
        }
        assert_eq!(kept(&fixture).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_cancel_may_overtake_its_event() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let best = vendor(&fixture, "best");
        let put = |new| device_events::put_machine_event(&fixture.app, &best, new);
        assert!(put(of_machine(1, true, 1)).await.unwrap().is_cancelled);
        assert!(put(of_machine(1, false, 2)).await.unwrap().is_cancelled, "the cancel holds");
        assert_eq!(kept(&fixture).await[0].products, coffee(2));
        assert_conflict(put(of_machine(1, false, 3)).await, KNOWN);
        assert!(!put(of_machine(2, false, 1)).await.unwrap().is_cancelled);
        assert!(!put(of_machine(2, false, 1)).await.unwrap().is_cancelled);
        assert!(put(of_machine(2, true, 9)).await.unwrap().is_cancelled, "a cancel takes back the whole event");
        let other = vendor(&fixture, "other");
        let stolen = device_events::put_machine_event(&fixture.app, &other, of_machine(2, true, 1)).await;
        assert_conflict(stolen, KNOWN);
        assert_eq!(kept(&fixture).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn hands_give_to_somebody_who_is_known() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let new = NewDeviceEvent { from: Reporter::Handoff(ShopperId::from("1")), ..of_device(1, 1) };
        let outcome = device_events::report(&fixture.app, &fixture.caller, fixture.store, new).await;
        assert_eq!(faults(outcome), ["shopperId any.invalid"]);
        assert_eq!(kept(&fixture).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_question_about_a_picture_is_kept_once() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let asked = |camera: i64, at: Moment| FrameQuestion {
            device: "kiosk7".to_owned(),
            event: "kiosk7-000481".to_owned(),
            happened_at: at,
            camera: Some(CameraId(camera)),
            content: json!({"camera": {"cameraId": camera}, "timestamp": at.to_string()}),
        };
        let ask = |question| device_events::ask_about_frame(&fixture.app, &fixture.caller, fixture.store, question);
        assert_eq!(faults(ask(asked(9, START)).await), ["camera.cameraId any.invalid"]);
        assert_eq!(faults(ask(asked(3, START.plus(Millis(1001)))).await), ["timestamp any.invalid"]);
        ask(asked(3, START)).await.unwrap();
        fixture.later(3600);
        ask(asked(3, START)).await.unwrap();
        assert_conflict(ask(asked(3, START.plus(Millis(1)))).await, KNOWN);
        let other = FrameQuestion { device: "kiosk8".to_owned(), ..asked(3, START) };
        assert_eq!(faults(ask(other).await), ["timestamp any.invalid"], "another device's question is another one");
    })
    .await;
}

//! Codes that come through the stream.

use aisle_database::rows::scans::{NewScan, Scan};
use aisle_database::testing::on_both_databases;
use aisle_database::{rows, sql};
use aisle_model::check_in::Reason;
use aisle_model::entry_code::CodeState;
use aisle_model::floor_map::DevicePurpose;
use aisle_model::{CheckInDeviceId, EntryCode, EventId, Millis, Moment};
use aisle_operations::check_in::{CheckInResult, ScanOutcome, run_scan};
use aisle_operations::check_in_devices::{self, DeviceFields};
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::stream::SCAN_PLACE;
use serde_json::json;

use crate::fixture::{Door, START, door, reader};

impl Door {
    /// A scan as taking the event in leaves it.
    async fn scanned(&self, code: &EntryCode, device: CheckInDeviceId, at: Moment) -> Scan {
        let app = &self.app;
        let new = NewScan {
            event: EventId(app.chance.uuid()),
            device,
            code: app.keys.seal(SCAN_PLACE, code.as_str().as_bytes(), &app.chance),
            group_size: Some(2),
            at,
            received_at: START,
        };
        let store = self.store;
        let change = app.database.change(move |c| {
            let new = new.clone();
            Box::pin(async move { rows::scans::insert(c, store, new).await })
        });
        change.await.unwrap();
        self.waiting().await.pop().unwrap()
    }

    async fn waiting(&self) -> Vec<Scan> {
        let read = self.app.database.read(|c| Box::pin(rows::scans::after(c, 0, 100)));
        read.await.unwrap()
    }

    async fn device(&self, fields: DeviceFields) -> CheckInDeviceId {
        let made = check_in_devices::create(&self.app, &self.caller, self.store, fields);
        made.await.unwrap().id
    }
}

#[tokio::test]
async fn a_scan_is_examined_once_and_its_device_told() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let session = door.code(NewEntryCode::default()).await;
        let scanned_at = START.minus(Millis(3000));
        let scan = door.scanned(&session.code, door.device, scanned_at).await;
        let outcome = run_scan(&door.app, &scan).await.unwrap();
        let accepted =
            |outcome: &ScanOutcome| matches!(outcome, ScanOutcome::Examined(CheckInResult::Accepted { group: 2, .. }));
        assert!(accepted(&outcome), "{outcome:?}");
        assert_eq!(door.waiting().await, []);
        let again = run_scan(&door.app, &scan).await.unwrap();
        assert_eq!(again, ScanOutcome::Taken);
        let commands = door.commands().await;
        assert_eq!(commands.len(), 2, "{commands:?}");
        assert_eq!(commands[1].1["scanEventId"], json!(scan.event));
        let checked_in = door.checked_in().await.remove(0);
        assert_eq!(checked_in.scanned_at, scanned_at);
        assert_eq!(checked_in.accepted_at, START);
        let after = door.session(&session.token).await;
        assert_eq!(after.first_scanned_at, Some(scanned_at));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_with_one_scan_examine_it_once() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let session = door.code(NewEntryCode::default()).await;
        let scan = door.scanned(&session.code, door.device, START).await;
        let both = futures::future::join_all((0..20).map(|_| run_scan(&door.app, &scan))).await;
        let taken = both.iter().filter(|outcome| *outcome.as_ref().unwrap() == ScanOutcome::Taken);
        assert_eq!(taken.count(), 19);
        assert_eq!(door.checked_in().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_scan_is_told_to_its_device() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let scan = door.scanned(&"nobody's".into(), door.device, START).await;
        let outcome = run_scan(&door.app, &scan).await.unwrap();
        let refused = CheckInResult::Refused(Reason::Invalid);
        assert_eq!(outcome, ScanOutcome::Examined(refused));
        assert_eq!(door.waiting().await, []);
        let (kind, told) = door.commands().await.remove(0);
        assert_eq!(kind, "device.result");
        assert_eq!(told["reason"]["code"], 1);
        assert_eq!(told["scanEventId"], json!(scan.event));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_examined_is_dropped_and_the_code_stays_good() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let session = door.code(NewEntryCode::default()).await;
        let disabled = door.device(DeviceFields { enabled: false, ..reader() }).await;
        let loyalty = door.device(DeviceFields { purpose: DevicePurpose::Loyalty, ..reader() }).await;
        let old = START.minus(Millis(10_001));
        for (device, at, expected) in [
            (door.device, old, ScanOutcome::Dropped),
            (disabled, START, ScanOutcome::Dropped),
            (CheckInDeviceId(4711), START, ScanOutcome::Dropped),
            (loyalty, START, ScanOutcome::ForLoyalty),
        ] {
            let scan = door.scanned(&session.code, device, at).await;
            assert_eq!(run_scan(&door.app, &scan).await.unwrap(), expected);
            assert_eq!(door.waiting().await, []);
        }
        assert_eq!(door.commands().await, []);
        let examined = door.rows(sql!("select id from check_ins"), |row| row.get::<i64>("id").unwrap()).await;
        assert_eq!(examined, [0_i64; 0]);
        assert_eq!(door.code_state(&session.code).await, CodeState::Registered);
    })
    .await;
}

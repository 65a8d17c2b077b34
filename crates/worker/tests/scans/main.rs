//! The worker that examines scanned codes: everything that waits is examined, also what nobody rang for, and it ends when
//! it is told to.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use aisle_database::rows::check_in_devices::DeviceFields;
use aisle_database::rows::scans::NewScan;
use aisle_database::testing::on_both_databases;
use aisle_database::{Database, Error, rows};
use aisle_model::{EventId, StoreId};
use aisle_operations::stream::SCAN_PLACE;
use aisle_operations::{App, stores};
use aisle_testkit::{START, corner, reader, retailer};
use aisle_worker::scans;
use tokio_util::sync::CancellationToken;

const SCANS: usize = 300;

async fn app(database: Database) -> (App, StoreId) {
    let app = aisle_testkit::app(database);
    let caller = retailer(&app, "corner").await;
    let store = stores::create(&app, &caller, corner("Corner")).await.unwrap().id;
    (app, store)
}

/// Scans of unknown codes, as taking the events in leaves them.
async fn scan(app: &App, store: StoreId, count: usize) {
    let device = DeviceFields { opens_gate: false, ..reader() };
    let this = app.clone();
    let change = app.database.change(move |c| {
        let (app, device) = (this.clone(), device.clone());
        Box::pin(async move {
            let device = rows::check_in_devices::insert(c, store, &device, START).await?;
            for _ in 0..count {
                let new = NewScan {
                    event: EventId(app.chance.uuid()),
                    device: device.id,
                    code: app.keys.seal(SCAN_PLACE, b"nobody's", &app.chance),
                    group_size: None,
                    at: START,
                    received_at: START,
                };
                rows::scans::insert(c, store, new).await?;
            }
            Ok::<_, Error>(())
        })
    });
    change.await.unwrap();
}

/// How many verdicts devices were told, once nothing waits any more.
async fn told(app: &App, store: StoreId) -> usize {
    loop {
        let read = app.database.read(move |c| {
            Box::pin(async move {
                let waiting = rows::scans::after(c, 0, 1).await?.len();
                let told = rows::commands::open_after(c, store, 0, START, 10_000).await?;
                let verdicts = told.iter().filter(|told| told.kind == "device.result");
                Ok::<_, Error>((waiting, verdicts.count()))
            })
        });
        match read.await {
            Ok((0, told)) => return told,
            // Hundreds of examinations share this pool, and on a busy machine one who only looks may be turned away.
            Ok(_) | Err(Error::Unavailable { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_waits_is_examined_once_and_the_worker_ends_when_told() {
    on_both_databases(|database| async move {
        let (app, store) = app(database).await;
        let stop = CancellationToken::new();
        scan(&app, store, SCANS).await;
        let telling = async {
            assert_eq!(told(&app, store).await, SCANS);
            // Nobody rings for this one.
            scan(&app, store, 1).await;
            assert_eq!(told(&app, store).await, SCANS + 1);
            scan(&app, store, 1).await;
            app.nudges.scans().notify_waiters();
            assert_eq!(told(&app, store).await, SCANS + 2);
            stop.cancel();
        };
        let both = Box::pin(async { tokio::join!(scans::run(app.clone(), stop.clone()), telling) });
        let ended = tokio::time::timeout(Duration::from_secs(60), both).await;
        assert!(ended.is_ok(), "the worker does not end");
    })
    .await;
}

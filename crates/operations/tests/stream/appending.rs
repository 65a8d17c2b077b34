//! Numbers, classes, and what goes in beside the log.

use aisle_database::rows;
use aisle_database::testing::on_both_databases;
use aisle_model::entry::EntryBody;
use aisle_model::event::{Appearance, Direction, EventKind};
use aisle_model::{GateId, Moment, Offset, TrackId};
use aisle_operations::Failure;
use aisle_operations::stream::{Decision, Refused, SCAN_PLACE};

use crate::fixture::{ACCEPTED, START, add_store, crossed, event, positions, scan, world};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_leave_no_hole() {
    on_both_databases(|database| async move {
        let mut world = world(database).await;
        let other = add_store(&world.app, &world.caller, "Other").await;
        let mut sending = Vec::new();
        let before = world.newest().await;
        for number in 0..200_u64 {
            let (app, caller) = (world.app.clone(), world.caller.clone());
            let store = if number % 10 == 9 { other } else { world.store };
            sending.push(async move {
                let mut ingest = loop {
                    match aisle_operations::stream::Ingest::open(&app, &caller, store).await {
                        Ok(ingest) => break ingest,
                        Err(Failure::Busy(_)) => tokio::task::yield_now().await,
                        Err(failure) => panic!("{failure}"),
                    }
                };
                let batch =
                    vec![event(2 * number, 10, crossed(Direction::In)), event(2 * number + 1, 10, positions("t", 1.0))];
                ingest.append(&app, batch).await.unwrap().decisions
            });
        }
        for decisions in futures::future::join_all(sending).await {
            assert_eq!(decisions, [ACCEPTED, ACCEPTED]);
        }
        assert_eq!(world.newest().await, Offset(before.0 + 360));
        for store in [world.store, other] {
            world.store = store;
            let mut offsets = Vec::new();
            let mut after = Offset(0);
            loop {
                let read = world.entries(after).await;
                if read.entries.is_empty() {
                    break;
                }
                offsets.extend(read.entries.iter().map(|entry| entry.offset.0));
                after = read.up_to;
            }
            let expected: Vec<i64> = (1..=world.newest().await.0).collect();
            assert_eq!(offsets, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn each_event_is_judged_for_itself() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let unknown_gate = EventKind::GateCrossed(aisle_model::event::GateCrossed {
            gate_id: GateId(99),
            direction: Direction::In,
            track_id: None,
            forced: false,
        });
        let other = EventKind::Other { kind: "weather.changed".to_owned(), fields: serde_json::Map::new() };
        let hour = 3_600_000;
        let decisions = world
            .send(vec![
                event(1, 10, crossed(Direction::In)),
                event(2, 10, unknown_gate),
                event(3, 6_000, crossed(Direction::In)),
                event(4, -25 * hour, crossed(Direction::In)),
                event(5, -16 * 60_000, positions("t", 1.0)),
                event(6, -2 * hour, crossed(Direction::In)),
                event(7, 0, other),
            ])
            .await;
        let ignored = Decision::Accepted { ignored: true, late: false };
        let expected = [
            ACCEPTED,
            Decision::Unknown { field: "gateId" },
            Decision::Refused(Refused::ClockSkew),
            Decision::Refused(Refused::TooOld),
            Decision::Refused(Refused::TooOld),
            ACCEPTED,
            ignored,
        ];
        assert_eq!(decisions, expected);
    })
    .await;
}

#[tokio::test]
async fn a_scan_leaves_its_code_sealed_beside_the_log() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let mut scanned = event(1, 10, scan(world.device));
        scanned.code = Some("secret code".to_owned());
        assert_eq!(world.send(vec![scanned.clone()]).await, [ACCEPTED]);
        assert_eq!(world.send(vec![scanned]).await, [Decision::Duplicate]);
        let read = world
            .app
            .database
            .read(|c| Box::pin(async move { rows::scans::after(c, 0, 10).await.map_err(Failure::from) }));
        let scans = read.await.unwrap();
        assert_eq!(scans.len(), 1);
        let code = world.app.keys.open(SCAN_PLACE, &scans[0].code).unwrap();
        assert_eq!(code, b"secret code");
        let text = format!("{:?}", world.entries(Offset(0)).await);
        assert!(!text.contains("secret code"));
    })
    .await;
}

#[tokio::test]
async fn looks_come_back_with_the_entry_until_they_are_forgotten() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let mut seen = event(1, 10, positions("t", 1.0));
        let appearance = Appearance { model: "m".to_owned(), values: vec![0.25; 16] };
        seen.looks = vec![(TrackId("t".to_owned()), appearance.clone())];
        world.send(vec![seen]).await;
        assert_eq!(look(&world).await, Some(appearance));
        let (store, later) = (world.store, Moment::from_millis(START.millis() + 31 * 60_000));
        let forget = world.app.database.change(move |c| {
            Box::pin(async move {
                let forgotten = rows::appearances::forget(c, store, later, 10).await;
                forgotten.map_err(Failure::from)
            })
        });
        assert_eq!(forget.await.unwrap(), 1);
        assert_eq!(look(&world).await, None);
    })
    .await;
}

async fn look(world: &crate::fixture::World) -> Option<Appearance> {
    let entries = world.entries(Offset(0)).await.entries;
    entries.into_iter().find_map(|entry| match entry.body {
        EntryBody::Event(event) => match event.body {
            EventKind::Positions(positions) => positions.people.into_iter().next()?.appearance,
            _ => None,
        },
        EntryBody::Server(_) => None,
    })
}

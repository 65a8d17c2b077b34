//! Cameras as heartbeats tell of them.

use aisle_database::testing::on_both_databases;
use aisle_model::CameraId;
use aisle_model::event::{EventKind, Heartbeat, SourceRole, SourceStatus};
use aisle_model::store_map::CameraState;
use aisle_operations::cameras;
use aisle_operations::stream::Ingest;
use aisle_testkit::{START, assert_absent, incoming};
use serde_json::json;

use crate::fixture::fixture;

fn heartbeat(number: u64, state: &str) -> EventKind {
    let cameras = json!([{"cameraId": 3, "state": state, "fps": 25}, {"cameraId": number, "state": "ok"}]);
    let more = serde_json::Map::from_iter([("cameras".to_owned(), cameras)]);
    EventKind::Heartbeat(Heartbeat { role: SourceRole::Perception, status: SourceStatus::Ok, more })
}

#[tokio::test]
async fn a_camera_is_what_the_last_heartbeat_says() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let (app, caller, store) = (&fixture.app, &fixture.caller, fixture.store);
        let camera = || async { cameras::find(app, caller, store, CameraId(3)).await.unwrap() };
        let unseen = camera().await;
        assert_eq!((unseen.state, unseen.last_seen_at), (None, None));
        let producer = aisle_operations::Caller { store: Some(store), ..caller.clone() };
        for (number, state) in [(8, "ok"), (9, "obstructed")] {
            let event = aisle_testkit::event(number, 0, heartbeat(number, state));
            let mut ingest = Ingest::open(app, &producer, store).await.unwrap();
            let taken = ingest.append(app, vec![incoming(event)]).await.unwrap();
            assert_eq!(taken.decisions.len(), 1);
        }
        let seen = camera().await;
        assert_eq!((seen.state, seen.last_seen_at), (Some(CameraState::Obstructed), Some(START)));
        fixture.later(29);
        assert_eq!(camera().await.state, Some(CameraState::Obstructed));
        fixture.later(1);
        let silent = camera().await;
        assert_eq!((silent.state, silent.last_seen_at), (None, Some(START)));
        assert_eq!(cameras::list(app, caller, store).await.unwrap().len(), 1, "only cameras of the map are shown");
        assert_absent(cameras::find(app, caller, store, CameraId(8)).await, "Camera");
    })
    .await;
}

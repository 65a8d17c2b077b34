//! Cameras over HTTP.

use aisle_database::testing::on_both_databases;
use axum::body::Body;
use serde_json::{Value, json};

use crate::shelves::tests::furnished;
use crate::testing::{Api, START};

#[tokio::test]
async fn a_camera_shows_its_health() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let camera = json!({"id": 3, "name": "", "position": {"x": 0.0, "y": 0.0, "z": 3.0}, "state": "unknown",
            "lastSeenAt": null, "frameUri": null});
        assert_eq!(api.ask("GET", &format!("{base}/cameras"), Value::Null).await.json, json!([camera]));
        let store = base.rsplit('/').next().unwrap().parse().unwrap();
        let key = api.store_key(aisle_model::StoreId(store)).await;
        let beat = json!({"eventId": "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e01", "at": START.to_string(), "source": "vision",
            "kind": "heartbeat", "role": "perception", "status": "ok", "cameras": [{"cameraId": 3, "state": "ok"}]});
        let request = api.request(&key, "POST", &format!("/api/store/v1/stores/{store}/events"));
        let taken = api.send(request.body(Body::from(beat.to_string())).unwrap()).await;
        assert_eq!((taken.status, &taken.json["accepted"]), (200, &json!(1)), "{}", taken.text);
        let seen = api.ask("GET", &format!("{base}/cameras/3"), Value::Null).await.json;
        assert_eq!((&seen["state"], &seen["lastSeenAt"]), (&json!("ok"), &json!(START.to_string())));
    })
    .await;
}

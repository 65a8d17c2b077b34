//! Events of outside devices over HTTP.

use aisle_database::testing::on_both_databases;
use aisle_model::StoreId;
use aisle_model::access::ApiKeyKind;
use aisle_operations::access::api_keys::fixed_scopes;
use serde_json::{Value, json};

use crate::shelves::tests::furnished;
use crate::testing::{Api, START, add_key};

const ID: &str = "04178fa1-0b07-4e3f-b3ca-6c60d528cf82";

fn event(quantity: i64) -> Value {
    json!({"uuid": ID, "timestamp": START.seconds(), "metadata": {"cup": "large"},
        "products": [{"productReference": "1234567890128", "quantity": quantity}]})
}

#[tokio::test]
async fn a_devices_event_is_taken_repeated_and_cancelled() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let uri = format!("{base}/thirdPartyDevices/coffee_1/events");
        for _ in 0..2 {
            let reply = api.ask("POST", &uri, event(1)).await;
            assert_eq!((reply.status, reply.json), (201, json!({"uuid": ID, "sourceId": "coffee_1"})));
        }
        let other = api.ask("POST", &uri, event(2)).await;
        let message = json!("Event already exists with other values");
        assert_eq!((other.status, &other.json["message"]), (409, &message));
        let elsewhere = api.ask("DELETE", &format!("{base}/thirdPartyDevices/tea/events/{ID}"), Value::Null).await;
        assert_eq!((elsewhere.status, &elsewhere.json["message"]), (404, &json!("Event was not found")));
        for _ in 0..2 {
            assert_eq!(api.ask("DELETE", &format!("{uri}/{ID}"), Value::Null).await.status, 204);
        }
        let mut handed = event(1);
        handed["shopperId"] = json!("nobody");
        let refused = api.ask("POST", &format!("{base}/events/handoff"), handed).await;
        assert_eq!(refused.status, 409, "its uuid is that of the device's event: {}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let mut early = event(1);
        early["timestamp"] = json!(START.seconds() + 6);
        early["metadata"] = json!({"cup": "x".repeat(9000)});
        let reply = api.ask("POST", &format!("{base}/thirdPartyDevices/coffee_1/events"), early).await;
        let fields: Vec<_> = reply.json["errors"].as_array().unwrap().iter().map(|fault| &fault["field"]).collect();
        assert_eq!((reply.status, fields), (422, vec![&json!("\"timestamp\""), &json!("\"metadata\"")]));
        let mut handed = event(1);
        handed["shopperId"] = json!("nobody");
        let reply = api.ask("POST", &format!("{base}/events/handoff"), handed).await;
        assert_eq!((reply.status, &reply.json["errors"][0]["field"]), (422, &json!("\"shopperId\"")));
    })
    .await;
}

#[tokio::test]
async fn a_question_about_a_picture_is_taken() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let uri = format!("{base}/idapDevices/kiosk7/frame-annotation-event");
        let in_picture = |camera: i64, timestamp: Value| {
            json!({"uniqueEventId": "kiosk7-000481", "timestamp": timestamp,
                "camera": {"cameraId": camera, "topLeft": {"x": 410, "y": 122}, "bottomRight": {"x": 506, "y": 388}}})
        };
        let unknown = api.ask("POST", &uri, in_picture(9, json!(START.to_string()))).await;
        assert_eq!((unknown.status, &unknown.json["errors"][0]["field"]), (422, &json!("\"camera.cameraId\"")));
        for _ in 0..2 {
            let taken = api.ask("POST", &uri, in_picture(3, json!(START.millis()))).await;
            assert_eq!((taken.status, taken.json), (201, json!({"uniqueEventId": "kiosk7-000481"})));
        }
        let other = api.ask("POST", &uri, in_picture(3, json!(START.millis() - 1))).await;
        assert_eq!(other.status, 409, "{}", other.text);
        let on_floor = json!({"uniqueEventId": "kiosk7-000482", "timestamp": START.to_string(), "position": [1, 2]});
        assert_eq!(api.ask("POST", &uri, on_floor).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn a_machine_puts_and_cancels_its_events() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let store = StoreId(base.rsplit('/').next().unwrap().parse().unwrap());
        let scopes = fixed_scopes(ApiKeyKind::Vendor);
        let key = add_key(&api.app, api.retailer, ApiKeyKind::Vendor, scopes, Some(store)).await;
        let body = |quantity: i64| {
            json!({"uuid": ID, "sourceId": "best_1", "timestamp": START.seconds(),
                "products": [{"id": "1234567890128", "quantity": quantity}]})
        };
        let receipt = |status: &str| json!({"uuid": ID, "sourceId": "best_1", "status": status});
        for _ in 0..2 {
            let put = api.ask_as(&key, "PUT", "/v1/events", body(1)).await;
            assert_eq!((put.status, put.json), (200, receipt("confirmed")));
        }
        assert_eq!(api.ask_as(&key, "PUT", "/v1/events", body(2)).await.status, 409);
        let cancel = json!({"uuid": ID, "sourceId": "best_1", "timestamp": START.seconds(), "status": "cancelled"});
        let put = api.ask_as(&key, "PUT", "/v1/events", cancel).await;
        assert_eq!((put.status, put.json), (200, receipt("cancelled")));
        let again = api.ask_as(&key, "PUT", "/v1/events", body(1)).await;
        assert_eq!((again.status, again.json), (200, receipt("cancelled")));
        let empty = json!({"uuid": ID, "sourceId": "best_1", "timestamp": START.to_string()});
        assert_eq!(api.ask_as(&key, "PUT", "/v1/events", empty).await.status, 422);
    })
    .await;
}

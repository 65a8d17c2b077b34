//! Zones, devices and maps over HTTP. Every answer is judged by the contract as it comes.

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_model::StoreId;
use serde_json::{Value, json};

use crate::testing::{Api, Reply};

async fn store(api: &Api) -> String {
    let body = json!({"name": "Mitte", "currency": "EUR", "timeZone": "Europe/Berlin"});
    let made = api.ask("POST", "/api/admin/v2/stores", body).await;
    made.json["id"].as_str().unwrap().to_owned()
}

/// The texts of a 422.
fn errors(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.status, 422, "{}", reply.text);
    let faults = reply.json["errors"].as_array().unwrap().iter();
    faults.map(|fault| fault["error"].as_str().unwrap()).collect()
}

fn gate(id: i64) -> Value {
    json!({"id": id, "a": [0, 0], "b": [1, 0], "inside": "left", "kind": "both", "controllable": true})
}

#[tokio::test]
async fn a_store_is_furnished_and_perception_reads_its_map() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let id = store(&api).await;
        let base = format!("/api/admin/v2/stores/{id}");
        let zone = json!({"name": "Door", "labels": ["scanning"], "polygon": [[0, 0], [2, 0], [2, 2], [0, 2]]});
        let zone = api.ask("POST", &format!("{base}/zones"), zone).await;
        assert_eq!((zone.status, &zone.json["id"]), (201, &json!("1")));
        let bare = api.ask("GET", &format!("{base}/zones?label=scanning,entry"), Value::Null).await.json;
        assert_eq!(bare, json!([{"id": "1", "labels": ["scanning"], "name": "Door"}]));
        let map = json!({
            "baseVersion": 1, "gates": [gate(1)], "cameras": [{"id": 0, "position": {"x": 0, "y": 0, "z": 3}}],
            "machines": [{"sourceId": "coffee_1", "position": [1, 1]}],
            "gondolas": [{"id": 2, "translation": {"x": 1, "y": 2, "z": 0}, "dimensions": {"x": 1, "y": 0.5, "z": 2},
                "shelves": [{"shelfIndex": 5, "translation": {"x": 0, "y": 0, "z": 1}, "dimensions": {"x": 1, "y": 0.5, "z": 0.3}}]}],
        });
        let put = api.ask("PUT", &format!("{base}/layout"), map.clone()).await;
        assert_eq!((put.status, &put.json["version"]), (200, &json!(2)), "{}", put.text);
        let again = api.ask("PUT", &format!("{base}/layout"), map).await;
        assert_eq!((again.status, &again.json["message"]), (409, &json!("Layout was changed meanwhile")));
        let reader = json!({"name": "Kiosk", "kind": "internal", "scanningZoneId": "1"});
        let reader = api.ask("POST", &format!("{base}/check-in"), reader).await;
        assert_eq!(reader.status, 201, "{}", reader.text);
        let device = format!("{base}/check-in/{}", reader.json["id"]);
        let moved = api.ask("PATCH", &device, json!({"kind": "external", "gateId": "1", "scanningZoneId": null})).await;
        assert_eq!((moved.status, &moved.json["gateId"]), (200, &json!(1)), "{}", moved.text);

        let key = api.store_key(StoreId(id.parse().unwrap())).await;
        let edge = format!("/api/store/v1/stores/{id}/layout");
        let seen = api.ask_as(&key, "GET", &edge, Value::Null).await;
        let shown = api.ask("GET", &format!("{base}/layout"), Value::Null).await;
        assert_eq!(seen.json, shown.json);
        assert_eq!(seen.headers["etag"], "\"4\"");
        let known = |tag: &str| api.request(&key, "GET", &edge).header("if-none-match", tag).body(axum::body::Body::empty()).unwrap();
        assert_eq!(api.send(known("\"4\"")).await.status, 304);
        assert_eq!(api.ask("DELETE", &device, Value::Null).await.status, 204);
        assert_eq!(api.send(known("\"4\"")).await.status, 200);
        assert_eq!(api.ask("DELETE", &format!("{base}/zones/1"), Value::Null).await.status, 204);
        assert_eq!(api.ask("GET", &format!("{base}/zones/1"), Value::Null).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn faults_of_shape_and_schema_are_told_together() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let base = format!("/api/admin/v2/stores/{}", store(&api).await);
    let bow = json!({"labels": ["none", "entry"], "polygon": [[0, 0], [4, 3], [4, 0], [0, 3]]});
    let reply = api.ask("POST", &format!("{base}/zones"), bow).await;
    assert_eq!(
        errors(&reply),
        ["\"name\" is required", "\"labels\" cannot have none beside another label", "\"polygon\" edges 0 and 2 cross",]
    );
    let short = api.ask("POST", &format!("{base}/zones"), json!({"name": "x", "polygon": [[0, 0], [1, 1]]})).await;
    assert_eq!(errors(&short).len(), 1, "{}", short.text);
    let map = json!({
        "baseVersion": 0, "gondolas": [], "cameras": [],
        "gates": [gate(1), {"id": 1, "a": [2, 2], "b": [2, 2], "inside": "left", "kind": "both"}, {"id": 3}],
        "machines": [{"sourceId": "m", "position": [1, 1]}, {"sourceId": "m", "zoneId": "nowhere"}],
    });
    let reply = api.ask("PUT", &format!("{base}/layout"), map).await;
    let told = errors(&reply);
    for expected in
        ["\"gates[2].a\" is required", "\"gates[1].id\" is used twice", "\"machines[1].sourceId\" is used twice"]
    {
        assert!(told.contains(&expected), "{told:?}");
    }
    assert!(told.iter().any(|text| text.starts_with("\"gates[1].b\" is not possible: ")), "{told:?}");
    let unknown = json!({"baseVersion": 0, "gates": [], "gondolas": [], "cameras": [], "machines": [{"sourceId": "m", "zoneId": "nowhere"}]});
    let reply = api.ask("PUT", &format!("{base}/layout"), unknown).await;
    assert_eq!(errors(&reply), ["\"machines[0].zoneId\" names no zone of the store"]);
}

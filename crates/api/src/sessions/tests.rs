//! Trips over HTTP.

use aisle_database::testing::on_both_databases;
use aisle_model::Millis;
use serde_json::{Value, json};

use crate::testing::Api;

const SESSIONS: &str = "/api/admin/v2/sessions";

/// Trips `t0`, `t1`, … of one customer, ten milliseconds apart.
async fn trips(api: &Api, count: usize) {
    let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
    let codes = format!("/api/admin/v2/customers/{}/entry-codes", made.json["id"]);
    for place in 0..count {
        api.app.clock.advance(Millis(10));
        let body = json!({"sessionId": format!("t{place}"), "code": format!("c{place}"), "groupSize": place % 3});
        assert_eq!(api.ask("POST", &codes, body).await.status, 201);
    }
}

fn tokens(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|row| row["sessionId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_go_there_and_back() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        trips(&api, 5).await;
        let get = async |query: &str| api.ask("GET", &format!("{SESSIONS}?{query}"), Value::Null).await.json;
        let first = get("count=2&orderBy=createdAt&direction=desc").await;
        assert_eq!((tokens(&first), &first["pagination"]["previous"]), (vec!["t4", "t3"], &Value::Null));
        let after = first["pagination"]["next"]["after"].as_str().unwrap();
        let second = get(&format!("count=2&orderBy=createdAt&direction=desc&after={after}")).await;
        assert_eq!(tokens(&second), ["t2", "t1"]);
        let before = second["pagination"]["previous"]["before"].as_str().unwrap();
        let back = get(&format!("count=2&orderBy=createdAt&direction=desc&before={before}")).await;
        assert_eq!(back, first);
        let third = first["data"][1]["id"].as_i64().unwrap();
        assert_eq!(tokens(&get(&format!("orderBy=createdAt&after={third}")).await), ["t4"]);
    })
    .await;
}

#[tokio::test]
async fn filters_and_cursors_are_read() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        trips(&api, 5).await;
        let get = async |query: &str| {
            let uri = format!("{SESSIONS}?{query}");
            api.ask("GET", &uri, Value::Null).await.json
        };
        let first = get("count=2&orderBy=createdAt").await;
        let after = first["pagination"]["next"]["after"].as_str().unwrap();
        assert_eq!(get("sessionToken=t2").await["data"][0]["code"], "c2");
        assert_eq!(tokens(&get("status[]=pending&status=active&maxGroupSize=1&code=c4").await), ["t4"]);
        assert_eq!(get("status=active,expired").await["data"], json!([]));
        let wrong = ["after=999", "before=x", "count=201", "orderBy=name", "direction=up", "after=1&before=2"];
        for query in wrong.map(str::to_owned).into_iter().chain([format!("orderBy=code&after={after}")]) {
            let refused = api.ask("GET", &format!("{SESSIONS}?{query}"), Value::Null).await;
            assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_QUERY")), "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_trip_is_marked_and_described() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        trips(&api, 1).await;
        let one = format!("{SESSIONS}/t0");
        let changed =
            api.ask("PATCH", &one, json!({"suspectedFraud": true, "metadata": {"k": "v", "events": [1]}})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!((&changed.json["suspectedFraud"], &changed.json["metadata"]), (&json!(true), &json!({"k": "v"})));
        let refused =
            api.ask("PATCH", &one, json!({"suspectedFraud": false, "metadata": {"k": "x".repeat(17_000)}})).await;
        let faults = refused.json["errors"].as_array().unwrap();
        assert_eq!((refused.status, faults.len()), (422, 2), "{}", refused.text);
        assert_eq!(faults[0]["error"], "\"suspectedFraud\" must be [true]");
        let missing = api.ask("PATCH", &format!("{SESSIONS}/t9"), json!({})).await;
        assert_eq!((missing.status, &missing.json["message"]), (404, &json!("Session was not found")));
    })
    .await;
}

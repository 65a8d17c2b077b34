//! Stores over HTTP. Every answer is judged by the contract as it comes.

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_model::access::{ApiKeyKind, Scope};
use serde_json::{Value, json};

use crate::testing::{Api, Reply, add_key};

async fn made(api: &Api, name: &str) -> String {
    let body = json!({"name": name, "currency": "EUR", "timeZone": "Europe/Berlin"});
    let reply = api.ask("POST", "/api/admin/v2/stores", body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json["id"].as_str().unwrap().to_owned()
}

/// The faults of a 422, each as `field rule`.
fn faults(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 422, "{}", reply.text);
    let faults = reply.json["errors"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().replace('"', "");
    faults.map(|fault| format!("{} {}", text(&fault["field"]), text(&fault["rule"]))).collect()
}

#[tokio::test]
async fn only_currencies_in_use_and_every_fault_once() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let cases = [
        (json!({"name": "a", "currency": "ZZZ", "timeZone": "Europe/Berlin"}), vec!["currency any.invalid"]),
        (
            json!({"name": "a", "currency": "euro", "timeZone": "Mars/North"}),
            vec!["currency string.pattern.base", "timeZone any.invalid"],
        ),
        (
            json!({"currency": "XXX", "timeZone": 7}),
            vec!["name any.required", "timeZone string.base", "currency any.invalid"],
        ),
    ];
    for (body, expected) in cases {
        let mut found = faults(&api.ask("POST", "/api/admin/v2/stores", body.clone()).await);
        found.sort();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found, expected, "{body}");
    }
    let id = made(&api, "Mitte").await;
    let refused = api.ask("PATCH", &format!("/api/admin/v2/stores/{id}"), json!({"currency": "ZZZ"})).await;
    assert_eq!(faults(&refused), ["currency any.invalid"]);
    let zones = format!("/api/admin/v2/stores/{id}/zones");
    let round = |corners: u32| -> Value {
        let corner = |n: u32| {
            let angle = std::f64::consts::TAU * f64::from(n) / f64::from(corners);
            json!([10.0 * angle.cos(), 10.0 * angle.sin()])
        };
        (0..corners).map(corner).collect()
    };
    for (polygon, expected) in [
        (round(65), vec!["polygon array.max"]),
        (round(2), vec!["polygon array.min"]),
        (json!([[0, 0], [1, 0], [1, 99_999]]), vec!["polygon[2][1] number.max"]),
        (json!([[0, 0], [1, 1], [1, 0], [0, 1]]), vec!["polygon any.invalid"]),
    ] {
        let refused = api.ask("POST", &zones, json!({"name": "a", "polygon": polygon})).await;
        assert_eq!(faults(&refused), expected, "{}", refused.text);
    }
    assert_eq!(api.ask("POST", &zones, json!({"name": "a", "polygon": round(64)})).await.status, 201);
}

#[tokio::test]
async fn a_store_from_creation_to_closing() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let id = made(&api, "Mitte").await;
        let path = format!("/api/admin/v2/stores/{id}");
        let shown = api.ask("GET", &path, Value::Null).await.json;
        assert_eq!((&shown["displayableName"], &shown["status"]), (&json!("Mitte"), &json!("CLOSED")));
        let change =
            json!({"displayableName": "Corner", "thirdPartyId": "store0001", "maxPeople": "25", "status": "OPEN"});
        let changed = api.ask("PATCH", &path, change).await.json;
        assert_eq!((&changed["thirdPartyId"], &changed["maxPeople"]), (&json!("store0001"), &json!(25)));
        let cleared =
            api.ask("PATCH", &path, json!({"thirdPartyId": null, "maxPeople": null, "displayableName": ""})).await;
        let cleared = cleared.json;
        assert_eq!((&cleared["thirdPartyId"], &cleared["displayableName"]), (&Value::Null, &json!("Mitte")));
        let status = api.ask("PATCH", &format!("{path}/status"), json!({"employeeInside": true})).await.json;
        assert_eq!(status, json!({"status": "OPEN", "employeeInside": true, "deploymentStatus": "DEPLOYMENT"}));
        let count = api.ask("GET", &format!("{path}/visitors-count"), Value::Null).await.json;
        assert_eq!((&count["count"], &count["maxPeople"]), (&json!(0), &Value::Null));
        let absent = api.ask("GET", "/api/admin/v2/stores/999999", Value::Null).await;
        assert_eq!((absent.status, &absent.json["message"]), (404, &json!("Store was not found")));
    })
    .await;
}

#[tokio::test]
async fn a_faulty_store_is_refused_with_all_its_faults() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let body = json!({"currency": "euro", "timeZone": "Europe/Berlin", "status": "AJAR", "maxPeople": -1});
    let reply = api.ask("POST", "/api/admin/v2/stores", body).await;
    let mut found = faults(&reply);
    found.sort();
    let expected = ["currency string.pattern.base", "maxPeople number.min", "name any.required", "status any.only"];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn pages_of_stores_lead_from_one_to_the_next() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    for name in ["b", "a", "c"] {
        made(&api, name).await;
    }
    let list = "/api/admin/v2/stores?orderBy=name&direction=desc&count=2";
    let names = |page: &Value| -> Vec<String> {
        let stores = page["stores"].as_array().unwrap().iter();
        stores.map(|store| store["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = api.ask("GET", list, Value::Null).await.json;
    assert_eq!((names(&first), &first["pagination"]["previous"]), (vec!["c".into(), "b".into()], &Value::Null));
    let after = first["pagination"]["next"]["after"].as_str().unwrap();
    let second = api.ask("GET", &format!("{list}&after={after}"), Value::Null).await.json;
    assert_eq!((names(&second), &second["pagination"]["next"]), (vec!["a".into()], &Value::Null));
    let before = second["pagination"]["previous"]["before"].as_str().unwrap();
    let back = api.ask("GET", &format!("{list}&before={before}"), Value::Null).await.json;
    assert_eq!(names(&back), names(&first));
    let plain = api.ask("GET", "/api/admin/v2/stores?after=1&count=1", Value::Null).await.json;
    assert_eq!(names(&plain), ["a"]);
    for (query, field) in [
        (format!("orderBy=name&after={after}"), "after any.invalid"),
        ("after=999999".to_owned(), "after any.invalid"),
        ("before=x".to_owned(), "before any.invalid"),
        ("after=1&before=2".to_owned(), "before any.invalid"),
        ("count=0".to_owned(), "count number.min"),
    ] {
        let reply = api.ask("GET", &format!("/api/admin/v2/stores?{query}"), Value::Null).await;
        assert_eq!(faults(&reply), [field], "{query}");
    }
}

#[tokio::test]
async fn settings_show_every_default_and_take_parts() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let path = format!("/api/admin/v2/stores/{}/settings", made(&api, "Mitte").await);
    let defaults = api.ask("GET", &path, Value::Null).await.json;
    let part =
        json!({"zones": {"enterDwellMs": "500"}, "fraud": {"tailgating": {"enabled": false}}, "liveCart": false});
    let changed = api.ask("PATCH", &path, part).await.json;
    let mut expected = defaults.clone();
    expected["zones"]["enterDwellMs"] = json!(500);
    expected["fraud"]["tailgating"]["enabled"] = json!(false);
    expected["liveCart"] = json!(false);
    assert_eq!(changed, expected);
    let faulty = json!({"zones": {"enterDwellMs": 99999}, "exit": 5, "liveCart": "perhaps"});
    let mut found = faults(&api.ask("PATCH", &path, faulty).await);
    found.sort();
    assert_eq!(found, ["exit object.base", "liveCart boolean.base", "zones.enterDwellMs number.max"]);
    let back = json!({"zones": null, "fraud": {"tailgating": null}, "liveCart": null});
    assert_eq!(api.ask("PATCH", &path, back).await.json, defaults);
}

#[tokio::test]
async fn the_clock_is_for_development_tokens_and_stores_that_are_not_live() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let id = made(&api, "Mitte").await;
    let path = format!("/api/store/v1/stores/{id}/clock");
    let body = json!({"at": "2023-01-19T11:49:06.149+01:00", "rate": 20});
    let store_key = api.store_key(aisle_model::StoreId(id.parse().unwrap())).await;
    for token in [&api.key, &store_key] {
        assert_eq!(api.ask_as(token, "PUT", &path, body.clone()).await.status, 403);
    }
    let rights = Scope::defaults(true);
    let token = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, rights, None).await;
    let set = api.ask_as(&token, "PUT", &path, body.clone()).await;
    assert_eq!(set.json, json!({"at": "2023-01-19T10:49:06.149Z", "rate": 20.0}));
    let backwards = json!({"at": "2023-01-19T10:49:06.149Z", "rate": 0});
    let refused = api.ask_as(&token, "PUT", &path, backwards).await;
    assert_eq!(faults(&refused), ["rate number.min"]);
    let live = json!({"deploymentStatus": "LIVE"});
    api.ask("PATCH", &format!("/api/admin/v2/stores/{id}"), live).await;
    assert_eq!(api.ask_as(&token, "PUT", &path, body).await.status, 403);
}

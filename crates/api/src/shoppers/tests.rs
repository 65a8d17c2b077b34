//! People of a store through the API: lists, filters, pages, and what cannot be.

use aisle_database::rows;
use aisle_database::rows::shoppers::Shopper;
use aisle_database::testing::on_both_databases;
use aisle_model::store::{Role, ShopperState};
use aisle_model::{Millis, ShopperId, StoreId, VisitorSessionId};
use serde_json::{Value, json};

use crate::testing::{Api, START};

/// Twelve people came in one second after another: every third has left, the last of them two days ago.
async fn people(api: &Api) -> StoreId {
    let new = json!({"name": "Corner", "currency": "EUR", "timeZone": "Europe/Berlin"});
    let store = api.ask("POST", "/api/admin/v2/stores", new).await;
    let store = StoreId(store.json["id"].as_str().unwrap().parse().unwrap());
    for number in 0..12_i64 {
        let gone = match number {
            11 => Some(START.minus(Millis(2 * 24 * 3_600_000))),
            number if number % 3 == 2 => Some(START),
            _ => None,
        };
        let shopper = Shopper {
            id: shopper_id(number),
            store,
            state: gone.map_or(ShopperState::Visitor, |_| ShopperState::Left),
            role: Role::Unknown,
            session: None,
            visitor_session: Some(VisitorSessionId(api.app.chance.uuid())),
            tracks: vec![format!("t{number}").as_str().into()],
            position: Some((1.5, 2.0)),
            zones: vec![if number < 6 { "a" } else { "b" }.into()],
            flags: Vec::new(),
            interactions: 0,
            restricted_interactions: 0,
            marks: Vec::new(),
            entered_at: START.plus(Millis(number / 2 * 1000)),
            entered_gate: None,
            left_at: gone,
            last_seen_at: START,
        };
        let saved = api.app.database.change(move |c| {
            let shopper = shopper.clone();
            Box::pin(async move { rows::shoppers::save(c, &shopper).await })
        });
        saved.await.unwrap();
    }
    store
}

fn shopper_id(number: i64) -> ShopperId {
    ShopperId((766_789_212_312_300 + number).to_string())
}

fn numbers(reply: &Value) -> Vec<i64> {
    let number = |shopper: &Value| {
        let id: i64 = shopper["shopperId"].as_str().unwrap().parse().unwrap();
        id - 766_789_212_312_300
    };
    reply["data"].as_array().unwrap().iter().map(number).collect()
}

#[tokio::test]
async fn people_are_filtered() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let store = people(&api).await;
        for (query, expected) in [
            ("", vec![10, 9, 7, 6, 4, 3, 1, 0]),
            ("direction=asc", vec![0, 1, 3, 4, 6, 7, 9, 10]),
            ("state=left", vec![8, 5, 2]),
            ("state=left&state=visitor&zoneId=b", vec![10, 9, 8, 7, 6]),
            ("trackId=t1", vec![1]),
            ("trackId=T1", vec![]),
            ("trackId=t", vec![]),
            ("shopperId=766789212312304", vec![4]),
            ("sessionId=none", vec![]),
        ] {
            let uri = format!("/api/admin/v2/stores/{store}/shoppers?{query}");
            let reply = api.ask("GET", &uri, Value::Null).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert_eq!(numbers(&reply.json), expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_go_forth_and_back_and_begin_at_plain_ids() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let store = people(&api).await;
        let page = |query: String| {
            let (api, uri) = (api.clone(), format!("/api/admin/v2/stores/{store}/shoppers?count=3{query}"));
            async move { api.ask("GET", &uri, Value::Null).await.json }
        };
        let first = page(String::new()).await;
        assert_eq!(numbers(&first), [10, 9, 7]);
        assert_eq!(first["pagination"]["previous"], Value::Null);
        let after = first["pagination"]["next"]["after"].as_str().unwrap();
        let second = page(format!("&after={after}")).await;
        assert_eq!(numbers(&second), [6, 4, 3]);
        let before = second["pagination"]["previous"]["before"].as_str().unwrap();
        assert_eq!(numbers(&page(format!("&before={before}")).await), [10, 9, 7]);
        let third = page(format!("&after={}", shopper_id(3))).await;
        assert_eq!(numbers(&third), [1, 0]);
        assert_eq!(third["pagination"]["next"], Value::Null);
        let unknown = page("&after=4711".to_owned()).await;
        assert_eq!(unknown["type"], "E_INVALID_QUERY");
    })
    .await;
}

#[tokio::test]
async fn one_person_is_read_and_impossible_bindings_are_refused() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let store = people(&api).await;
        let uri = |id: &str| format!("/api/admin/v2/stores/{store}/shoppers/{id}");
        let known = uri(shopper_id(4).as_str());
        let read = api.ask("GET", &known, Value::Null).await.json;
        assert_eq!(read["position"], json!({"x": 1.5, "y": 2.0, "z": 0.0}));
        assert_eq!(read["state"], "visitor");
        assert_eq!(read["role"], "unknown");
        assert_eq!(read["sessionId"], Value::Null);
        let absent = api.ask("GET", &uri("anybody"), Value::Null).await;
        assert_eq!((absent.status, &absent.json["message"]), (404, &json!("Shopper was not found")));

        let body = json!({"sessionId": "none"});
        let absent = api.ask("PATCH", &uri("1"), body.clone()).await;
        assert_eq!(absent.status, 404, "{}", absent.text);
        let unknown = api.ask("PATCH", &known, body).await;
        assert_eq!(unknown.status, 422, "{}", unknown.text);
        assert_eq!(unknown.json["errors"][0]["field"], "\"sessionId\"");
        assert_eq!(unknown.json["errors"][0]["rule"], "any.invalid");
        let nobody = json!({"registeredShopperId": "1", "registeredSessionId": "x", "visitorShopperId": "2", "visitorSessionId": "y"});
        let unknown = api.ask("POST", &uri("identity-matching"), nobody).await;
        assert_eq!(unknown.json["errors"].as_array().unwrap().len(), 4, "{}", unknown.text);
    })
    .await;
}

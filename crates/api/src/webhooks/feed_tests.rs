//! Replays, lists of messages, giving up, and the pull feed over the HTTP face.

use aisle_database::rows::deliveries;
use aisle_database::rows::deliveries::{DeliveryState, Outcome};
use aisle_database::testing::on_both_databases;
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_operations::webhooks::feed;
use serde_json::{Value, json};

use crate::testing::{Api, add_key};

const EVENTS: &str = "/api/admin/v2/events";
const CUSTOMERS: &str = "/api/admin/v2/customers";

/// Makes a customer with complete data, which is told, and gives the message its place.
async fn add_customer(api: &Api, email: &str) {
    let body = json!({"email": email, "firstName": "Ada", "lastName": "L", "phone": "+46701234567"});
    let made = api.ask("POST", CUSTOMERS, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    feed::place(&api.app).await.unwrap();
}

#[tokio::test]
async fn the_feed_holds_what_nobody_listens_to_and_goes_on_from_its_end() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let empty = api.ask("GET", EVENTS, Value::Null).await;
        assert_eq!((empty.status, &empty.json), (200, &json!({"data": [], "pagination": {"next": null}})));
        for email in ["a@example.com", "b@example.com", "c@example.com"] {
            add_customer(&api, email).await;
        }
        let first = api.ask("GET", &format!("{EVENTS}?count=2"), Value::Null).await;
        assert_eq!(first.json["data"].as_array().unwrap().len(), 2, "{}", first.text);
        assert_eq!(first.json["data"][0]["type"], "customerCreated");
        assert!(first.json["data"][0]["id"].as_str().unwrap().starts_with("msg_"));
        let after = first.json["pagination"]["next"]["after"].as_str().unwrap().to_owned();
        let second = api.ask("GET", &format!("{EVENTS}?count=2&after={after}"), Value::Null).await;
        let personal = &second.json["data"][0]["body"]["customerPersonalInfo"];
        assert!(personal.to_string().contains("c@example.com"), "{}", second.text);
        let end = second.json["pagination"]["next"]["after"].as_str().unwrap().to_owned();
        let at_end = api.ask("GET", &format!("{EVENTS}?after={end}"), Value::Null).await;
        assert_eq!(at_end.json["data"], json!([]));
        add_customer(&api, "d@example.com").await;
        let more = api.ask("GET", &format!("{EVENTS}?after={end}"), Value::Null).await;
        assert_eq!(more.json["data"].as_array().unwrap().len(), 1);
        let others = api.ask("GET", &format!("{EVENTS}?type=transitions"), Value::Null).await;
        assert_eq!(others.json["data"], json!([]));
        assert_eq!(api.ask("GET", &format!("{EVENTS}?after=17"), Value::Null).await.status, 422);
        is_masked_and_kept_from_others(&api).await;
    })
    .await;
}

async fn is_masked_and_kept_from_others(api: &Api) {
    let scopes = Scope::defaults(false).into_iter().filter(|scope| *scope != Scope::CustomersPii).collect();
    let blind = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, scopes, None).await;
    let seen = api.ask_as(&blind, "GET", EVENTS, Value::Null).await;
    assert!(!seen.text.contains("@example.com"), "{}", seen.text);
    let other = crate::testing::add_retailer(&api.app, "other").await;
    let theirs = add_key(&api.app, other, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
    assert_eq!(api.ask_as(&theirs, "GET", EVENTS, Value::Null).await.json["data"], json!([]));
}

/// A setting that waits for three messages; its path, and their names.
async fn with_three_waiting(api: &Api) -> (String, Vec<String>) {
    let setting = json!({"type": "customerCreated", "url": "https://localhost.invalid/x"});
    let made = api.ask("POST", "/api/admin/v2/webhooks", setting).await;
    let one = format!("/api/admin/v2/webhooks/{}", made.json["id"]);
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        add_customer(api, email).await;
    }
    let listed = api.ask("GET", &format!("{one}/messages"), Value::Null).await;
    let names = listed.json["data"].as_array().unwrap().iter().map(|one| one["messageId"].as_str().unwrap().to_owned());
    (one, names.collect())
}

async fn count(api: &Api, one: &str, state: &str) -> usize {
    let listed = api.ask("GET", &format!("{one}/messages?state={state}"), Value::Null).await;
    listed.json["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_waits_is_listed_given_up_and_sent_again() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (one, names) = with_three_waiting(&api).await;
        let page = api.ask("GET", &format!("{one}/messages?count=2"), Value::Null).await;
        let after = page.json["pagination"]["next"]["after"].as_str().unwrap();
        let rest = api.ask("GET", &format!("{one}/messages?count=2&after={after}"), Value::Null).await;
        assert_eq!(
            (&rest.json["data"][0]["messageId"], &rest.json["pagination"]["next"]),
            (&json!(names[2]), &Value::Null)
        );
        let give_up = format!("{one}/messages/{}/give-up", names[1]);
        assert_eq!(api.ask("POST", &give_up, Value::Null).await.status, 204);
        assert_eq!(api.ask("POST", &give_up, Value::Null).await.status, 409);
        let unknown = format!("{one}/messages/msg_0/give-up");
        assert_eq!(api.ask("POST", &unknown, Value::Null).await.status, 404);
        assert_eq!((count(&api, &one, "waiting").await, count(&api, &one, "dead").await), (2, 1));
        let replay = format!("{one}/replay");
        let both = api.ask("POST", &replay, json!({"messageIds": [names[1], names[2]]})).await;
        assert_eq!((both.status, &both.json), (200, &json!({"queued": 2, "skipped": 0})), "{}", both.text);
        assert_eq!(count(&api, &one, "waiting").await, 3, "what waited anyway is not queued twice");
        let wrong = api.ask("POST", &replay, json!({"messageIds": [names[0], "msg_0"]})).await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["field"]), (422, &json!("\"messageIds[1]\"")));
    })
    .await;
}

#[tokio::test]
async fn what_arrived_is_sent_again_by_filter() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (one, _) = with_three_waiting(&api).await;
        let now = api.app.clock.now();
        let settled = api.app.database.change(move |c| {
            Box::pin(async move {
                let arrived = |delivery| Outcome { delivery, state: DeliveryState::Delivered, attempts: 1 };
                deliveries::settle(c, &[arrived(1), arrived(2)], now).await
            })
        });
        settled.await.unwrap();
        let replay = format!("{one}/replay");
        let from = now.minus(aisle_model::Millis(60_000)).to_string();
        let to = now.plus(aisle_model::Millis(60_000)).to_string();
        for (state, queued) in [("givenUp", 0), ("delivered", 2), ("any", 0)] {
            let asked = json!({"filter": {"from": from, "to": to, "state": state}});
            let answer = api.ask("POST", &replay, asked).await;
            assert_eq!((answer.status, &answer.json["queued"]), (200, &json!(queued)), "{state} {}", answer.text);
        }
        let turned = api.ask("POST", &replay, json!({"filter": {"from": to, "to": from}})).await;
        assert_eq!(turned.status, 422);
        api.ask("PATCH", &one, json!({"enabled": false})).await;
        let off = json!({"filter": {"from": from, "to": to}});
        assert_eq!(api.ask("POST", &replay, off.clone()).await.status, 409);
        let asking = json!({"type": "externalEntry", "url": "https://shop.example.com/"});
        let made = api.ask("POST", "/api/admin/v2/webhooks", asking).await;
        let replay = format!("/api/admin/v2/webhooks/{}/replay", made.json["id"]);
        assert_eq!(api.ask("POST", &replay, off).await.status, 409);
    })
    .await;
}

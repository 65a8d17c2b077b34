//! The receiver over the HTTP face.

use aisle_contract::contract;
use aisle_database::rows::{webhook_secrets, webhooks};
use aisle_database::testing::on_both_databases;
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, WebhookId};
use aisle_operations::webhooks::Endpoint;
use aisle_partners::{AnswerRule, SigningKey, sign};
use axum::body::Body;
use serde_json::{Value, json};

use crate::testing::{Api, add_key};

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../contract/examples/", $name, ".json"))
    };
}

/// Path, example body, status and answer.
const ALL: [(&str, &str, u16, &str); 16] = [
    ("transition/entered", example!("transitionEntered"), 200, r#""OK""#),
    ("transition/left", example!("transitionLeft"), 200, r#""OK""#),
    ("checkout-zone/entered", example!("checkoutZoneEntered"), 200, r#""OK""#),
    ("checkout-zone/left", example!("checkoutZoneLeft"), 200, r#""OK""#),
    ("customer-created", example!("customerCreated"), 200, r#""OK""#),
    ("entry-code/notify", example!("entryCodeNotify"), 200, r#""OK""#),
    ("entry-code/verify", example!("entryCodeVerify"), 200, r#"{"status":"OK"}"#),
    ("checkout", example!("checkout"), 200, r#"{"paymentStatus":"paid"}"#),
    ("cart-mutator", example!("cartMutator"), 200, ""),
    ("order-price", example!("evaluateOrderPrice"), 200, ""),
    ("tracking", example!("tracking"), 204, ""),
    ("suspected-fraud", example!("suspectedFraud"), 204, ""),
    ("planogram-error", example!("planogramError"), 204, ""),
    ("restricted-products-interactions", example!("restrictedProductsInteractions"), 204, ""),
    ("remote-register", example!("remoteRegister"), 204, ""),
    ("identity-matching", example!("identityMatching"), 204, ""),
];

fn paths() -> Vec<String> {
    let receivers = contract().operations().filter(|one| one.id.starts_with("receive"));
    receivers.map(|one| one.path.to_string()).collect()
}

#[tokio::test]
async fn all_sixteen_are_taken_and_answered_as_documented() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let paths = paths();
        for (path, body, status, answer) in ALL {
            let path = format!("/api/push/{path}");
            assert!(paths.contains(&path), "{path} is none of {paths:?}");
            let body: Value = serde_json::from_str(body).unwrap();
            let reply = api.ask("POST", &path, body.clone()).await;
            assert_eq!(reply.status, status, "{path} {}", reply.text);
            if !answer.is_empty() {
                assert_eq!(reply.text, answer, "{path}");
            }
        }
        let inbox = api.ask("GET", "/api/push/inbox?count=50", Value::Null).await;
        let entries = inbox.json["data"].as_array().unwrap();
        assert_eq!(entries.len(), 16);
        assert_eq!(entries[0]["webhook"], "identityMatching", "newest first");
        assert!(entries.iter().all(|one| one["faults"] == json!([]) && one["signature"] == "absent"));
    })
    .await;
}

#[tokio::test]
async fn a_line_comes_back_without_what_an_answer_may_not_say() {
    let fresh = aisle_database::testing::open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let mut body: Value = serde_json::from_str(example!("cartMutator")).unwrap();
    body["cart"][0]["name"] = json!("");
    let reply = api.ask("POST", "/api/push/cart-mutator", body.clone()).await;
    assert_eq!((reply.status, reply.json["cart"][0].get("name")), (200, None), "{}", reply.text);
    assert_eq!(reply.json["cart"][0]["id"], body["cart"][0]["id"]);
}

#[tokio::test]
async fn pages_go_both_ways_and_filters_narrow() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        for (path, body, _, _) in ALL {
            api.ask("POST", &format!("/api/push/{path}"), serde_json::from_str(body).unwrap()).await;
        }
        let first = api.ask("GET", "/api/push/inbox?count=6", Value::Null).await.json;
        assert_eq!(first["pagination"]["previous"], Value::Null);
        let after = first["pagination"]["next"]["after"].as_str().unwrap();
        let second = api.ask("GET", &format!("/api/push/inbox?count=6&after={after}"), Value::Null).await.json;
        let before = second["pagination"]["previous"]["before"].as_str().unwrap();
        let again = api.ask("GET", &format!("/api/push/inbox?count=6&before={before}"), Value::Null).await.json;
        assert_eq!(names(&again), names(&first));
        assert_eq!(again["pagination"]["previous"], Value::Null);
        let after = second["pagination"]["next"]["after"].as_str().unwrap();
        let third = api.ask("GET", &format!("/api/push/inbox?count=6&after={after}"), Value::Null).await.json;
        assert_eq!((names(&third).len(), &third["pagination"]["next"]), (4, &Value::Null));
        filters_narrow(&api).await;
    })
    .await;
}

fn names(page: &Value) -> Vec<String> {
    let entries = page["data"].as_array().unwrap();
    entries.iter().map(|one| one["webhook"].to_string()).collect()
}

async fn filters_narrow(api: &Api) {
    let check = async |query: &str, count: usize| {
        let page = api.ask("GET", &format!("/api/push/inbox?{query}"), Value::Null).await;
        assert_eq!(page.json["data"].as_array().unwrap().len(), count, "{query}");
    };
    check("type=transitions", 2).await;
    check("webhook=transitionLeft,checkout", 2).await;
    check("type=transitions&webhook=checkout", 0).await;
    check("sessionId=nobody", 0).await;
}

#[tokio::test]
async fn faults_are_answered_and_kept_and_what_is_no_object_is_not() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let bad = api.ask("POST", "/api/push/transition/left", json!({"storeId": "x", "sessionId": "s"})).await;
        assert_eq!(bad.status, 422);
        let count = bad.json["errors"].as_array().unwrap().len();
        assert!(count > 5, "all faults at once: {}", bad.text);
        assert_eq!(api.ask("POST", "/api/push/transition/left", json!([1])).await.status, 422);
        let broken = api.request(&api.key, "POST", "/api/push/transition/left").body(Body::from("{")).unwrap();
        assert_eq!(api.send(broken).await.status, 400);
        let inbox = api.ask("GET", "/api/push/inbox", Value::Null).await.json;
        let entries = inbox["data"].as_array().unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["faults"].as_array().unwrap().len(), count);
        assert_eq!(entries[0]["body"], json!({"storeId": "x", "sessionId": "s"}), "as it came");
        assert_eq!((&entries[0]["answer"]["status"], &entries[0]["sessionId"]), (&json!(422), &json!("s")));
        let unstorable = json!({"storeId": "x", "sessionId": "s\0"});
        assert_eq!(api.ask("POST", "/api/push/transition/left", unstorable).await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn signatures_are_judged_repeats_counted_and_personal_data_masked() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let setting = json!({"type": "customerCreated", "url": "https://shop.example.com/"});
        let made = api.ask("POST", "/api/admin/v2/webhooks", setting).await;
        let secret = SigningKey::parse(made.json["secret"].as_str().unwrap()).unwrap();
        let body = example!("customerCreated");
        let send = async |signature: String| {
            let request = api
                .request(&api.key, "POST", "/api/push/customer-created")
                .header("webhook-id", "msg_01GQ4Y4W5MZ9J3T7KX8B2C6D0E")
                .header("webhook-timestamp", "1674125346")
                .header("webhook-signature", signature);
            assert_eq!(api.send(request.body(Body::from(body)).unwrap()).await.status, 200);
            api.ask("GET", "/api/push/inbox", Value::Null).await.json["data"][0].clone()
        };
        let good = sign(&[secret], "msg_01GQ4Y4W5MZ9J3T7KX8B2C6D0E", 1_674_125_346, body.as_bytes());
        let entry = send(good).await;
        assert_eq!((&entry["signature"], &entry["attempts"]), (&json!("valid"), &json!(1)));
        assert_eq!(entry["headers"].get("authorization"), None);
        assert_eq!(entry["body"], serde_json::from_str::<Value>(body).unwrap());
        let entry = send("v1,AAAA".to_owned()).await;
        assert_eq!((&entry["signature"], &entry["attempts"]), (&json!("invalid"), &json!(2)));
        let scopes = Scope::defaults(false).into_iter().filter(|scope| *scope != Scope::CustomersPii).collect();
        let blind = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, scopes, None).await;
        let seen = api.ask_as(&blind, "GET", "/api/push/inbox", Value::Null).await;
        assert!(!seen.text.contains("user@example.com") && !seen.text.contains("arbitraryKey"), "{}", seen.text);
    })
    .await;
}

#[tokio::test]
async fn signatures_of_key_pairs_are_judged_too() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let setting = json!({"type": "customerCreated", "url": "https://shop.example.com/", "signing": "ed25519"});
        let made = api.ask("POST", "/api/admin/v2/webhooks", setting).await;
        let id = WebhookId(made.json["id"].as_i64().unwrap());
        let body = example!("customerCreated");
        let (keys, now) = (api.app.keys.clone(), api.app.clock.now());
        let opened = api.app.database.read(move |c| {
            Box::pin(async move {
                let secrets = webhook_secrets::of_settings(c, &[id], now).await?;
                let setting = webhooks::by_ids(c, &[id]).await?.pop().unwrap();
                Endpoint::open(&keys, &setting, &secrets)
            })
        });
        let endpoint = opened.await.unwrap();
        let message = MessageId("msg_01GQ4Y4W5MZ9J3T7KX8B2C6D0E".to_owned());
        let call = endpoint.call(WebhookName::CustomerCreated, &message, body.into(), now, AnswerRule::Notice);
        for (body, verdict) in [(body.to_owned(), "valid"), (body.replacen('{', "{ ", 1), "invalid")] {
            let mut request = api.request(&api.key, "POST", "/api/push/customer-created");
            for (name, value) in &call.headers {
                request = request.header(name, value);
            }
            assert_eq!(api.send(request.body(Body::from(body)).unwrap()).await.status, 200);
            let entry = api.ask("GET", "/api/push/inbox", Value::Null).await.json["data"][0].clone();
            assert_eq!(entry["signature"], verdict);
            assert!(entry["headers"]["webhook-signature"].as_str().unwrap().starts_with("v1a,"));
        }
    })
    .await;
}

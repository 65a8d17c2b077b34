//! Settings over the HTTP face; every answer is judged by the contract as it comes.

use aisle_database::testing::on_both_databases;
use serde_json::{Value, json};

use crate::testing::Api;

const PATH: &str = "/api/admin/v2/webhooks";
const URL: &str = "https://shop.example.com/hooks";

#[tokio::test]
async fn a_setting_lives_and_its_secret_is_shown_once() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let body = json!({"type": "checkoutZone", "url": URL, "options": {"send_cart": true},
            "headers": {"x-shop": "7"}, "authorization": "let-me-in"});
        let made = api.ask("POST", PATH, body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert!(made.json["secret"].as_str().unwrap().starts_with("whsec_"));
        assert_eq!(made.json["timeoutMs"], 15_000);
        assert_eq!(made.json["authorizationSet"], true);
        let one = format!("{PATH}/{}", made.json["id"]);
        let read = api.ask("GET", &one, Value::Null).await;
        assert_eq!(read.json.get("secret"), None);
        assert!(!read.text.contains("let-me-in"));
        assert_eq!(read.json["headers"], json!({"x-shop": "7"}));
        let rotated = api.ask("POST", &format!("{one}/rotate-secret"), json!({"overlapHours": 1})).await;
        assert_eq!((rotated.status, rotated.json["secrets"].as_array().unwrap().len()), (200, 2));
        assert_ne!(rotated.json["secret"], made.json["secret"]);
        let at_once = api.ask("POST", &format!("{one}/rotate-secret"), json!({"overlapHours": 0})).await;
        assert_eq!(at_once.json["secrets"].as_array().unwrap().len(), 1);
        changes_and_goes(&api, &one).await;
    })
    .await;
}

async fn changes_and_goes(api: &Api, one: &str) {
    let off = json!({"enabled": false, "priority": 3, "authorization": null});
    let changed = api.ask("PATCH", one, off).await;
    assert_eq!(changed.json["health"]["disabledReason"], "manual");
    assert_eq!((&changed.json["priority"], &changed.json["authorizationSet"]), (&json!(3), &json!(false)));
    let listed = api.ask("GET", &format!("{PATH}?type=checkoutZone&enabled=false"), Value::Null).await;
    assert_eq!(listed.json.as_array().unwrap().len(), 1);
    let retyped = api.ask("PATCH", one, json!({"type": "checkout"})).await;
    assert_eq!(retyped.status, 409);
    assert_eq!(api.ask("DELETE", one, Value::Null).await.status, 204);
    assert_eq!(api.ask("GET", one, Value::Null).await.status, 404);
    let log = api.ask("GET", &format!("{one}/attempts"), Value::Null).await;
    assert_eq!((log.status, &log.json["data"]), (200, &json!([])));
}

#[tokio::test]
async fn what_no_schema_can_say_is_refused_all_at_once() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let check = async |body: Value, expected: &[(&str, &str)]| {
            let reply = api.ask("POST", PATH, body.clone()).await;
            assert_eq!(reply.status, 422, "{body} {}", reply.text);
            let errors = reply.json["errors"].as_array().unwrap().clone();
            let mut found: Vec<(String, String)> = errors
                .iter()
                .map(|one| (one["field"].as_str().unwrap().replace('"', ""), one["rule"].as_str().unwrap().to_owned()))
                .collect();
            found.sort();
            let expected: Vec<(String, String)> =
                expected.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect();
            assert_eq!(found, expected, "{body}");
        };
        let invalid = "any.invalid";
        check(json!({"type": "transitions", "url": "https://10.0.0.1/x"}), &[("url", invalid)]).await;
        check(json!({"type": "transitions", "url": "http://shop.example.com/"}), &[("url", invalid)]).await;
        check(
            json!({"type": "transitions", "url": "https://user@shop.example.com/", "isDefault": true,
                "options": {"send_cart": true}, "headers": {"Host": "x", "webhook-id": "y", "x-good": "z"}}),
            &[
                ("headers.Host", invalid),
                ("headers.webhook-id", invalid),
                ("isDefault", invalid),
                ("options.send_cart", invalid),
                ("url", invalid),
            ],
        )
        .await;
        check(json!({"type": "transitions", "url": URL, "storeIds": [77]}), &[("storeIds[0]", invalid)]).await;
        assert_eq!(api.ask("GET", PATH, Value::Null).await.json, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_setting_with_a_key_pair_shows_the_public_half_only() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let made = api.ask("POST", PATH, json!({"type": "transitions", "url": URL, "signing": "ed25519"})).await;
        assert_eq!((made.status, &made.json["secret"]), (201, &Value::Null), "{}", made.text);
        assert!(made.json["publicKey"].as_str().unwrap().starts_with("whpk_"));
        assert!(!made.text.contains("whsk_"));
        let rotate = format!("{PATH}/{}/rotate-secret", made.json["id"]);
        let own = json!({"secret": "whsec_YW4tZXhhbXBsZS1zZWNyZXQtbm90LWZvci11c2UtMDE="});
        let refused = api.ask("POST", &rotate, own).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["rule"]), (422, &json!("any.invalid")));
        let rotated = api.ask("POST", &rotate, json!({})).await;
        assert_eq!((rotated.status, rotated.json["secrets"].as_array().unwrap().len()), (200, 2));
        assert_eq!(rotated.json["secret"], Value::Null);
        assert_ne!(rotated.json["publicKey"], made.json["publicKey"], "the newest is shown");
        let plain = api.ask("POST", PATH, json!({"type": "transitions", "url": URL})).await;
        assert_eq!(plain.json["publicKey"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn no_store_has_two_default_settings() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let default = json!({"type": "checkout", "url": URL, "isDefault": true});
        let first = api.ask("POST", PATH, default.clone()).await;
        assert_eq!((first.status, &first.json["timeoutMs"]), (201, &json!(5000)));
        assert_eq!(api.ask("POST", PATH, default.clone()).await.status, 409);
        let plain = api.ask("POST", PATH, json!({"type": "checkout", "url": URL})).await;
        let one = format!("{PATH}/{}", plain.json["id"]);
        assert_eq!(api.ask("PATCH", &one, json!({"isDefault": true})).await.status, 409);
        let was_first = format!("{PATH}/{}", first.json["id"]);
        assert_eq!(api.ask("PATCH", &was_first, json!({"isDefault": false})).await.status, 200);
        assert_eq!(api.ask("PATCH", &one, json!({"isDefault": true})).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_test_call_of_a_refused_address_is_a_good_test() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let made = api.ask("POST", PATH, json!({"type": "transitions", "url": "https://localhost.invalid/x"})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let test = format!("{PATH}/{}/test", made.json["id"]);
        let wrong = api.ask("POST", &test, json!({"variant": "draft"})).await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["rule"]), (422, &json!("any.only")));
        let tried = api.ask("POST", &test, json!({"variant": "left"})).await;
        assert_eq!(tried.status, 200, "{}", tried.text);
        assert_eq!((&tried.json["webhook"], &tried.json["trigger"]), (&json!("transitionLeft"), &json!("test")));
        assert_eq!((&tried.json["outcome"], &tried.json["error"]), (&json!("failed"), &json!("dns")));
        assert!(tried.json["messageId"].as_str().unwrap().starts_with("test_"));
        let one = format!("{PATH}/{}", made.json["id"]);
        is_in_the_log_only(&api, &one, &tried.json["id"]).await;
    })
    .await;
}

async fn is_in_the_log_only(api: &Api, one: &str, id: &Value) {
    let read = api.ask("GET", one, Value::Null).await;
    assert_eq!(read.json["health"]["state"], "healthy", "it counts for nothing");
    let log = api.ask("GET", &format!("{one}/attempts?outcome=failed"), Value::Null).await;
    assert_eq!(log.json["data"][0]["id"], *id);
    let attempt = api.ask("GET", &format!("{one}/attempts/{id}"), Value::Null).await;
    assert_eq!((attempt.status, &attempt.json["requestBody"]), (200, &Value::Null));
}

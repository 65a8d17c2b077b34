//! Entry codes over HTTP.

use aisle_database::testing::on_both_databases;
use serde_json::{Value, json};

use crate::testing::Api;

async fn codes(api: &Api) -> String {
    let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
    format!("/api/admin/v2/customers/{}/entry-codes", made.json["id"])
}

#[tokio::test]
async fn a_code_is_registered_and_drawn() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let codes = codes(&api).await;
        let random = api.ask("POST", &codes, Value::Null).await;
        assert_eq!((random.status, random.json.as_object().unwrap().len()), (201, 1));
        let displayable = format!("{codes}?displayable=true");
        let chosen = api.ask("POST", &displayable, json!({"code": "a/b<c>", "groupSize": 0, "expiresAt": null})).await;
        assert_eq!(chosen.json, json!({"code": "a/b<c>"}));
        let picture = api.ask("GET", &format!("{codes}/a%2Fb%3Cc%3E/qr.svg"), Value::Null).await;
        assert_eq!(picture.status, 200);
        assert_eq!(
            (&picture.headers["content-type"], &picture.headers["cache-control"]),
            (&"image/svg+xml".parse().unwrap(), &"no-store".parse().unwrap())
        );
        assert!(picture.text.contains("<svg"));
        assert_eq!(api.ask("GET", &format!("{codes}/nothing/qr.svg"), Value::Null).await.status, 404);
        let again = api.ask("POST", &codes, json!({"code": "a/b<c>"})).await;
        assert_eq!((again.status, &again.json["message"]), (409, &json!("Entry code already exists")));
        let nobody = api.ask("POST", "/api/admin/v2/customers/999/entry-codes", json!({})).await;
        assert_eq!((nobody.status, &nobody.json["message"]), (404, &json!("Customer was not found")));
    })
    .await;
}

#[tokio::test]
async fn wrong_values_are_faults() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let codes = codes(&api).await;
        let cases = [
            (json!({"expiresAt": "2001-01-01T00:00:00Z"}), vec!["expiresAt"]),
            (
                json!({"expiresAt": "2001-01-01", "referencedSessionId": "no", "storeIdScannableAt": "9"}),
                vec!["storeIdScannableAt", "referencedSessionId", "expiresAt"],
            ),
            (
                json!({"code": "a b", "groupSize": 1001, "error": {"x": "y".repeat(5000)}}),
                vec!["code", "groupSize", "error"],
            ),
            (json!({"code": "", "priority": 11}), vec!["code", "priority"]),
            (json!({"code": null}), vec!["code"]),
        ];
        for (body, fields) in cases {
            let reply = api.ask("POST", &codes, body).await;
            assert_eq!(reply.status, 422, "{}", reply.text);
            let said: Vec<String> = reply.json["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|fault| fault["field"].as_str().unwrap().replace('"', ""))
                .collect();
            assert_eq!(said, fields);
        }
    })
    .await;
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_same_code() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let codes = codes(&api).await;
        let ask = async || {
            let request = api.request(&api.key, "POST", &codes).header("idempotency-key", "k1");
            api.send(request.body("{}".into()).unwrap()).await
        };
        let first = ask().await;
        assert_eq!((ask().await.json, first.status), (first.json, 201));
    })
    .await;
}

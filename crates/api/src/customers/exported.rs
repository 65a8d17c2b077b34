//! What an export holds, and who may ask for it.

use std::collections::BTreeMap;

use aisle_contract::contract;
use aisle_database::sql;
use aisle_database::testing::on_both_databases;
use aisle_model::access::{ApiKeyKind, Scope};
use serde_json::{Value, json};

use crate::orders::tests::{order, run};
use crate::testing::{Api, add_key, add_retailer};

const CUSTOMERS: &str = "/api/admin/v2/customers";

fn uri(customer: &Value) -> String {
    format!("{CUSTOMERS}/{customer}/export")
}

/// A customer with two trips, an order, a notice and an answer of the retailer, and somebody else.
async fn history(api: &Api) -> Value {
    let hook = json!({"type": "customerCreated", "url": "https://retailer.example/hook"});
    assert_eq!(api.ask("POST", "/api/admin/v2/webhooks", hook).await.status, 201);
    let ada = json!({"email": "ada@example.com", "firstName": "Ada", "lastName": "Example", "phone": "+1 555", "metadata": {"shoe": 41},
        "password": "long enough"});
    let ada = api.ask("POST", CUSTOMERS, ada).await.json["id"].clone();
    let card = json!({"card": {"provider": "ADYEN", "cardToken": "tok-secret", "last4": "4242"}});
    assert_eq!(api.ask("PATCH", &format!("{CUSTOMERS}/{ada}"), card).await.status, 200);
    let bob = api.ask("POST", CUSTOMERS, json!({"email": "bob@example.com"})).await.json["id"].clone();
    let store = api.store().await.0;
    for (customer, session, shopper) in [(&ada, "trip-1", "100000000000001"), (&bob, "trip-2", "100000000000002")] {
        order(api, store, customer, 215).await;
        let code = format!("{CUSTOMERS}/{customer}/entry-codes");
        assert_eq!(api.ask("POST", &code, json!({"sessionId": session})).await.status, 201);
        let now = api.app.clock.now();
        let person = sql!(
            "insert into shoppers (shopper_id, store_id, state, role, session_number, track_ids, zone_ids, flags, marks,
                 entered_at, last_seen_at)
             select $1, $2, 'registered', 'customer', number, '[]', '[]', '[]', '[]', $3, $3 from sessions where token = $4",
            shopper,
            store,
            now,
            session
        );
        run(api, person).await;
        let answered = sql!(
            "insert into attempts (webhook_id, message_id, name, trigger_kind, attempt, outcome, url, total_ms, http_status,
                 answer, session_token, created_at)
             select id, 'm', 'entryCodeVerify', 'event', 1, 'delivered', 'https://retailer.example/', 1, 200, $1, $2, $3
             from webhooks",
            format!("welcome, {session}"),
            session,
            now
        );
        run(api, answered).await;
    }
    ada
}

#[tokio::test]
async fn everything_that_is_known_and_nothing_of_others() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let ada = history(&api).await;
        let reply = api.ask("GET", &uri(&ada), Value::Null).await;
        assert_eq!((reply.status, &reply.headers["content-type"]), (200, &"application/x-ndjson".parse().unwrap()));
        let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for line in reply.text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(contract().check("CustomerExportLine", &line), [], "{line}");
            known.entry(line["kind"].as_str().unwrap().to_owned()).or_default().push(line["data"].clone());
        }
        let counts: Vec<(&str, usize)> = known.iter().map(|(kind, all)| (kind.as_str(), all.len())).collect();
        let expected =
            [("answer", 1), ("customer", 1), ("end", 1), ("message", 1), ("order", 1), ("session", 2), ("shopper", 1)];
        assert_eq!(counts, expected, "{}", reply.text);
        for (kind, schema) in
            [("customer", "Customer"), ("session", "Session"), ("shopper", "Shopper"), ("order", "Order")]
        {
            for data in &known[kind] {
                assert_eq!(contract().check(schema, data), [], "{data}");
            }
        }
        let customer = &known["customer"][0];
        assert_eq!((&customer["email"], &customer["metadata"]), (&json!("ada@example.com"), &json!({"shoe": 41})));
        assert_eq!(customer["paymentInstruments"][0]["last4"], "4242");
        assert_eq!(known["order"][0]["totalPrice"], "2.15");
        assert_eq!(known["order"][0]["products"][0]["name"], "Seltzer");
        assert!(known["message"][0]["body"].to_string().contains("ada@example.com"), "{}", known["message"][0]);
        assert_eq!(known["answer"][0]["answer"], "welcome, trip-1");
        assert_eq!(known["end"][0]["lines"].as_u64(), Some(7));
        for other in ["bob@example.com", "trip-2", "100000000000002", "tok-secret", "argon2", "long enough"] {
            assert!(!reply.text.contains(other), "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_history_comes_whole() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let ada = api.ask("POST", CUSTOMERS, json!({})).await.json["id"].clone();
        for _ in 0..101 {
            api.ask("POST", &format!("{CUSTOMERS}/{ada}/entry-codes"), json!({})).await;
        }
        let text = api.ask("GET", &uri(&ada), Value::Null).await.text;
        let sessions: std::collections::BTreeSet<&str> =
            text.lines().filter(|line| line.contains("\"kind\":\"session\"")).collect();
        assert_eq!(sessions.len(), 101);
        assert!(text.lines().last().unwrap().contains("102"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn only_with_the_right_to_personal_data_and_only_of_own_customers() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let ada = api.ask("POST", CUSTOMERS, json!({"email": "ada@example.com"})).await.json["id"].clone();
        let may = |scopes| add_key(&api.app, api.retailer, ApiKeyKind::Retailer, scopes, None);
        let reads = may(vec![Scope::CustomersRead, Scope::CustomersWrite]).await;
        assert_eq!(api.ask_as(&reads, "GET", &uri(&ada), Value::Null).await.status, 403);
        let other = add_retailer(&api.app, "other").await;
        let other = add_key(&api.app, other, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
        for (token, customer) in [(&other, &ada), (&api.key, &json!(999))] {
            assert_eq!(api.ask_as(token, "GET", &uri(customer), Value::Null).await.status, 404);
        }
        assert_eq!(api.ask("DELETE", &format!("{CUSTOMERS}/{ada}"), Value::Null).await.status, 204);
        assert_eq!(api.ask("GET", &uri(&ada), Value::Null).await.status, 404, "nothing is known any more");
    })
    .await;
}

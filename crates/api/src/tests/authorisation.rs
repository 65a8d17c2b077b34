//! Who may call what: a table over every operation of the document, so that later ones are in it by themselves.

use aisle_contract::TokenKind;
use aisle_database::testing::on_both_databases;
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_operations::Caller;
use aisle_operations::customers::{self, NewCustomer};
use serde_json::json;

use super::documented::{document, operations};
use crate::testing::{Api, START, add_key, add_retailer};

/// For callers who have nothing to show yet. May only shrink.
const WITHOUT_TOKEN: [&str; 6] = [
    "finishAppPasswordReset",
    "issueAccessToken",
    "loginAppCustomer",
    "registerAppCustomer",
    "startAppPasswordReset",
    "verifyAppPasswordReset",
];

#[tokio::test]
async fn every_operation_judges_who_asks_first() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let (expired, rightless) = keys_without_use(&api).await;
        let store = api.store_key(api.store().await).await;
        let customer = customers::create(&api.app, &Caller::nobody(api.retailer), NewCustomer::default()).await;
        let shopper = api.app_token(customer.unwrap().customer.id).await;
        for one in operations(&document()) {
            let (operation, uri) = (one.operation, one.uri(&[]));
            let method = &*operation.method;
            if operation.token == TokenKind::None {
                assert!(WITHOUT_TOKEN.contains(&&*operation.id), "{}", operation.id);
                continue;
            }
            let mut unknown = vec!["", "ais_rk_unknown", "ais_at_unknown", "ais_cu_unknown", "x", &expired];
            if operation.token == TokenKind::Customer {
                unknown.extend([&*api.key, &*store]);
            }
            for token in unknown {
                let reply = api.ask_as(token, method, &uri, json!({})).await;
                assert_eq!(reply.status, 401, "{method} {uri} with {token:?}");
                assert_eq!(reply.json["type"], "E_UNAUTHORIZED");
                assert_eq!(reply.headers["www-authenticate"], "Bearer");
            }
            let mut forbidden = match operation.token {
                TokenKind::Customer => Vec::new(),
                TokenKind::Retailer => vec![&store, &shopper],
                _ => vec![&api.key, &shopper],
            };
            if operation.scope.is_some() {
                forbidden.push(&rightless);
            } else {
                let without = ["/api/push/", "/api/customer/"];
                assert!(without.iter().any(|prefix| operation.path.starts_with(prefix)), "{uri} asks for no scope");
            }
            for token in forbidden {
                let reply = api.ask_as(token, method, &uri, json!({})).await;
                assert_eq!(reply.status, 403, "{method} {uri} gave {}", reply.text);
                assert_eq!(reply.json["type"], "E_FORBIDDEN");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn another_schemes_header_is_no_token() {
    let fresh = aisle_database::testing::open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    for header in [format!("Basic {}", api.key), api.key.clone(), "Bearer".to_owned(), "Bearer ".to_owned()] {
        let request = http::Request::get("/api/admin/v2/applications").header("authorization", &header);
        let reply = api.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(reply.status, 401, "{header:?}");
    }
    let lower_case =
        http::Request::get("/api/admin/v2/applications").header("authorization", format!("bearer {}", api.key));
    assert_eq!(api.send(lower_case.body(axum::body::Body::empty()).unwrap()).await.status, 200);
}

#[tokio::test]
async fn another_retailers_objects_are_absent() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let made =
            api.ask("POST", "/api/admin/v2/applications", json!({"description": "a", "clientIdSuffix": "a"})).await;
        let application = format!("/api/admin/v2/applications/{}", made.json["id"]);
        let made = api.ask("POST", "/api/admin/v2/api-keys", json!({"kind": "retailer", "name": "a"})).await;
        let key = format!("/api/admin/v2/api-keys/{}", made.json["id"]);
        let other = add_retailer(&api.app, "other").await;
        let stranger = add_key(&api.app, other, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
        let rotate_secret = format!("{application}/rotate-secret");
        let rotate = format!("{key}/rotate");
        let cases = [
            ("GET", &application),
            ("PATCH", &application),
            ("DELETE", &application),
            ("POST", &rotate_secret),
            ("DELETE", &key),
            ("POST", &rotate),
        ];
        for (method, uri) in cases {
            let reply = api.ask_as(&stranger, method, uri, json!({})).await;
            assert_eq!(reply.status, 404, "{method} {uri} gave {}", reply.text);
        }
        assert_eq!(api.ask_as(&stranger, "GET", "/api/admin/v2/applications", json!(null)).await.json, json!([]));
        assert_eq!(api.ask("GET", &application, json!(null)).await.status, 200);
    })
    .await;
}

async fn keys_without_use(api: &Api) -> (String, String) {
    let rightless = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, Vec::new(), None).await;
    let body = json!({"kind": "retailer", "name": "short", "expiresInDays": 1});
    let made = api.ask("POST", "/api/admin/v2/api-keys", body).await;
    let two_days = aisle_model::Millis(2 * 24 * 60 * 60 * 1000);
    api.app.clock.advance(two_days);
    assert!(api.app.clock.now() > START);
    (made.json["key"].as_str().unwrap().to_owned(), rightless)
}

//! Applications, keys and the token endpoint, as their callers see them.

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_model::Millis;
use aisle_model::access::{ApiKeyKind, Scope};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::ApiOptions;
use crate::testing::{Api, Reply, add_key};

const APPLICATIONS: &str = "/api/admin/v2/applications";
const KEYS: &str = "/api/admin/v2/api-keys";
pub(super) const TOKEN: &str = "/realms/aisle/protocol/openid-connect/token";

pub(super) async fn application(api: &Api, body: Value) -> Value {
    let reply = api.ask("POST", APPLICATIONS, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

pub(super) async fn form(api: &Api, body: &str) -> Reply {
    let request = Request::post(TOKEN).header("content-type", "application/x-www-form-urlencoded");
    api.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

pub(super) fn credentials(made: &Value) -> String {
    let (id, secret) = (made["clientId"].as_str().unwrap(), made["clientSecret"].as_str().unwrap());
    format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
}

async fn status_with(api: &Api, token: &str) -> u16 {
    api.ask_as(token, "GET", APPLICATIONS, Value::Null).await.status
}

#[tokio::test]
async fn an_application_gets_a_token_that_ends_with_its_rights() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let made = application(&api, json!({"description": "a", "clientIdSuffix": "a"})).await;
        assert_eq!(made["clientId"], "prod-eu-corner-a");
        let uri = format!("{APPLICATIONS}/{}", made["id"]);
        let granted = form(&api, &credentials(&made)).await;
        assert_eq!((granted.status, &granted.json["expires_in"]), (200, &json!(900)), "{}", granted.text);
        assert_eq!(granted.headers["cache-control"], "no-store");
        let token = granted.json["access_token"].as_str().unwrap();
        assert_eq!(status_with(&api, token).await, 200);
        api.ask("PATCH", &uri, json!({"scopes": ["orders:read"]})).await;
        assert_eq!(status_with(&api, token).await, 403, "a scope that was taken away");
        api.ask("PATCH", &uri, json!({"scopes": ["applications:read"], "enabled": false})).await;
        assert_eq!(status_with(&api, token).await, 401, "disabled");
        assert_eq!(form(&api, &credentials(&made)).await.json["error"], "invalid_client");
        api.ask("PATCH", &uri, json!({"enabled": true})).await;
        assert_eq!(status_with(&api, token).await, 200);
        api.app.clock.advance(Millis(900_000));
        assert_eq!(status_with(&api, token).await, 401, "expired");
        let token = form(&api, &credentials(&made)).await.json["access_token"].clone();
        assert_eq!(api.ask("DELETE", &uri, Value::Null).await.status, 204);
        assert_eq!(status_with(&api, token.as_str().unwrap()).await, 401, "deleted");
        assert_eq!(api.ask("DELETE", &uri, Value::Null).await.status, 404);
        let again = api.ask("POST", APPLICATIONS, json!({"description": "a", "clientIdSuffix": "a"})).await;
        assert_eq!((again.status, &again.json["message"]), (409, &json!("Client id suffix already exists")));
    })
    .await;
}

#[tokio::test]
async fn two_secrets_live_during_a_rotation() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let first = application(&api, json!({"description": "a", "clientIdSuffix": "a"})).await;
        let uri = format!("{APPLICATIONS}/{}/rotate-secret", first["id"]);
        let second = api.ask("POST", &uri, json!({})).await.json;
        assert_eq!(second["secrets"].as_array().unwrap().len(), 2);
        assert_eq!(second["secrets"][0]["expiresAt"], Value::Null);
        let works = async |made: &Value| form(&api, &credentials(made)).await.status;
        assert_eq!((works(&first).await, works(&second).await), (200, 200));
        let third = api.ask("POST", &uri, json!({"overlapHours": 1})).await.json;
        assert_eq!((works(&first).await, works(&second).await, works(&third).await), (401, 200, 200));
        api.app.clock.advance(Millis(60 * 60 * 1000));
        assert_eq!((works(&second).await, works(&third).await), (401, 200));
        let token = form(&api, &credentials(&third)).await.json["access_token"].as_str().unwrap().to_owned();
        let fourth = api.ask("POST", &uri, json!({"overlapHours": 0})).await.json;
        assert_eq!((works(&third).await, works(&fourth).await), (401, 200));
        assert_eq!(status_with(&api, &token).await, 401, "tokens end with their secret");
    })
    .await;
}

/// It may make applications and keys, and nothing else.
async fn small_key(api: &Api) -> String {
    let scopes = vec![Scope::ApplicationsRead, Scope::ApplicationsWrite];
    add_key(&api.app, api.retailer, ApiKeyKind::Retailer, scopes, None).await
}

#[tokio::test]
async fn nobody_hands_out_what_they_do_not_hold() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let small = small_key(&api).await;
        let large = application(&api, json!({"description": "a", "clientIdSuffix": "large"})).await;
        let large_key = api.ask("POST", KEYS, json!({"kind": "retailer", "name": "large"})).await.json;
        let uri = format!("{APPLICATIONS}/{}", large["id"]);
        let cases = [
            (
                "POST",
                APPLICATIONS.to_owned(),
                json!({"description": "a", "clientIdSuffix": "a", "scopes": ["orders:read"]}),
            ),
            ("POST", KEYS.to_owned(), json!({"kind": "retailer", "name": "a", "scopes": ["orders:read"]})),
            ("POST", KEYS.to_owned(), json!({"kind": "retailer", "name": "a", "scopes": ["store:events"]})),
            ("POST", format!("{uri}/rotate-secret"), json!({})),
            ("POST", format!("{KEYS}/{}/rotate", large_key["id"]), json!({})),
        ];
        for (method, uri, body) in cases {
            let reply = api.ask_as(&small, method, &uri, body.clone()).await;
            assert_eq!(reply.status, 403, "{method} {uri} {body}");
        }
    })
    .await;
}

/// The flag is free for all who may make applications, so it must be worth nothing by itself.
#[tokio::test]
async fn the_development_flag_gives_nobody_a_right_that_its_maker_lacks() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let store = api.store().await;
        let body = json!({"description": "a", "clientIdSuffix": "a", "development": true});
        let made = api.ask("POST", APPLICATIONS, body).await.json;
        assert_eq!((&made["development"], made["scopes"].as_array().unwrap().len() > 10), (&json!(true), true));
        assert!(!made["scopes"].as_array().unwrap().contains(&json!("simulation")));
        let uri = format!("{APPLICATIONS}/{}", made["id"]);
        for change in [json!({"scopes": ["simulation"]}), json!({"development": true, "scopes": ["simulation"]})] {
            assert_eq!(api.ask("PATCH", &uri, change).await.status, 403);
        }
        assert_eq!(api.ask("PATCH", &uri, json!({"development": true})).await.json["scopes"], made["scopes"]);
        let refused = form(&api, &format!("{}&scope=simulation", credentials(&made))).await;
        assert_eq!(refused.json["error"], "invalid_scope");
        let granted = form(&api, &credentials(&made)).await;
        let token = granted.json["access_token"].as_str().unwrap();
        let of_store = format!("/api/store/v1/stores/{store}");
        let clock = json!({"at": "2023-01-19T11:49:06.149Z", "rate": 20});
        let tries = [
            ("PUT", format!("{of_store}/clock"), clock),
            ("GET", format!("{of_store}/events?after=0"), Value::Null),
            ("GET", format!("{of_store}/commands"), Value::Null),
        ];
        for (method, uri, body) in tries {
            assert_eq!(api.ask_as(token, method, &uri, body).await.status, 403, "{uri}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_said_is_what_the_caller_holds() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let small = small_key(&api).await;
        let made = api.ask_as(&small, "POST", KEYS, json!({"kind": "retailer", "name": "a"})).await;
        assert_eq!(made.json["scopes"], json!(["applications:read", "applications:write"]));
        let reply = api
            .ask("POST", APPLICATIONS, json!({"description": "a", "clientIdSuffix": "a", "scopes": ["simulation"]}))
            .await;
        assert_eq!(reply.status, 403, "the key does not simulate");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_listed_replaced_and_revoked() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let made = api.ask("POST", KEYS, json!({"kind": "retailer", "name": "ERP"})).await.json;
        let key = made["key"].as_str().unwrap().to_owned();
        assert!(key.starts_with(made["prefix"].as_str().unwrap()));
        assert_eq!(made["expiresAt"], "2024-02-12T22:13:20.000Z", "90 days");
        let uri = format!("{KEYS}/{}", made["id"]);
        let replaced = api.ask("POST", &format!("{uri}/rotate"), json!({"overlapHours": 1})).await.json;
        let new = replaced["key"].as_str().unwrap();
        assert_eq!((status_with(&api, &key).await, status_with(&api, new).await), (200, 200));
        api.app.clock.advance(Millis(60 * 60 * 1000));
        assert_eq!((status_with(&api, &key).await, status_with(&api, new).await), (401, 200));
        let uri = format!("{KEYS}/{}", replaced["id"]);
        for _ in 0..2 {
            assert_eq!(api.ask("DELETE", &uri, Value::Null).await.status, 204);
            assert_eq!(status_with(&api, new).await, 401);
        }
        let refused = api.ask("POST", &format!("{uri}/rotate"), json!({})).await;
        assert_eq!((refused.status, &refused.json["message"]), (409, &json!("API key is revoked")));
        let listed = api.ask("GET", KEYS, Value::Null).await.json;
        assert_eq!(listed.as_array().unwrap().len(), 3);
        assert_eq!(listed[2]["revokedAt"], "2023-11-14T23:13:20.000Z");
        assert!(listed.as_array().unwrap().iter().all(|key| key.get("key").is_none()));
    })
    .await;
}

#[tokio::test]
async fn use_is_noted_to_the_minute() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let used_at = async || api.ask("GET", KEYS, Value::Null).await.json[0]["lastUsedAt"].clone();
        assert_eq!(used_at().await, "2023-11-14T22:13:20.000Z");
        api.app.clock.advance(Millis(59_000));
        assert_eq!(used_at().await, "2023-11-14T22:13:20.000Z");
        api.app.clock.advance(Millis(1_000));
        assert_eq!(used_at().await, "2023-11-14T22:14:20.000Z");
    })
    .await;
}

/// Revocation by another node: nothing tells this one, so what it remembers must run out.
#[tokio::test]
async fn a_token_is_not_believed_longer_than_said() {
    let fresh = open_sqlite().await;
    let memory = std::time::Duration::from_millis(100);
    let api = Api::with(fresh.database.clone(), ApiOptions { token_memory: memory, ..ApiOptions::default() }).await;
    assert_eq!(status_with(&api, &api.key).await, 200);
    let revoke = fresh.database.change(|c| {
        Box::pin(aisle_database::testing::execute(
            c,
            aisle_database::sql!("update api_keys set revoked_at = created_at"),
        ))
    });
    revoke.await.unwrap();
    tokio::time::sleep(memory).await;
    assert_eq!(status_with(&api, &api.key).await, 401);
}

#[tokio::test]
async fn a_key_revoked_while_it_is_looked_up_is_not_believed_afterwards() {
    let fresh = open_sqlite().await;
    let memory = std::time::Duration::from_hours(1);
    let api = Api::with(fresh.database.clone(), ApiOptions { token_memory: memory, ..ApiOptions::default() }).await;
    let made = api.ask("POST", KEYS, json!({"kind": "retailer", "name": "ERP"})).await.json;
    let key = made["key"].as_str().unwrap();
    let mut looking = Box::pin(status_with(&api, key));
    assert!(futures::poll!(&mut looking).is_pending(), "it is being looked up");
    assert_eq!(api.ask("DELETE", &format!("{KEYS}/{}", made["id"]), Value::Null).await.status, 204);
    assert_eq!(looking.await, 200, "it was looked up before");
    assert_eq!(status_with(&api, key).await, 401);
}

//! The token endpoint, in the words of RFC 6749.

use aisle_database::testing::open_sqlite;
use aisle_model::Millis;
use axum::body::Body;
use base64::Engine;
use http::Request;
use serde_json::{Value, json};

use super::access::{TOKEN, application, credentials, form};
use crate::testing::Api;

async fn an_application(api: &Api) -> Value {
    let scopes = ["orders:read", "stores:read"];
    let body = json!({"description": "a", "clientIdSuffix": "a", "scopes": scopes});
    application(api, body).await
}

#[tokio::test]
async fn errors_are_those_of_the_rfc() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let made = an_application(&api).await;
    let good = credentials(&made);
    let id = made["clientId"].as_str().unwrap();
    let grant = "grant_type=client_credentials";
    let cases = [
        (good.replace(&format!("{grant}&"), ""), "invalid_request"),
        (good.replace(grant, "grant_type=password"), "unsupported_grant_type"),
        (format!("{good}&client_id=x"), "invalid_request"),
        (format!("{good}&scope=customers:read"), "invalid_scope"),
        (format!("{good}&scope=nothing"), "invalid_scope"),
        (format!("{grant}&client_id={id}"), "invalid_request"),
        (grant.to_owned(), "invalid_request"),
        (format!("{good}x"), "invalid_client"),
        (good.replace(id, "prod-eu-corner-b"), "invalid_client"),
        (good.replace(id, &"x".repeat(256)), "invalid_request"),
    ];
    for (body, error) in cases {
        let reply = form(&api, &body).await;
        let status = if error == "invalid_client" { 401 } else { 400 };
        assert_eq!((reply.status, &reply.json["error"]), (status, &json!(error)), "{body}");
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn some_scopes_may_be_asked_for() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let good = credentials(&an_application(&api).await);
    for (scope, granted) in [
        ("orders:read", "orders:read"),
        ("openid+profile+stores:read", "stores:read"),
        ("openid", "orders:read stores:read"),
    ] {
        let body = format!("{good}&scope={scope}&unknown=1");
        assert_eq!(form(&api, &body).await.json["scope"], granted);
    }
}

#[tokio::test]
async fn a_client_is_named_by_basic_or_by_form() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let made = an_application(&api).await;
    let (id, secret) = (made["clientId"].as_str().unwrap(), made["clientSecret"].as_str().unwrap());
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let grant = "grant_type=client_credentials";
    for (body, status) in [(grant.to_owned(), 200), (credentials(&made), 400), (format!("{grant}&client_id={id}"), 400)]
    {
        let request = Request::post(TOKEN)
            .header("authorization", format!("Basic {encoded}"))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let reply = api.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
    }
}

#[tokio::test]
async fn what_no_oauth_client_reads_is_an_error_of_ours() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let json = Request::post(TOKEN).header("content-type", "application/json");
    assert_eq!(api.send(json.body(Body::from("{}")).unwrap()).await.status, 415);
    let realm = Request::post(TOKEN.replace("aisle", "other")).body(Body::empty()).unwrap();
    assert_eq!(api.send(realm).await.json["type"], "E_NOT_FOUND");
    assert_eq!(api.send(Request::get(TOKEN).body(Body::empty()).unwrap()).await.status, 405);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let good = credentials(&an_application(&api).await);
    for _ in 0..10 {
        assert_eq!(form(&api, &format!("{good}x")).await.status, 401);
    }
    let braked = form(&api, &good).await;
    assert_eq!((braked.status, &braked.json["type"]), (503, &json!("E_RATE_LIMITED")));
    assert_eq!(braked.headers["retry-after"], "61");
    api.app.clock.advance(Millis(60_000));
    assert_eq!(form(&api, &good).await.status, 200);
}

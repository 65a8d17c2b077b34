//! Rate limits as callers see them.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use aisle_database::testing::open_sqlite;
use aisle_model::access::{ApiKeyKind, Scope};
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::access::TOKEN;
use crate::testing::{Api, Reply, add_key};
use crate::{ApiOptions, RateLimit};

const APPLICATIONS: &str = "/api/admin/v2/applications";

/// Three requests, and the next one in an hour.
async fn limited(database: aisle_database::Database) -> Api {
    let rate_limit = Some(RateLimit { every: Duration::from_hours(1), burst: NonZeroU32::new(3).unwrap() });
    Api::with(database, ApiOptions { rate_limit, ..ApiOptions::default() }).await
}

fn budget(reply: &Reply) -> [Option<u32>; 4] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"]
        .map(|name| reply.headers.get(name).map(|value| value.to_str().unwrap().parse().unwrap()))
}

async fn from(api: &Api, address: &str, request: http::request::Builder) -> Reply {
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 1)));
    api.send(request).await
}

#[tokio::test]
async fn a_token_has_a_budget_of_its_own() {
    let fresh = open_sqlite().await;
    let api = limited(fresh.database.clone()).await;
    for left in [2, 1, 0] {
        let reply = api.ask("GET", APPLICATIONS, Value::Null).await;
        assert_eq!((reply.status, budget(&reply)), (200, [Some(3), Some(left), Some(3600 * (3 - left)), None]));
    }
    let refused = api.ask("POST", APPLICATIONS, json!({"description": "a", "clientIdSuffix": "a"})).await;
    assert_eq!((refused.status, &refused.json["type"]), (503, &json!("E_RATE_LIMITED")), "{}", refused.text);
    let [limit, left, reset, wait] = budget(&refused);
    assert_eq!((limit, left, reset), (Some(3), Some(0), wait));
    assert!(wait.is_some_and(|seconds| (3_590..=3_600).contains(&seconds)), "{wait:?}");
    let other = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, vec![Scope::ApplicationsRead], None).await;
    let forbidden = api.ask_as(&other, "POST", APPLICATIONS, json!({"description": "a", "clientIdSuffix": "b"})).await;
    assert_eq!((forbidden.status, budget(&forbidden)[1]), (403, Some(2)), "what is refused counts");
    let listed = api.ask_as(&other, "GET", APPLICATIONS, Value::Null).await;
    assert_eq!(listed.json, json!([]), "what was too much had no effect");
}

#[tokio::test]
async fn event_streams_do_not_count() {
    let fresh = open_sqlite().await;
    let api = limited(fresh.database.clone()).await;
    let store = api.store().await;
    let key = api.store_key(store).await;
    for _ in 0..5 {
        let uri = format!("/api/store/v1/stores/{store}/events/cursor");
        let reply = api.ask_as(&key, "GET", &uri, Value::Null).await;
        assert_eq!((reply.status, budget(&reply)), (200, [None; 4]));
    }
}

#[tokio::test]
async fn whoever_shows_no_good_token_is_counted_by_address() {
    let fresh = open_sqlite().await;
    let api = limited(fresh.database.clone()).await;
    let guess = || Request::get(APPLICATIONS).header("authorization", "Bearer ais_rk_guess");
    assert_eq!(from(&api, "192.0.2.1", guess()).await.status, 401);
    assert_eq!(from(&api, "192.0.2.1", Request::get(APPLICATIONS)).await.status, 401);
    let form = Request::post(TOKEN).header("content-type", "application/x-www-form-urlencoded");
    let asked = from(&api, "192.0.2.1", form).await;
    assert_eq!((asked.status, budget(&asked)[1]), (400, Some(0)));
    assert_eq!(from(&api, "192.0.2.1", guess()).await.status, 503);
    assert_eq!(from(&api, "192.0.2.1", Request::post(TOKEN)).await.status, 503);
    assert_eq!(from(&api, "192.0.2.2", guess()).await.status, 401);
    let good = Request::get(APPLICATIONS).header("authorization", format!("Bearer {}", api.key));
    assert_eq!(from(&api, "192.0.2.1", good).await.status, 200, "a good token has its own");
    for _ in 0..5 {
        assert_eq!(from(&api, "192.0.2.1", Request::get("/health/ready")).await.status, 200);
    }
}

#[tokio::test]
async fn without_a_limit_nobody_is_told_of_one_and_the_status_is_the_operators() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    assert_eq!(budget(&api.ask("GET", APPLICATIONS, Value::Null).await), [None; 4]);
    let rate_limit = Some(RateLimit { every: Duration::from_hours(1), burst: NonZeroU32::MIN });
    let rate_limited_status = StatusCode::TOO_MANY_REQUESTS;
    let options = ApiOptions { rate_limit, rate_limited_status, ..ApiOptions::default() };
    let router = crate::router(api.app.clone(), options);
    let statuses = [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].map(|expected| (router.clone(), expected));
    for (router, expected) in statuses {
        let request = Request::get(APPLICATIONS).body(Body::empty()).unwrap();
        let answered = tower::ServiceExt::oneshot(router, request).await.unwrap();
        assert_eq!(answered.status(), expected);
    }
}

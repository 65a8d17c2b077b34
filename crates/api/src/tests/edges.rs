//! What holds for every request, whatever it asks for: ids, methods, panics, deadlines, a database that is away.

use std::sync::Arc;
use std::time::Duration;

use aisle_contract::contract;
use aisle_database::testing::open_sqlite;
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::Request;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::route::{Route, route};
use crate::serve::{self, Dispatch};
use crate::testing::Api;
use crate::{ApiOptions, Server, layers, routes};

const APPLICATIONS: &str = "/api/admin/v2/applications";

#[tokio::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let long = "x".repeat(129);
    for (given, kept) in [("abc-123_X.y:z", true), ("", false), ("a b", false), ("a\"b", false), (long.as_str(), false)]
    {
        for uri in ["/nowhere", "/health/live", APPLICATIONS] {
            let request = Request::get(uri).header("x-request-id", given);
            let reply = api.send(request.body(Body::empty()).unwrap()).await;
            let id = reply.headers["x-request-id"].to_str().unwrap();
            assert_eq!(id == given, kept, "{given:?} {uri}");
            assert!(!id.is_empty());
        }
    }
}

#[tokio::test]
async fn routes_and_methods_that_are_not_there() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    for uri in ["/", "/api/admin/v2/nothing", "/api/admin/v2/applications/", "/realms/aisle"] {
        let reply = api.ask("GET", uri, Value::Null).await;
        assert_eq!((reply.status, &reply.json["type"]), (404, &json!("E_NOT_FOUND")), "{uri}");
    }
    for method in ["DELETE", "PATCH", "TRACE", "BREW"] {
        let reply = api.ask(method, APPLICATIONS, Value::Null).await;
        assert_eq!((reply.status, &reply.json["type"]), (405, &json!("E_METHOD_NOT_ALLOWED")), "{method}");
        let mut allowed: Vec<&str> = reply.headers["allow"].to_str().unwrap().split(", ").collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "OPTIONS", "POST"]);
    }
    let options = api.ask("OPTIONS", APPLICATIONS, Value::Null).await;
    assert_eq!((options.status, options.headers.contains_key("allow")), (204, true));
    let reply = api.ask("POST", "/health/live", json!({})).await;
    assert_eq!((reply.status, &reply.json["type"]), (405, &json!("E_METHOD_NOT_ALLOWED")));
    assert_eq!(reply.headers["allow"], "GET, HEAD");
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    for uri in [APPLICATIONS, "/api/admin/v2/applications/7", "/nowhere"] {
        let (get, head) = (api.ask("GET", uri, Value::Null).await, api.ask("HEAD", uri, Value::Null).await);
        assert_eq!((head.status, &*head.text), (get.status, ""), "{uri}");
        assert_eq!(head.headers["content-type"], get.headers["content-type"]);
    }
}

async fn panics(_call: Call) -> Result<Answer, Problem> {
    panic!("customer 7 said something secret")
}

async fn waits(_call: Call) -> Result<Answer, Problem> {
    std::future::pending().await
}

async fn breaks(_call: Call) -> Result<Answer, Problem> {
    Err(Problem::Internal("select secret from customers".to_owned()))
}

static BAD: [Route; 3] =
    [route!("listApplications", panics), route!("createApplication", waits), route!("listApiKeys", breaks)];

#[tokio::test]
async fn what_breaks_inside_stays_inside() {
    let fresh = open_sqlite().await;
    let options = ApiOptions { deadline: Duration::from_secs(2), ..ApiOptions::default() };
    let mut api = Api::with(fresh.database.clone(), options.clone()).await;
    let server = Server::new(api.app.clone(), options);
    let mut router = Router::new();
    let mut by_path: std::collections::BTreeMap<&str, Vec<_>> = std::collections::BTreeMap::new();
    for route in &BAD {
        let operation = contract().operation(route.id).unwrap();
        by_path.entry(&operation.path).or_default().push((route, operation));
    }
    for (path, methods) in by_path {
        let dispatch = Dispatch::new(Arc::clone(&server), methods);
        router = router.route(path, any(serve::serve).with_state(dispatch));
    }
    api.router = layers::around(router, &server);
    for uri in [APPLICATIONS, "/api/admin/v2/api-keys"] {
        let reply = api.ask("GET", uri, Value::Null).await;
        assert_eq!((reply.status, &reply.json["type"]), (500, &json!("E_INTERNAL")), "{uri}");
        assert_eq!(reply.json["requestId"], reply.headers["x-request-id"].to_str().unwrap());
        assert!(!reply.text.contains("secret"), "{}", reply.text);
    }
    let late = api.ask("POST", APPLICATIONS, json!({"description": "a", "clientIdSuffix": "a"})).await;
    assert_eq!((late.status, &late.json["type"]), (503, &json!("E_UNAVAILABLE")));
    assert_eq!(late.headers["retry-after"], "1");
    assert!(late.json["message"].as_str().unwrap().contains("as a whole or not at all"), "{}", late.text);
}

#[tokio::test]
async fn a_database_that_is_away_is_said_to_be() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let live = api.ask("GET", "/health/live", Value::Null).await;
    let ready = api.ask("GET", "/health/ready", Value::Null).await;
    assert_eq!((live.status, ready.status), (200, 200));
    fresh.database.close().await;
    assert_eq!(api.ask("GET", "/health/live", Value::Null).await.status, 200);
    let ready = api.ask("GET", "/health/ready", Value::Null).await;
    assert_eq!((ready.status, &ready.json["database"]), (503, &json!("unavailable")));
    for (method, body) in [("GET", Value::Null), ("POST", json!({"description": "a", "clientIdSuffix": "a"}))] {
        let reply = api.ask(method, APPLICATIONS, body).await;
        assert_eq!((reply.status, &reply.json["type"]), (503, &json!("E_UNAVAILABLE")), "{method}");
        assert_eq!(reply.headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn the_served_document_has_what_is_served_and_nothing_else() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let document = api.ask("GET", "/openapi.json", Value::Null).await;
    assert_eq!(document.status, 200);
    let paths = document.json["paths"].as_object().unwrap();
    let mut listed: Vec<&str> = paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    listed.sort_unstable();
    let mut served: Vec<&str> = routes::served_ids().into_iter().collect();
    served.sort_unstable();
    assert_eq!(listed, served);
    let page = api.ask("GET", "/docs", Value::Null).await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.contains("openapi.json"));
    assert!(!page.text.contains("https://"), "the page needs nothing from elsewhere");
}

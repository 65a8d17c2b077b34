//! A whole face over a fresh database, for tests of every area. Each answer is judged by the contract as it comes.

use aisle_contract::{Operation, contract};
use aisle_database::Database;
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::{CustomerId, Millis, RetailerId, StoreId};
use aisle_operations::access::api_keys::{self, Plan};
use aisle_operations::{App, Failure, stores};
pub(crate) use aisle_testkit::START;
use aisle_testkit::{app, caller_of, corner};
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::{ApiOptions, router};

/// A server's face with one retailer and a key of it that has every right but `simulation`.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) retailer: RetailerId,
    pub(crate) key: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// A text when the body is not JSON.
    pub(crate) json: Value,
}

impl Api {
    pub(crate) async fn over(database: Database) -> Self {
        let options = ApiOptions { token_memory: std::time::Duration::ZERO, ..ApiOptions::default() };
        Self::with(database, options).await
    }

    pub(crate) async fn with(database: Database, options: ApiOptions) -> Self {
        Self::of(app(database), options).await
    }

    /// The face of a server with these parts.
    pub(crate) async fn of(app: App, options: ApiOptions) -> Self {
        let retailer = add_retailer(&app, "corner").await;
        let key = add_key(&app, retailer, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
        Self { router: router(app.clone(), options), app, retailer, key }
    }

    /// A request of the retailer's key, with a JSON body unless it is null.
    pub(crate) async fn ask(&self, method: &str, uri: &str, body: Value) -> Reply {
        self.ask_as(&self.key, method, uri, body).await
    }

    pub(crate) async fn ask_as(&self, token: &str, method: &str, uri: &str, body: Value) -> Reply {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(self.request(token, method, uri).body(body).unwrap()).await
    }

    /// The beginning of a request with a token and a JSON body.
    pub(crate) fn request(&self, token: &str, method: &str, uri: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
    }

    /// Sends a request and judges the answer by the contract.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let is_json = parts.headers.get("content-type").is_some_and(|kind| kind == "application/json");
        let json = if text.is_empty() {
            Value::Null
        } else if is_json {
            serde_json::from_str(&text).unwrap()
        } else {
            Value::String(text.clone())
        };
        let reply = Reply { status: parts.status.as_u16(), headers: parts.headers, text, json };
        assert!(reply.headers.contains_key("x-request-id"), "{method} {path}");
        // Lines are judged one by one by the tests that read them.
        let is_lines = reply.headers.get("content-type").is_some_and(|kind| kind == "application/x-ndjson");
        if let Some(operation) = operation(&method, &path).filter(|_| !is_lines) {
            let faults = operation.check_response(reply.status, &reply.json);
            assert_eq!(faults, [], "{method} {path} gave {} {}", reply.status, reply.text);
        }
        reply
    }

    /// A store of the retailer, in deployment.
    pub(crate) async fn store(&self) -> StoreId {
        stores::create(&self.app, &caller_of(self.retailer), corner("Corner")).await.unwrap().id
    }

    /// A token of the shopper's app of a customer.
    pub(crate) async fn app_token(&self, customer: CustomerId) -> String {
        aisle_testkit::logged_in(&self.app, self.retailer, customer).await.token
    }

    pub(crate) async fn store_key(&self, store: StoreId) -> String {
        let scopes = api_keys::fixed_scopes(ApiKeyKind::Store);
        add_key(&self.app, self.retailer, ApiKeyKind::Store, scopes, Some(store)).await
    }
}

/// The operation that a request is meant for.
fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let fits = |template: &str| {
        let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(&path).all(|(wanted, found)| wanted.starts_with('{') || wanted == found)
    };
    let served = crate::routes::served_ids();
    let is_meant = |operation: &&Operation| *operation.method == *method && fits(&operation.path);
    // `/products/categories` is meant before `/products/{id}`.
    let found = contract().operations().filter(is_meant);
    let found = found.min_by_key(|operation| operation.path.matches('{').count());
    found.filter(|operation| served.contains(&*operation.id))
}

pub(crate) async fn add_retailer(app: &App, name: &'static str) -> RetailerId {
    aisle_testkit::retailer(app, name).await.retailer
}

/// A key that lives for 90 days.
pub(crate) async fn add_key(
    app: &App,
    retailer: RetailerId,
    kind: ApiKeyKind,
    scopes: Vec<Scope>,
    store: Option<StoreId>,
) -> String {
    let vendor = (kind == ApiKeyKind::Vendor).then(|| "coffee".to_owned());
    let lifetime = Millis(90 * 24 * 60 * 60 * 1000);
    let plan = Plan { kind, name: "test".to_owned(), scopes, store, vendor, lifetime };
    let key = api_keys::new_key(app, kind);
    let made = app.database.change(move |c| {
        let (plan, key) = (plan.clone(), key.clone());
        Box::pin(async move { Ok::<_, Failure>(api_keys::add(c, retailer, plan, key, START).await?) })
    });
    made.await.unwrap().key
}

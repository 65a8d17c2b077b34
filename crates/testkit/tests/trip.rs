//! A whole trip through the kit: a code is scanned, somebody comes in and goes, and the retailer hears of it in order.

#![allow(clippy::unwrap_used, reason = "tests")]

use aisle_database::testing::open_sqlite;
use aisle_model::access::ApiKeyKind;
use aisle_model::webhook::WebhookType;
use aisle_model::{Millis, SessionToken};
use aisle_operations::access::api_keys::{self, Plan};
use aisle_operations::customers::{self, NewCustomer};
use aisle_operations::entry_codes::{self, NewEntryCode};
use aisle_operations::{Failure, webhooks};
use aisle_testkit::{
    Answer, Catcher, Furnished, START, Scripted, Server, due_work, furnished, hook, on_both, run_due_work, session,
};
use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A key of the store.
async fn key(shop: &Furnished) -> String {
    let plan = Plan {
        kind: ApiKeyKind::Store,
        name: "till".to_owned(),
        scopes: api_keys::fixed_scopes(ApiKeyKind::Store),
        store: Some(shop.store),
        vendor: None,
        lifetime: Millis(24 * 60 * 60 * 1000),
    };
    let key = api_keys::new_key(&shop.app, ApiKeyKind::Store);
    let retailer = shop.caller.retailer;
    let made = shop.app.database.change(move |c| {
        let (plan, key) = (plan.clone(), key.clone());
        Box::pin(async move { Ok::<_, Failure>(api_keys::add(c, retailer, plan, key, START).await?) })
    });
    made.await.unwrap().key
}

/// Brings the lines of a script over the wire; all must be taken.
async fn post(shop: &Furnished, script: Scripted) {
    let router = aisle_api::router(shop.app.clone(), aisle_api::ApiOptions::default());
    let lines = script.lines();
    let count = lines.lines().count();
    let request = http::Request::post(format!("/api/store/v1/stores/{}/events", shop.store))
        .header("authorization", format!("Bearer {}", key(shop).await))
        .header("content-type", "application/x-ndjson")
        .body(Body::from(lines));
    let response = router.oneshot(request.unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert_eq!(parts.status, 200, "{body}");
    let summary: Value = serde_json::from_str(body.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&json!(count), &json!(0)), "{body}");
}

async fn code(shop: &Furnished) -> (SessionToken, String) {
    let customer = customers::create(&shop.app, &shop.caller, NewCustomer::default()).await;
    let customer = customer.unwrap().customer.id;
    let made = entry_codes::create(&shop.app, &shop.caller, customer, NewEntryCode::default());
    let made = made.await.unwrap();
    (made.token, made.code.to_string())
}

#[tokio::test]
async fn a_trip_is_told_in_order() {
    on_both(|server| async move {
        let shop = furnished(server.app.clone()).await;
        let catcher = Catcher::answering(Answer::status(204)).await;
        let hook = hook(WebhookType::Transitions, &catcher.url);
        webhooks::create(&shop.app, &shop.caller, hook).await.unwrap();
        let (token, code) = code(&shop).await;
        post(&shop, Scripted::new(1, START).scans(0, shop.device, &code)).await;
        assert_eq!(due_work(&shop.app).await, ["1 scans to be examined", "1 streams to be run"]);
        assert_eq!(run_due_work(&shop.app).await, 0);
        shop.app.clock.advance(Millis(20_000));
        post(&shop, Scripted::visit(2, START)).await;
        assert_eq!(run_due_work(&shop.app).await, 2);
        let arrivals = catcher.take();
        let told = arrivals.iter().map(|one| (one.path.as_str(), one.json()["sessionId"].clone()));
        let told: Vec<(&str, Value)> = told.collect();
        assert_eq!(told, [("/hook/entered", json!(token)), ("/hook/left", json!(token))]);
        let trip = session(&shop.app, shop.caller.retailer, &token).await;
        assert_eq!((trip.visitors, trip.inside), (1, 0));
        assert_eq!(run_due_work(&shop.app).await, 0);
    })
    .await;
}

#[tokio::test]
#[should_panic(expected = "1 sessions with notices to be delivered")]
async fn who_leaves_work_undone_fails() {
    let server = Server::over(open_sqlite().await);
    leave_a_notice(&server).await;
}

#[tokio::test]
async fn who_says_so_may_leave_work_undone() {
    let mut server = Server::over(open_sqlite().await);
    leave_a_notice(&server).await;
    server.may_leave_work();
}

async fn leave_a_notice(server: &Server) {
    let shop = furnished(server.app.clone()).await;
    let hook = hook(WebhookType::CustomerCreated, "http://127.0.0.1:1/");
    webhooks::create(&shop.app, &shop.caller, hook).await.unwrap();
    run_due_work(&shop.app).await;
    let told = |text: &str| Some(text.to_owned());
    let ada = NewCustomer {
        email: told("ada@example.com"),
        first_name: told("Ada"),
        last_name: told("Example"),
        phone: told("1"),
        ..NewCustomer::default()
    };
    customers::create(&shop.app, &shop.caller, ada).await.unwrap();
}

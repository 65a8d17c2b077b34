//! What of the contract is served. That the document itself says all that the contract says is tested in `contract`.

use aisle_contract::openapi_json;
use aisle_database::testing::open_sqlite;
use serde_json::Value;

use crate::testing::Api;

/// Operations that come with the floor. The list may only shrink.
const FLOOR: [&str; 14] = [
    "checkParcels",
    "claimReview",
    "clearAlerts",
    "createCheckTask",
    "getAlert",
    "getLiveCart",
    "getReview",
    "getZoneShoppers",
    "listAlerts",
    "listReviews",
    "openStoreEventStream",
    "replaceSessionCart",
    "resolveAlert",
    "resolveReview",
];

/// Operations that come with orders, payment and bridges. The list may only shrink.
const ORDERS: [&str; 22] = [
    "addOrderVendorMetadata",
    "addSessionPreAuthorization",
    "assignPaymentTerminal",
    "checkoutSession",
    "createAppContest",
    "createContest",
    "getBridgeOperation",
    "getLoyaltyPartner",
    "getPaymentProvider",
    "initializeAppPaymentMethod",
    "listPaymentTerminals",
    "registerLoyaltyPartner",
    "registerPaymentProvider",
    "removeLoyaltyPartner",
    "removePaymentProvider",
    "removePaymentTerminal",
    "reportBridgeResult",
    "reportCardTap",
    "reportLoyaltyCodeScan",
    "retryOrderCheckout",
    "reviewContest",
    "updateOrder",
];

#[tokio::test]
async fn all_of_the_contract_is_served_but_for_a_list_that_may_only_shrink() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let served = api.ask("GET", "/openapi.json", Value::Null).await.json;
    let whole: Value = serde_json::from_str(openapi_json()).unwrap();
    for part in ["info", "webhooks", "components", "security"] {
        assert_eq!(served[part], whole[part], "{part}");
    }
    let mut missing = Vec::new();
    for (path, item) in whole["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let found = &served["paths"][path][method];
            match operation["operationId"].as_str() {
                Some(id) if found.is_null() => missing.push(id.to_owned()),
                Some(id) => assert_eq!(found, operation, "{id}"),
                None if served["paths"][path].is_null() => {}
                None => assert_eq!(found, operation, "{path} {method}"),
            }
        }
    }
    missing.sort_unstable();
    let mut allowed: Vec<&str> = FLOOR.iter().chain(&ORDERS).copied().collect();
    allowed.sort_unstable();
    assert_eq!(missing, allowed, "left: not served; right: may be missing, which may only shrink");
}

#[tokio::test]
async fn errors_are_shown_in_the_words_of_the_server() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let shown: Value = serde_json::from_str(openapi_json()).unwrap();
    let text = http::Request::post("/api/admin/v2/customers")
        .header("authorization", format!("Bearer {}", api.key))
        .header("content-type", "text/plain");
    let replies = [
        api.ask_as("", "GET", "/api/admin/v2/customers/1", Value::Null).await,
        api.ask("GET", "/api/admin/v2/customers/1", Value::Null).await,
        api.send(text.body(axum::body::Body::from("{}")).unwrap()).await,
        api.ask("POST", "/api/admin/v2/customers", serde_json::json!({"email": "nobody"})).await,
        api.ask("GET", "/api/admin/v2/stores/x", Value::Null).await,
    ];
    for reply in replies {
        let kind = reply.json["type"].as_str().unwrap();
        let example = &shown["components"]["examples"][kind]["value"];
        for part in ["message", "errors"] {
            assert_eq!(reply.json[part], example[part], "{kind}");
        }
    }
}

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
const ORDERS: [&str; 28] = [
    "addOrderVendorMetadata",
    "addSessionPreAuthorization",
    "assignPaymentTerminal",
    "checkoutSession",
    "createAppContest",
    "createContest",
    "finishAppOrderPayment",
    "getAppDraftOrder",
    "getAppOrder",
    "getBridgeOperation",
    "getLoyaltyPartner",
    "getPaymentProvider",
    "initializeAppPaymentMethod",
    "listAppDraftOrders",
    "listAppOrders",
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
    "startAppOrderPayment",
    "updateOrder",
];

/// Operations of the shopper's app that are being made; to be removed with the last of them.
const AWAITED: [&str; 9] = [
    "createAppEntryCode",
    "finishAppPasswordReset",
    "loginAppCustomer",
    "registerAppCustomer",
    "searchAppProducts",
    "startAppPasswordReset",
    "submitAppSatisfaction",
    "updateAppCustomer",
    "verifyAppPasswordReset",
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
    missing.retain(|id| !AWAITED.contains(&&**id));
    let mut allowed: Vec<&str> = FLOOR.iter().chain(&ORDERS).copied().collect();
    allowed.sort_unstable();
    assert_eq!(missing, allowed, "left: not served; right: may be missing, which may only shrink");
}

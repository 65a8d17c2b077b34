//! The exact words of every kind of fault, as a caller reads them.

#![allow(clippy::unwrap_used, reason = "a test")]

use aisle_contract::{Fault, contract};
use serde_json::json;

#[test]
fn every_rule_has_its_sentence() {
    let faults = [
        body(
            "createProduct",
            json!({"name": 5, "price": 1, "barcode": "", "weight": "x", "restricted": 1, "storePrices": 1}),
        ),
        body(
            "createCustomer",
            json!({"email": "a", "password": "a", "role": "boss", "priority": 11, "phone": "1".repeat(65)}),
        ),
        body("createCustomer", json!({"priority": -11, "metadata": 1})),
        body("createEntryCode", json!({"code": "a b", "groupSize": 0.5, "expiresAt": "x", "storeIdScannableAt": 1e16})),
        body("createWebhook", json!({"url": "x", "type": "checkout", "storeIds": [1, 1]})),
        body("putMachineEvent", json!({"uuid": "x", "sourceId": "s", "timestamp": 0, "products": []})),
        body("updateShopper", json!({})),
        body("createZone", json!([])),
        body("replaceSessionCart", json!({"products": [{"productId": 1}, {"productId": 1, "quantity": -1}]})),
    ];
    let found: Vec<String> =
        faults.into_iter().flatten().map(|fault| format!("{} | {}", fault.rule, fault.error)).collect();
    let expected = include_str!("texts.expected");
    assert_eq!(found.join("\n"), expected.trim_end());
}

fn body(operation: &str, value: serde_json::Value) -> Vec<Fault> {
    contract().operation(operation).unwrap().read_body(value).faults
}

#[test]
fn a_fault_serialises_as_documented() {
    let fault = Fault::required("email");
    let expected = json!({"error": "\"email\" is required", "rule": "any.required", "field": "\"email\""});
    assert_eq!(serde_json::to_value(fault).unwrap(), expected);
}

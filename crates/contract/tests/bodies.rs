//! Bodies of real operations: what is taken, what it becomes, and every fault of what is not.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "a test")]

use aisle_contract::{Fault, contract};
use serde_json::{Value, json};

/// Faults as `field rule`, without the quotes.
fn short(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{} {}", fault.field.trim_matches('"'), fault.rule)).collect()
}

fn check_faults(operation: &str, body: Value, expected: &[&str]) {
    let shown = body.to_string();
    let checked = contract().operation(operation).unwrap().read_body(body);
    assert_eq!(short(&checked.faults), expected, "{operation} {shown}");
}

fn check_value(operation: &str, body: Value, expected: Value) {
    let shown = body.to_string();
    let checked = contract().operation(operation).unwrap().read_body(body);
    assert_eq!(short(&checked.faults), [""; 0], "{operation} {shown}");
    assert_eq!(checked.value, expected, "{operation} {shown}");
}

#[test]
fn customers() {
    let defaults = json!({"role": "customer", "priority": 0, "metadata": null});
    check_value("createCustomer", json!({}), defaults.clone());
    check_value("createCustomer", json!({"email": "", "password": null, "role": "", "phone": null}), defaults);
    check_value(
        "createCustomer",
        json!({"priority": "-3", "metadata": {"a": ""}, "later": [null]}),
        json!({"priority": -3, "metadata": {"a": ""}, "later": [null], "role": "customer"}),
    );
    check_faults(
        "createCustomer",
        json!({"email": "x", "password": "short", "role": "boss", "priority": 11, "firstName": 3, "metadata": []}),
        &[
            "email string.email",
            "password string.min",
            "firstName string.base",
            "role any.only",
            "priority number.max",
            "metadata object.base",
        ],
    );
    for (body, rule) in [(json!([]), "object.base"), (json!("{}"), "object.base"), (json!(null), "object.base")] {
        check_faults("createCustomer", body, &[&format!("value {rule}")]);
    }
    check_value(
        "updateCustomer",
        json!({"email": "", "phone": null, "firstName": "", "blocked": "true"}),
        json!({"email": "", "phone": null, "firstName": "", "blocked": true}),
    );
    check_faults(
        "updateCustomer",
        json!({"password": "", "role": null, "priority": null, "cardToken": ""}),
        &["password string.empty", "role string.base", "priority number.base", "cardToken string.empty"],
    );
    check_faults(
        "updateCustomer",
        json!({"card": {"cardBrand": ""}, "blocked": "yes"}),
        &["blocked boolean.base", "card.provider any.required", "card.cardToken any.required"],
    );
}

#[test]
fn entry_codes() {
    check_value(
        "createEntryCode",
        json!({"code": "A-1", "expiresAt": "2026-11-22T10:00:00.1234567+02:00", "storeIdScannableAt": "12"}),
        json!({
            "code": "A-1", "expiresAt": "2026-11-22T08:00:00.123456Z", "storeIdScannableAt": 12,
            "referencedSessionId": null
        }),
    );
    check_value(
        "createEntryCode",
        json!({"expiresAt": "2026-11-22"}),
        json!({"expiresAt": "2026-11-22T00:00:00Z", "storeIdScannableAt": null, "referencedSessionId": null}),
    );
    check_faults(
        "createEntryCode",
        json!({"code": "a b", "groupSize": 1.5, "expiresAt": "soon", "storeIdScannableAt": 9_007_199_254_740_992_i64}),
        &[
            "code string.pattern.base",
            "groupSize number.integer",
            "expiresAt date.format",
            "storeIdScannableAt number.unsafe",
        ],
    );
    check_faults(
        "createEntryCode",
        json!({"code": "", "referencedSessionId": ""}),
        &["code string.empty", "referencedSessionId string.empty"],
    );
    for operation in ["verifyEntryCodeByDevice", "verifyEntryCodeByEntry", "verifyEntryCodeFromStore"] {
        check_faults(operation, json!({}), &["verificationCode any.required"]);
        check_faults(operation, json!({"code": "", "groupSize": 0}), &["code string.empty", "groupSize number.min"]);
        check_value(operation, json!({"code": "1"}), json!({"code": "1"}));
        check_value(
            operation,
            json!({"verificationCode": "1", "code": "2"}),
            json!({"verificationCode": "1", "code": "2"}),
        );
    }
}

#[test]
fn stores_and_webhooks() {
    check_value(
        "createZone",
        json!({"name": "Till", "polygon": [["4", 1], [6, 1.0], [6, 2.5]]}),
        json!({"name": "Till", "polygon": [[4, 1], [6, 1], [6, 2.5]], "labels": ["none"]}),
    );
    check_faults(
        "createZone",
        json!({"id": "a b", "labels": ["entry", "entry", "door"], "polygon": [[1], [1, 2, 3]]}),
        &[
            "id string.pattern.base",
            "name any.required",
            "labels[2] any.only",
            "labels[1] any.invalid",
            "polygon array.min",
            "polygon[0] array.min",
            "polygon[1] array.max",
        ],
    );
    check_faults(
        "createWebhook",
        json!({"type": "nothing", "url": "shop", "headers": {"a b": 1}, "storeIds": "1"}),
        &[
            "url string.uri",
            "storeIds array.base",
            "headers.a b string.pattern.base",
            "headers.a b string.base",
            "type any.only",
        ],
    );
    let made = contract().operation("createWebhook").unwrap();
    let made = made.read_body(json!({"type": "checkout", "url": "https://shop.example.com/x", "storeIds": ["7"]}));
    assert_eq!((made.faults.len(), &made.value["enabled"], &made.value["storeIds"]), (0, &json!(true), &json!([7])));
    check_faults("createCheckInDevice", json!({"kind": "external"}), &["name any.required", "gateId any.required"]);
    check_faults("createCheckInDevice", json!({"name": "a", "kind": "none"}), &["kind any.only"]);
    check_faults("createCheckInDevice", json!({"name": "a"}), &["kind any.required"]);
    check_value("updateStore", json!({"displayableName": ""}), json!({"displayableName": ""}));
    check_faults("updateStore", json!({"name": ""}), &["name string.empty"]);
}

#[test]
fn one_of_two() {
    check_faults("createAppContest", json!({}), &["orderId any.required"]);
    check_faults("createAppContest", json!({"orderId": 1, "sessionId": "s"}), &["sessionId any.invalid"]);
    check_faults("loginAppCustomer", json!({}), &["password any.required", "email any.required"]);
    check_faults("replayWebhook", json!({}), &["messageIds any.required"]);
    check_faults("replayWebhook", json!({"messageIds": ["m"], "filter": {}}), &["filter any.invalid"]);
    check_faults("resolveReview", json!({"decision": "setCart"}), &["cart any.required"]);
    check_faults("resolveReview", json!({"decision": 1}), &["decision string.base"]);
    check_faults("resolveReview", json!({}), &["decision any.required"]);
}

#[test]
fn money_and_machines() {
    let product = |price: Value| json!({"name": "n", "price": price, "barcode": "1", "weight": "2.5"});
    check_faults("createProduct", product(json!(-1)), &["price number.min"]);
    check_faults("createProduct", product(json!("abc")), &["price string.pattern.base"]);
    check_faults("createProduct", product(json!(null)), &["price number.base"]);
    check_faults("createProduct", product(json!([])), &["price number.base"]);
    let taken = contract().operation("createProduct").unwrap().read_body(product(json!("12.50")));
    assert_eq!((taken.faults.len(), &taken.value["price"], &taken.value["weight"]), (0, &json!("12.50"), &json!(2.5)));

    let event = |more: Value| {
        let mut event =
            json!({"uuid": "0189f7ea-ae2c-7809-8aeb-b819cf5e9e7f", "sourceId": "m-1", "timestamp": 1_700_000_000.5});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    check_faults("putMachineEvent", event(json!({})), &["products any.required"]);
    check_faults("putMachineEvent", event(json!({"products": []})), &["products array.min"]);
    check_faults("putMachineEvent", event(json!({"status": "cancelled"})), &[]);
    check_faults(
        "putMachineEvent",
        event(json!({"status": "gone", "uuid": "1", "timestamp": {}})),
        &["uuid string.guid", "timestamp number.base", "status any.only", "products any.required"],
    );
}

#[test]
fn a_patch_gets_defaults_only_inside_lists() {
    let checked = contract().operation("reviewContest").unwrap().read_body(json!({}));
    assert!(checked.value.as_object().unwrap().is_empty(), "{}", checked.value);
}

#[test]
fn the_push_receivers_take_empty_texts_and_add_nothing() {
    let mut body: Value = serde_json::from_str(include_str!("../../../contract/examples/tracking.json")).unwrap();
    body["uniqueEventId"] = json!("");
    let names: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
    let checked = contract().operation("receiveTracking").unwrap().read_body(body);
    assert_eq!(short(&checked.faults), [""; 0]);
    assert!(checked.value.as_object().unwrap().keys().eq(&names), "{}", checked.value);
}

/// The deepest text that the JSON parser takes has 127 levels.
#[test]
fn depth_does_no_harm() {
    let deep: Value = serde_json::from_str(&format!("{}1{}", "[".repeat(126), "]".repeat(126))).unwrap();
    let kept = contract().operation("createCustomer").unwrap().read_body(json!({"metadata": {"deep": deep.clone()}}));
    assert_eq!((short(&kept.faults), &kept.value["metadata"]["deep"]), (vec![], &deep));
    check_faults(
        "createZone",
        json!({"name": "a", "polygon": deep}),
        &["polygon array.min", "polygon[0] array.min", "polygon[0][0] number.base"],
    );
}

//! Path, query and header parameters of real operations.

#![allow(clippy::unwrap_used, reason = "a test")]

use aisle_contract::{Fault, contract};
use serde_json::{Map, Value, json};

type Read = Result<Map<String, Value>, Vec<Fault>>;

fn query(operation: &str, raw: &str) -> Read {
    contract().operation(operation).unwrap().read_query(raw)
}

/// `Ok` compares the named values only, `Err` the faults as `field rule`.
fn check(what: &str, read: Read, expected: Result<Value, &[&str]>) {
    match (read, expected) {
        (Ok(found), Ok(expected)) => {
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(found.get(name), Some(value), "{what} {name}");
            }
        }
        (Err(faults), Err(expected)) => {
            let faults: Vec<String> =
                faults.iter().map(|fault| format!("{} {}", fault.field.trim_matches('"'), fault.rule)).collect();
            assert_eq!(faults, expected, "{what}");
        }
        (found, expected) => panic!("{what}: found {found:?}, expected {expected:?}"),
    }
}

#[test]
fn lists_of_enumerated_values() {
    let both = || Ok(json!({"status": ["active", "pending"]}));
    for raw in [
        "status=active&status=pending",
        "status[]=active&status[]=pending",
        "status[0]=active&status[1]=pending",
        "status%5B%5D=active&status=pending",
        "status=active,pending",
        "status=active%2Cpending",
    ] {
        check(raw, query("listSessions", raw), both());
    }
    check("one", query("listSessions", "status=active"), Ok(json!({"status": ["active"]})));
    check(
        "bad",
        query("listSessions", "status=active,gone&count=0&storeId=x&minVisitors=1.5"),
        Err(&["count number.min", "storeId number.base", "status[1] any.only", "minVisitors number.integer"]),
    );
    check(
        "both ends",
        query("listSessions", "count=0&after=a&before=b&status=gone"),
        Err(&["count number.min", "status[0] any.only", "before any.invalid"]),
    );
    check("both ends alone", query("listSessions", "after=a&before=b"), Err(&["before any.invalid"]));
    check("no such end", query("listCustomers", "after=7&before=b"), Ok(json!({"after": "7"})));
    check(
        "empty",
        query("listSessions", "status=&code=&id="),
        Err(&["id number.base", "code string.empty", "status[0] string.empty"]),
    );
}

#[test]
fn lists_of_free_text_split_at_raw_commas() {
    check("raw", query("listCustomers", "externalId=a,b&externalId=c+d"), Ok(json!({"externalId": ["a", "b", "c d"]})));
    check("encoded", query("listCustomers", "externalId[]=a%2Cb,c"), Ok(json!({"externalId": ["a,b", "c"]})));
    check("mail", query("listCustomers", "email=a%2Bb@c.de"), Ok(json!({"email": ["a+b@c.de"]})));
    check("integers", query("listProducts", "id=1,2&id=3%2C4"), Ok(json!({"id": [1, 2, 3, 4]})));
}

#[test]
fn single_values_and_defaults() {
    check("none", query("listSessions", ""), Ok(json!({"count": 20, "orderBy": "id", "direction": "asc"})));
    check("unknown", query("listSessions", "nonsense=1&count=7"), Ok(json!({"count": 7})));
    check("switch", query("listOrders", "includeContest=true"), Ok(json!({"includeContest": true})));
    check("twice", query("listSessions", "storeId=1&storeId=2"), Err(&["storeId number.base"]));
    check("no text", query("listSessions", "code=%FF"), Err(&["code any.invalid"]));
    assert!(!query("listSessions", "").unwrap().contains_key("storeId"));
}

#[test]
fn moments() {
    for raw in [
        "minCreatedAt=2023-10-05T16:48:00%2B02:00",
        "minCreatedAt=2023-10-05T16:48:00+02:00",
        "minCreatedAt=2023-10-05T14:48:00.000Z",
        "minCreatedAt=1696517280",
    ] {
        check(raw, query("listSessions", raw), Ok(json!({"minCreatedAt": "2023-10-05T14:48:00Z"})));
    }
    check("date", query("listOrders", "startTime=2023-10-05"), Ok(json!({"startTime": "2023-10-05T00:00:00Z"})));
    check("bad", query("listOrders", "startTime=today"), Err(&["startTime date.format"]));
    let milliseconds = query("getZoneShoppers", "timestamp=1697721601000");
    check("look-back", milliseconds, Ok(json!({"timestamp": "1697721601000"})));
    check("look-back without", query("getZoneShoppers", ""), Err(&["timestamp any.required"]));
}

#[test]
fn paths() {
    let operation = contract().operation("getZone").unwrap();
    let read = |store: &str, zone: &str| {
        operation.read_path(&[("storeId".into(), store.into()), ("zoneId".into(), zone.into())])
    };
    check("good", read("12", "7"), Ok(json!({"storeId": 12, "zoneId": "7"})));
    check("bad", read("x", ""), Err(&["storeId number.base", "zoneId string.empty"]));
    check("unsafe", read("9007199254740992", "7"), Err(&["storeId number.unsafe"]));
    check("absent", operation.read_path(&[]), Err(&["storeId any.required", "zoneId any.required"]));
}

#[test]
fn headers() {
    let tags = contract().operation("upsertTags").unwrap();
    let read = |value: Option<&'static str>| {
        tags.read_headers(move |name| (name == "x-batch-strategy").then_some(value).flatten())
    };
    check("good", read(Some("ignore-errors")), Ok(json!({"x-batch-strategy": "ignore-errors"})));
    check("absent", read(None), Err(&["x-batch-strategy any.required"]));
    check("bad", read(Some("hope")), Err(&["x-batch-strategy any.only"]));
    let stream = contract().operation("openStoreEventStream").unwrap();
    check(
        "offers",
        stream.read_headers(|_| Some("other, aisle.events.v1")),
        Ok(json!({"Sec-WebSocket-Protocol": "aisle.events.v1"})),
    );
    let key = contract().operation("createCustomer").unwrap();
    check("key", key.read_headers(|_| Some("k")), Ok(json!({"Idempotency-Key": "k"})));
    check("empty key", key.read_headers(|_| Some("")), Err(&["Idempotency-Key string.empty"]));
}

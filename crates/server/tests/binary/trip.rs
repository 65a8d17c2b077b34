//! A whole trip through every layer: simulated shoppers, webhooks to the server's own receiver, judged by the contract.

use std::collections::BTreeMap;

use aisle_store_client::AdminClient;
use serde_json::{Value, json};

use crate::common::{Keys, Place, Rows, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn trips_end_to_end_on_the_embedded_database() {
    trips(Place::new(Rows::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trips_end_to_end_on_postgresql() {
    trips(Place::new(Rows::postgres().await)).await;
}

const SETTINGS: [(&str, &str); 5] = [
    ("externalEntry", "entry-code/verify"),
    ("entryCodeNotify", "entry-code/notify"),
    ("customerCreated", "customer-created"),
    ("transitions", "transition"),
    ("checkoutZone", "checkout-zone"),
];

async fn trips(place: Place) {
    let keys = place.init();
    let server = place.serve();
    let admin = keys.admin(&server.url);
    for (kind, path) in SETTINGS {
        let url = format!("{}/api/push/{path}", server.url);
        let setting = json!({ "type": kind, "url": url, "authorization": keys.text("apiKey") });
        admin.post("/api/admin/v2/webhooks", &setting).await.unwrap();
    }
    let person = json!({ "email": "a@example.org", "firstName": "A", "lastName": "B", "phone": "+15550100" });
    admin.post("/api/admin/v2/customers", &person).await.unwrap();
    let summary = simulate(&place, &keys, &server.url);
    assert_eq!(summary["mismatches"], 0, "{summary}");
    assert_eq!(summary["rejectedEvents"], 0, "{summary}");
    assert!(summary["trips"].as_u64().unwrap() >= 3, "{summary}");
    let entries = eventually("the inbox holding every notice", || settled(&admin, &summary)).await;
    for entry in &entries {
        assert_eq!(entry["faults"], json!([]), "{entry}");
        assert_eq!(entry["signature"], "valid", "{entry}");
    }
    in_order(&entries);
    assert!(entries.iter().any(|entry| entry["webhook"] == "customerCreated"));
    assert_eq!(server.stop(), Some(0));
}

fn simulate(place: &Place, keys: &Keys, url: &str) -> Value {
    let mut command = place.command(&["simulate", "--url", url, "--shoppers", "5", "--speed", "20", "--seed", "3"]);
    command.args(["--store", &keys.number("storeId").to_string(), "--scenario", "groups"]);
    command.env("AISLE_TOKEN", keys.text("apiKey")).env("AISLE_STORE_TOKEN", keys.text("storeToken"));
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The inbox, oldest first, once every person who came has entered and left.
async fn settled(admin: &AdminClient, summary: &Value) -> Result<Vec<Value>, String> {
    let page = admin.get("/api/push/inbox?count=200").await.map_err(|fault| fault.to_string())?;
    let entries: Vec<Value> = page["data"].as_array().unwrap().iter().rev().cloned().collect();
    let count = |name: &str| entries.iter().filter(|entry| entry["webhook"] == name).count() as u64;
    let people = summary["visitors"].as_u64().unwrap();
    let counted = [("transitionEntered", people), ("transitionLeft", people)];
    for (name, wanted) in counted {
        if count(name) != wanted {
            return Err(format!("{} of {wanted} {name}", count(name)));
        }
    }
    if count("checkoutZoneEntered") != count("checkoutZoneLeft") || count("checkoutZoneEntered") == 0 {
        return Err("zones are not left yet".to_owned());
    }
    Ok(entries)
}

/// Within a session: asked at the door, then entered before left for each person, the last to leave completes it.
fn in_order(entries: &[Value]) {
    let mut sessions: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        if let Some(session) = entry["sessionId"].as_str() {
            sessions.entry(session).or_default().push(entry);
        }
    }
    for (session, entries) in sessions {
        let names: Vec<&str> = entries.iter().map(|entry| entry["webhook"].as_str().unwrap()).collect();
        assert_eq!(names[0], "entryCodeVerify", "{session}: {names:?}");
        let lefts: Vec<_> = entries.iter().filter(|entry| entry["webhook"] == "transitionLeft").collect();
        for (position, left) in lefts.iter().enumerate() {
            let status = &left["body"]["session"]["status"];
            let wanted = if position + 1 == lefts.len() { "completed" } else { "active" };
            assert_eq!(status, wanted, "{session}: {names:?}");
        }
    }
}

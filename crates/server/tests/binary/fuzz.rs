//! Contract fuzzing: schemathesis makes requests from the served document, good and bad ones, alone and in chains, and
//! judges every answer by it. No answer may be a 5xx or differ from the document. The seed is fixed.

use std::process::Command;

use serde_json::json;

use crate::common::{Place, Rows};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/fuzz");

async fn fuzz(rows: Rows, phases: &str) {
    let python = std::env::var("AISLE_TEST_PYTHON")
        .unwrap_or_else(|_| panic!("AISLE_TEST_PYTHON names no Python with `schemathesis`: run `cargo xtask test`"));
    let place = Place::new(rows);
    let keys = place.init();
    let server = place.serve();
    let admin = keys.admin(&server.url);
    let vendor = json!({"kind": "vendor", "name": "Coffee", "storeId": keys.number("storeId"), "vendor": "coffee"});
    let vendor = admin.post("/api/admin/v2/api-keys", &vendor).await.unwrap();
    let spare = admin.post("/api/admin/v2/api-keys", &json!({"kind": "retailer", "name": "Spare"})).await.unwrap();
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "--config-file", &format!("{FILES}/schemathesis.toml"), "run"]);
    command.args([&format!("{}/openapi.json", server.url), "--no-color", "--phases", phases]);
    command
        .current_dir(place.folder.path())
        .env("AISLE_TOKEN", keys.text("apiKey"))
        .env("AISLE_STORE_TOKEN", keys.text("storeToken"))
        .env("AISLE_VENDOR_TOKEN", vendor["key"].as_str().unwrap())
        .env("AISLE_SPARE_KEY", spare["id"].to_string())
        .env("AISLE_FUZZ_HOOKS", format!("{FILES}/hooks.py"));
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    assert!(told.contains("Test cases"), "it ran: {told}");
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn fuzz_answers_are_those_of_the_document_on_the_embedded_database() {
    fuzz(Rows::Embedded, "examples,fuzzing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fuzz_answers_are_those_of_the_document_on_postgresql() {
    fuzz(Rows::postgres().await, "fuzzing,stateful").await;
}

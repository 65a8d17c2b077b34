//! A copy taken under load, put back elsewhere.

use aisle_store_client::AdminClient;
use serde_json::{Value, json};

use crate::common::{Place, Rows};

fn customer(number: usize) -> Value {
    json!({ "email": format!("c{number}@example.org"), "firstName": "A", "lastName": "B", "phone": format!("+1555{number:07}") })
}

async fn count(admin: &AdminClient) -> usize {
    let customers = admin.get("/api/admin/v2/customers").await.unwrap();
    customers.as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_taken_while_serving_is_a_whole_database_elsewhere() {
    let (place, copy) = (Place::new(Rows::Embedded), tempfile::tempdir().unwrap());
    let keys = place.init();
    let server = place.serve();
    let admin = keys.admin(&server.url);
    // Nobody answers there: its message waits in the copy.
    let hook = json!({ "type": "customerCreated", "url": "http://127.0.0.1:9/", "authorization": "x" });
    let hook = admin.post("/api/admin/v2/webhooks", &hook).await.unwrap();
    for number in 0..50 {
        admin.post("/api/admin/v2/customers", &customer(number)).await.unwrap();
    }
    let before = count(&admin).await;
    let file = copy.path().join("copy.db");
    let (writing, taken) = tokio::join!(
        async {
            for number in 50..150 {
                admin.post("/api/admin/v2/customers", &customer(number)).await.unwrap();
            }
        },
        tokio::process::Command::from(place.command(&["backup", "--json", file.to_str().unwrap()])).output()
    );
    let ((), taken) = (writing, taken.unwrap());
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let said: Value = serde_json::from_slice(&taken.stdout).unwrap();
    assert_eq!(said["bytes"].as_u64(), Some(std::fs::metadata(&file).unwrap().len()));
    assert_eq!(said["masterKeyInside"], false);
    assert_eq!(place.run(&["backup", file.to_str().unwrap()]).status.code(), Some(1), "nothing is overwritten");

    let elsewhere = Place::new(Rows::Embedded);
    restored(&place, &elsewhere, file.to_str().unwrap());
    let second = elsewhere.serve();
    let admin = keys.admin(&second.url);
    let after = count(&admin).await;
    assert!((before..=before + 100).contains(&after), "{before} {after}");
    let waiting = format!("/api/admin/v2/webhooks/{}/messages?count=1", hook["id"]);
    let waiting = admin.get(&waiting).await.unwrap();
    assert_eq!(waiting["data"].as_array().unwrap().len(), 1, "the messages came with the copy");
    drop(second);
    assert_eq!(server.stop(), Some(0));
    let at_rest = copy.path().join("at-rest.db");
    assert_eq!(place.run(&["backup", at_rest.to_str().unwrap()]).status.code(), Some(0), "without a server");
    assert_eq!(elsewhere.run(&["check"]).status.code(), Some(0));
}

/// Restores with the key in place, after all the ways in which it must not.
fn restored(from: &Place, to: &Place, file: &str) {
    let refused = |what: &str, wanted: &str| {
        let done = to.run(&["restore", what]);
        let error = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{error}");
        assert!(error.contains(wanted), "{error}");
        assert!(!to.folder.path().join("data/aisle.db").exists());
    };
    let key = to.folder.path().join("data/aisle.key");
    refused(file, "master key");
    std::fs::create_dir_all(key.parent().unwrap()).unwrap();
    std::fs::write(&key, "ab".repeat(32)).unwrap();
    refused(file, "is not the master key");
    std::fs::copy(from.folder.path().join("data/aisle.key"), &key).unwrap();
    let broken = to.folder.path().join("broken.db");
    std::fs::write(&broken, &std::fs::read(file).unwrap()[..20_000]).unwrap();
    refused(broken.to_str().unwrap(), "copy");
    refused("nowhere.db", "nowhere.db");
    let done = to.run(&["restore", file]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let again = to.run(&["restore", file]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("move it away"));
}

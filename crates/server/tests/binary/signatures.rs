//! What a retailer's own library for Standard Webhooks says about our signatures.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::json;

use crate::common::{Place, Rows};

struct Receiver {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Receiver {
    fn start() -> Self {
        let python = std::env::var("AISLE_TEST_PYTHON").unwrap_or_else(|_| {
            panic!("AISLE_TEST_PYTHON names no Python with `standardwebhooks`: run `cargo xtask test`")
        });
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/receiver.py");
        let mut command = Command::new(python);
        let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap();
        Self { child, lines, url: format!("http://127.0.0.1:{port}/hook") }
    }

    fn learn(&mut self, secret: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{secret}").unwrap();
    }

    fn next(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_are_verified_by_a_library_of_the_standard() {
    let place = Place::new(Rows::Embedded);
    let keys = place.init();
    let server = place.serve();
    let admin = keys.admin(&server.url);
    let mut receiver = Receiver::start();
    let setting = json!({ "type": "customerCreated", "url": receiver.url });
    let made = admin.post("/api/admin/v2/webhooks", &setting).await.unwrap();
    receiver.learn(made["secret"].as_str().unwrap());
    let person = json!({ "email": "é@example.org", "firstName": "Zoë", "lastName": "Ünal", "phone": "+15550100" });
    admin.post("/api/admin/v2/customers", &person).await.unwrap();
    let line = receiver.next();
    assert!(line.starts_with("verified msg_"), "{line}");
    let tested = admin.post(&format!("/api/admin/v2/webhooks/{}/test", made["id"]), &json!({})).await.unwrap();
    assert_eq!(tested["httpStatus"], 204, "{tested}");
    let line = receiver.next();
    assert!(line.starts_with("verified test_"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_is_not_verified() {
    let place = Place::new(Rows::Embedded);
    let keys = place.init();
    let server = place.serve();
    let admin = keys.admin(&server.url);
    let mut receiver = Receiver::start();
    receiver.learn("whsec_YW4tZXhhbXBsZS1zZWNyZXQtbm90LWZvci11c2UtMDE=");
    let setting = json!({ "type": "customerCreated", "url": receiver.url });
    let made = admin.post("/api/admin/v2/webhooks", &setting).await.unwrap();
    let tested = admin.post(&format!("/api/admin/v2/webhooks/{}/test", made["id"]), &json!({})).await.unwrap();
    assert_eq!(tested["httpStatus"], 401, "{tested}");
    assert!(receiver.next().starts_with("wrong"));
}

//! `/metrics`: who may read it, what stands in it, and that the examples for Prometheus and Grafana ask for nothing else.

use std::collections::BTreeSet;

use aisle_store_client::{AdminClient, CallFault};
use aisle_testkit::{Answer, Catcher};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::{Place, Rows, eventually, free_address};

const TOKEN: &str = "token-of-prometheus";

/// Status and body of a `GET`, over the bare wire.
async fn get(address: &str, authorization: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nhost: aisle\r\nconnection: close\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_calls_requests_and_the_process_are_measured() {
    let place = Place::new(Rows::postgres().await);
    let keys = place.init();
    let own = free_address();
    let server = place.serve_with(&[("AISLE_METRICS__LISTEN", &own), ("AISLE_METRICS__TOKEN", TOKEN)]);
    let address = server.url.strip_prefix("http://").unwrap();
    assert_eq!(get(address, "").await.0, 401);
    assert_eq!(get(address, "authorization: Bearer token-of-somebody\r\n").await.0, 401);

    let admin = keys.admin(&server.url);
    let receiver = Catcher::answering(Answer::status(204)).await;
    let refusing = Catcher::answering(Answer::status(500)).await;
    for url in [&receiver.url, &refusing.url] {
        let setting = json!({ "type": "customerCreated", "url": url });
        admin.post("/api/admin/v2/webhooks", &setting).await.unwrap();
    }
    // Only who is complete is told of.
    let alex = json!({ "firstName": "Alex", "lastName": "Example", "email": "user@example.com", "phone": "+15550100" });
    admin.post("/api/admin/v2/customers", &alex).await.unwrap();
    receiver.wait_for(1).await;
    refusing.wait_for(1).await;
    nobody_asks(&server.url).await;
    // The queues that were looked up are believed for five seconds.
    eventually("the queue of the refusing endpoint", || async {
        let (status, text) = get(&own, "").await;
        let is_there = |part: &str| text.contains(part);
        let all = is_there("outcome=\"http_5xx\"") && is_there("aisle_webhook_queue_messages{settings=\"on\"} 1\n");
        if status == 200 && all { Ok(()) } else { Err(text) }
    })
    .await;
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let (status, text) = get(address, &bearer).await;
    assert_eq!(status, 200);
    for line in [
        "aisle_database_up 1",
        "aisle_webhook_attempts_total{kind=\"notice\",outcome=\"delivered\"} 1",
        "aisle_http_requests_total{method=\"POST\",route=\"/api/admin/v2/customers\",status=\"201\"} 1",
        "aisle_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "# TYPE aisle_webhook_attempt_seconds histogram",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    let names: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for file in ["alerts.yml", "dashboard.json"] {
        let path = format!("{}/../../docs/monitoring/{file}", env!("CARGO_MANIFEST_DIR"));
        for asked in asked_for(&std::fs::read_to_string(path).unwrap()) {
            let is_known = names.contains(&*asked) || asked.starts_with("aisle_webhook_given_up");
            assert!(is_known, "{file} asks for {asked}, which is not measured: {names:?}");
        }
    }
}

async fn nobody_asks(url: &str) {
    let nobody = AdminClient::new(url, "nobody").unwrap();
    assert!(matches!(nobody.get("/no/such/route").await, Err(CallFault::Refused { .. })));
}

/// The series that an example asks for, without what a histogram adds to its name.
fn asked_for(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let series = words.filter(|word| word.starts_with("aisle_") || word.starts_with("process_"));
    series.map(|word| word.trim_end_matches("_bucket").to_owned()).collect()
}

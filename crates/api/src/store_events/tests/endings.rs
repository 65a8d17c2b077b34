//! How requests end before their producer has finished.

use std::time::Duration;

use aisle_database::rows;
use aisle_model::Millis;
use aisle_model::access::ApiKeyKind;
use aisle_model::store::DeploymentStatus;
use aisle_operations::access::api_keys;
use aisle_operations::stores::StoreEdit;
use aisle_testkit::{START, caller_of};
use bytes::Bytes;
use futures::StreamExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::*;
type Piece = Result<Bytes, std::io::Error>;

/// A body that stays open for as long as its sender lives.
fn open_body() -> (UnboundedSender<Piece>, Body) {
    let (pieces, body) = unbounded_channel::<Piece>();
    let body = futures::stream::unfold(body, |mut body| async move { body.recv().await.map(|piece| (piece, body)) });
    (pieces, Body::from_stream(body))
}

fn good(number: u32) -> Piece {
    Ok(lines(&[event(number, &json!({}))]).into())
}

const PLAIN: [(&str, &str); 1] = [("content-type", "application/x-ndjson")];
const FRAMES: [(&str, &str); 2] = [("content-type", "application/x-ndjson"), ("accept", "application/x-ndjson")];

/// Sends one event, does something once it is durable, and answers how the request ended that is still open.
async fn ended_by(edge: &Edge, headers: &[(&str, &str)], happens: impl AsyncFnOnce(&UnboundedSender<Piece>)) -> Reply {
    let (pieces, body) = open_body();
    pieces.send(good(1)).unwrap();
    let happening = async {
        while edge.sources().await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        happens(&pieces).await;
    };
    let (reply, ()) = tokio::join!(edge.post(headers, body), happening);
    reply
}

impl Edge {
    /// Sources whose events are durable.
    async fn sources(&self) -> usize {
        let store = self.store;
        let since = START.minus(Millis(86_400_000));
        let read = self.api.app.database.read(move |c| Box::pin(rows::stream_sources::list(c, store, since, 10)));
        read.await.unwrap().len()
    }

    async fn decommission(&self) {
        let edit = StoreEdit { deployment_status: Some(DeploymentStatus::Decommissioned), ..StoreEdit::default() };
        let caller = caller_of(self.api.retailer);
        aisle_operations::stores::update(&self.api.app, &caller, self.store, edit).await.unwrap();
    }

    /// The key of the store is good no more.
    async fn revoke(&self) {
        let caller = caller_of(self.api.retailer);
        let keys = api_keys::list(&self.api.app, &caller, Some(ApiKeyKind::Store), None).await.unwrap();
        for key in keys {
            api_keys::revoke(&self.api.app, &caller, key.id).await.unwrap();
        }
    }
}

fn check(reply: &Reply, received: i64, ended_by: &str) {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let summary: Value = serde_json::from_str(reply.text.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["received"], &summary["endedBy"]), (&json!(received), &json!(ended_by)), "{}", reply.text);
}

#[tokio::test]
async fn whoever_may_send_no_more_is_told_within_a_second_what_is_durable() {
    on_both_databases(|database| async move {
        let edge = edge(database).await;
        let begun = std::time::Instant::now();
        let reply = ended_by(&edge, &PLAIN, async |_| edge.revoke().await).await;
        check(&reply, 1, "shutdown");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(edge.post(&PLAIN, "").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_decommissioned_meanwhile_ends_its_requests() {
    on_both_databases(|database| async move {
        let edge = edge(database).await;
        check(&ended_by(&edge, &FRAMES, async |_| edge.decommission().await).await, 1, "shutdown");
        assert_eq!(edge.post(&PLAIN, lines(&[event(2, &json!({}))])).await.status, 409);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_decommissioned_before_the_first_line_answers_409() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let (pieces, body) = open_body();
    let (reply, ()) = tokio::join!(edge.post(&PLAIN, body), edge.decommission());
    drop(pieces);
    assert_eq!(reply.status, 409, "{}", reply.text);
}

#[tokio::test]
async fn a_server_that_stops_ends_requests_and_polls() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let poll = format!("/api/store/v1/stores/{}/commands?wait=30", edge.store);
    let begun = std::time::Instant::now();
    let (request, poll) = tokio::join!(
        ended_by(&edge, &PLAIN, async |_| edge.api.app.intake.close()),
        edge.api.ask_as(&edge.key, "GET", &poll, Value::Null)
    );
    check(&request, 1, "shutdown");
    assert_eq!(poll.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_body_that_breaks_keeps_what_came_before() {
    on_both_databases(|database| async move {
        let edge = edge(database).await;
        let broken = || Err(std::io::Error::other("gone"));
        let post = async |pieces: Vec<Piece>| {
            let body = Body::from_stream(futures::stream::iter(pieces).then(|piece| async { piece }));
            edge.post(&PLAIN, body).await
        };
        let reply = post(vec![broken()]).await;
        assert_eq!((reply.status, &reply.json["type"]), (400, &json!("E_MALFORMED_BODY")));
        check(&post(vec![good(1), Ok("{\"eventId\":".into()), broken()]).await, 1, "limit");
        let bad = || Ok(Bytes::from_static(b"{}\n"));
        assert_eq!(post(vec![bad(), broken()]).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_damaged_packing_is_told() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    for encoding in ["gzip", "zstd"] {
        let headers = [("content-type", "application/x-ndjson"), ("content-encoding", encoding)];
        let reply = edge.post(&headers, "not packed at all").await;
        assert_eq!((reply.status, &reply.json["type"]), (400, &json!("E_MALFORMED_BODY")), "{encoding}");
    }
    let packed = zstd::encode_all(lines(&[event(7, &json!({}))]).as_bytes(), 3).unwrap();
    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "zstd")];
    check(&edge.post(&headers, packed.clone()).await, 1, "end");
    check(&edge.post(&headers, [packed, b"rest".to_vec()].concat()).await, 1, "limit");
}

#[tokio::test]
async fn whoever_sends_nothing_is_told_where_the_stream_stands() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    check(&edge.ndjson("").await, 0, "end");
}

#[tokio::test]
async fn too_much_for_too_long_is_first_a_summary_and_then_a_503() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let reply = ended_by(&edge, &PLAIN, async |pieces| {
        // As if another connection had sent more than the store may in half a minute.
        edge.api.app.intake.spend(edge.store, 60_000, 0, std::time::Instant::now());
        pieces.send(good(2)).unwrap();
    })
    .await;
    check(&reply, 2, "overload");
    let reply = edge.ndjson(lines(&[event(3, &json!({}))])).await;
    assert_eq!((reply.status, &reply.json["type"]), (503, &json!("E_RATE_LIMITED")), "{}", reply.text);
    let after: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((20..40).contains(&after), "{after}");
}

//! Whatever a server does, every event is stored exactly once and in order.

#![allow(clippy::unwrap_used, reason = "a test")]

mod scripted_server;

use std::time::Duration;

use aisle_model::{Moment, StoreId};
use aisle_store_client::{
    Delivery, Event, Happening, Options, Stopped, StoreClient, Totals, Waits, WireEvent, event_id,
};
use http::StatusCode;
use proptest::prelude::*;
use scripted_server::{Act, ScriptedServer};
use serde_json::json;

const QUICK: Options = Options {
    capacity: 7,
    batch_events: 5,
    batch_bytes: 4096,
    waits: Waits { first: Duration::from_millis(1), longest: Duration::from_millis(4) },
    patience: Duration::from_secs(5),
    seed: 1,
};

fn events(count: u8) -> Vec<WireEvent> {
    let at = Moment::from_millis(1_768_819_746_149);
    let event = |number: u8| Event {
        event_id: event_id(at, [number; 10]),
        at,
        source: "vision".into(),
        seq: Some(u64::from(number)),
        what: Happening::Heartbeat { role: "perception", status: "ok" },
    };
    (0..count).map(|number| WireEvent::from(&event(number))).collect()
}

fn ids(events: &[WireEvent]) -> Vec<String> {
    events.iter().map(|event| event.id().to_string()).collect()
}

fn client(server: &ScriptedServer) -> (StoreClient, Delivery) {
    let url = format!("http://{}", server.address);
    StoreClient::with(&url, StoreId(2), "st_token", QUICK).unwrap()
}

/// Sends the events while the server plays its script; gives what was stored and what the client says about it.
async fn play(script: Vec<Act>, sent: Vec<WireEvent>) -> (Vec<String>, Vec<Vec<String>>, StoreClient) {
    let (server, running) = ScriptedServer::start(script).await;
    let (client, delivery) = client(&server);
    let work = async {
        client.send(sent).await.unwrap();
        client.flush().await.unwrap();
        client.close();
    };
    let whole = async { tokio::join!(delivery.run(), work).0.unwrap() };
    tokio::select! {
        () = whole => {}
        never = running => match never {},
    }
    let durable = server.durable.lock().unwrap();
    (durable.stored.clone(), durable.requests.clone(), client.clone())
}

fn check(script: Vec<Act>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sent = events(23);
    let name = format!("{script:?}");
    let (stored, _, client) = runtime.block_on(play(script, sent.clone()));
    assert_eq!(stored, ids(&sent), "{name}");
    assert_eq!(client.undecided(), 0, "{name}");
    let Totals { decided, accepted, duplicates, rejected, .. } = client.totals();
    assert_eq!((decided, accepted + duplicates, rejected), (23, 23, 0), "{name}");
}

#[test]
fn every_event_is_stored_once_and_in_order() {
    let unavailable =
        || Act::Refuse(StatusCode::SERVICE_UNAVAILABLE, json!({"type": "E_UNAVAILABLE", "message": "storage is away"}));
    check(vec![]);
    check(vec![Act::TakePlainly]);
    check(vec![Act::Drop, Act::Drop, Act::Take, Act::Drop]);
    check(vec![Act::StoreAndDrop, Act::StoreAndDrop]);
    check(vec![Act::AckAndBreak(2), Act::AckAndBreak(0), Act::AckAndBreak(9)]);
    check(vec![Act::StoreMoreThanAcked { stored: 4, acked: 1 }]);
    check(vec![Act::TakeSome { taken: 1, ended_by: "limit" }, Act::TakeSome { taken: 0, ended_by: "shutdown" }]);
    check(vec![Act::TakeSome { taken: 0, ended_by: "end" }, Act::TakeSome { taken: 3, ended_by: "overload" }]);
    check(vec![unavailable(), Act::Take, unavailable(), Act::Refuse(StatusCode::TOO_MANY_REQUESTS, json!(null))]);
    check(vec![Act::Babble, Act::AckTooMuch]);
    check(vec![Act::Take, Act::Restart, Act::StoreAndDrop, Act::Restart]);
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Take),
        Just(Act::TakePlainly),
        Just(Act::Drop),
        Just(Act::StoreAndDrop),
        (0..7_usize).prop_map(Act::AckAndBreak),
        (0..7_usize, 0..7_usize).prop_map(|(a, b)| Act::StoreMoreThanAcked { stored: a.max(b), acked: a.min(b) }),
        (0..7_usize, prop::sample::select(vec!["end", "limit", "overload", "shutdown"]))
            .prop_map(|(taken, ended_by)| Act::TakeSome { taken, ended_by }),
        Just(Act::Refuse(StatusCode::INTERNAL_SERVER_ERROR, json!({}))),
        Just(Act::Babble),
        Just(Act::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_script_loses_or_doubles_an_event(script in prop::collection::vec(any_act(), 0..12)) {
        check(script);
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_not_sent_again() {
    let sent = events(5);
    let (_, requests, _) = play(vec![Act::AckAndBreak(3)], sent.clone()).await;
    let all = ids(&sent);
    assert_eq!(requests, [all.clone(), all[3..].to_vec()]);
}

#[tokio::test]
async fn a_rejected_event_is_reported_once_and_not_repeated() {
    let sent = events(5);
    let (stored, requests, client) = play(vec![Act::Reject(1)], sent.clone()).await;
    let mut expected = ids(&sent);
    let rejected = expected.remove(1);
    assert_eq!(stored, expected);
    assert_eq!(requests.len(), 1);
    assert_eq!(client.totals().rejected, 1);
    let rejections = client.take_rejections();
    assert_eq!(rejections.len(), 1);
    assert_eq!(rejections[0].to_string(), format!("event {rejected}: E_CLOCK_SKEW"));
    assert_eq!(client.take_rejections(), []);
}

#[tokio::test]
async fn when_no_line_could_be_taken_all_are_rejected_with_their_faults() {
    let fault = json!({"error": "\"at\" is required", "rule": "any.required", "field": "\"lines[1].at\""});
    let body = json!({"type": "E_INVALID_BODY", "message": "Invalid request body", "errors": [fault]});
    let refuse = Act::Refuse(StatusCode::UNPROCESSABLE_ENTITY, body);
    let (stored, _, client) = play(vec![refuse], events(7)).await;
    assert_eq!(stored, ids(&events(7)[5..]));
    assert_eq!(client.totals().rejected, 5);
    let rejections = client.take_rejections();
    assert_eq!(rejections[1].faults, ["\"at\" is required"]);
    assert!(rejections[0].faults.is_empty());
}

#[tokio::test]
async fn a_revoked_token_ends_the_delivery_and_the_events_stay() {
    let body = json!({"type": "E_UNAUTHORIZED", "message": "The token was revoked"});
    let script = vec![Act::Take, Act::Refuse(StatusCode::UNAUTHORIZED, body)];
    let (server, running) = ScriptedServer::start(script).await;
    let (client, delivery) = client(&server);
    let sent = events(20);
    let work = async { client.send(sent.clone()).await };
    let (end, sending) = tokio::select! {
        both = async { tokio::join!(delivery.run(), work) } => both,
        never = running => match never {},
    };
    let Err(Stopped::Refused(reason)) = end else { panic!("{end:?}") };
    assert!(reason.ends_with("answered 401: The token was revoked"), "{reason}");
    assert_eq!(sending, Err(Stopped::Refused(reason)));
    let left = client.take_undecided().unwrap();
    assert_eq!(left.len(), QUICK.capacity);
    assert_eq!(ids(&left), ids(&sent)[5..5 + QUICK.capacity]);
}

#[tokio::test]
async fn a_full_queue_makes_the_producer_wait() {
    let (server, _running) = ScriptedServer::start(vec![]).await;
    let (client, delivery) = client(&server);
    client.send(events(7)).await.unwrap();
    let mut eighth = Box::pin(client.send(events(1)));
    assert!(futures::poll!(&mut eighth).is_pending());
    drop(delivery);
    assert_eq!(eighth.await, Err(Stopped::Closed));
    assert_eq!(client.undecided(), 7);
}

//! The edge over HTTP: good and bad lines, every way to send them, what is read back.

use std::io::Write;

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_model::StoreId;
use aisle_testkit::{caller_of, open_store};
use axum::body::Body;
use serde_json::{Value, json};

use crate::testing::{Api, Reply};

mod endings;

struct Edge {
    api: Api,
    store: StoreId,
    key: String,
}

async fn edge(database: aisle_database::Database) -> Edge {
    let api = Api::over(database).await;
    let store = api.store().await;
    let key = api.store_key(store).await;
    Edge { api, store, key }
}

fn event(number: u32, more: &Value) -> Value {
    let mut event = json!({
        "eventId": format!("00000000-0000-4000-8000-{number:012}"),
        "at": "2023-11-14T22:13:20.000Z",
        "source": "vision",
        "kind": "positions",
        "people": [],
    });
    let fields = more.as_object().unwrap().clone();
    event.as_object_mut().unwrap().extend(fields);
    event
}

fn lines(events: &[Value]) -> String {
    let texts: Vec<String> = events.iter().map(Value::to_string).collect();
    texts.join("\n") + "\n"
}

impl Edge {
    fn uri(&self, rest: &str) -> String {
        format!("/api/store/v1/stores/{}/events{rest}", self.store)
    }

    async fn post(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = http::Request::builder()
            .method("POST")
            .uri(self.uri(""))
            .header("authorization", format!("Bearer {}", self.key));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.api.send(request.body(body.into()).unwrap()).await
    }

    async fn ndjson(&self, body: impl Into<Body>) -> Reply {
        self.post(&[("content-type", "application/x-ndjson")], body).await
    }
}

fn counts(summary: &Value) -> [i64; 6] {
    ["received", "accepted", "duplicates", "ignored", "late", "rejected"].map(|name| summary[name].as_i64().unwrap())
}

#[tokio::test]
async fn a_bad_line_rejects_only_itself() {
    on_both_databases(|database| async move {
        let edge = edge(database).await;
        let long = event(6, &json!({"padding": "x".repeat(300_000)})).to_string();
        let body = [
            lines(&[
                event(1, &json!({})),
                event(2, &json!({"people": [{"trackId": "a", "x": 1, "y": "north"}]})),
                event(3, &json!({"kind": "server.tick"})),
            ]),
            "{\"eventId\": oops\n".to_owned(),
            format!("{long}\n"),
            lines(&[
                event(7, &json!({"kind": "gate.crossed", "gateId": 9, "direction": "in"})),
                event(8, &json!({"kind": "weather.changed", "rain": true})),
                event(9, &json!({"at": "2023-11-14T22:13:26.000Z"})),
                event(10, &json!({"people": [{"trackId": "a", "x": 1, "y": 1}, {"trackId": "a", "x": 1, "y": 2}]})),
                event(11, &json!({"kind": "perception.settled", "upTo": "2023-11-14T22:13:21.000Z"})),
                event(
                    12,
                    &json!({"people": [{"trackId": "a", "x": 1, "y": 1,
                    "appearance": {"model": "m", "values": vec![0; 16]}}]}),
                ),
                event(1, &json!({})),
                event(1, &json!({"complete": false})),
            ]),
        ]
        .concat();
        let reply = edge.ndjson(body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(counts(&reply.json), [13, 2, 1, 1, 0, 10]);
        let errors: Vec<(i64, &str, &str)> = reply.json["rejections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let field = one["errors"][0]["field"].as_str().unwrap_or_default();
                (one["line"].as_i64().unwrap(), one["error"].as_str().unwrap(), field)
            })
            .collect();
        let expected = [
            (2, "E_INVALID_BODY", "\"people[0].y\""),
            (3, "E_INVALID_BODY", "\"kind\""),
            (4, "E_MALFORMED_BODY", ""),
            (5, "E_PAYLOAD_TOO_LARGE", ""),
            (6, "E_INVALID_BODY", "\"gateId\""),
            (8, "E_CLOCK_SKEW", ""),
            (9, "E_INVALID_BODY", "\"people[1].trackId\""),
            (10, "E_INVALID_BODY", "\"upTo\""),
            (11, "E_INVALID_BODY", "\"people[0].appearance.values\""),
            (13, "E_CONFLICT", ""),
        ];
        assert_eq!(errors, expected);
    })
    .await;
}

#[tokio::test]
async fn nothing_taken_is_a_422_with_the_fields_of_each_line() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let body = lines(&[event(1, &json!({"at": "yesterday"})), event(2, &json!({"at": "2024-01-01T00:00:00Z"}))]);
    for accept in ["application/json", "application/x-ndjson"] {
        let headers = [("content-type", "application/x-ndjson"), ("accept", accept)];
        let reply = edge.post(&headers, body.clone()).await;
        assert_eq!(reply.status, 422, "{}", reply.text);
        let fields: Vec<&Value> =
            reply.json["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["\"lines[0].at\"", "\"lines[1].at\""]);
    }
}

#[tokio::test]
async fn one_event_may_be_json_and_a_body_may_be_packed() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let pretty = serde_json::to_string_pretty(&event(1, &json!({}))).unwrap();
    let reply = edge.post(&[("content-type", "application/json")], pretty).await;
    assert_eq!((reply.status, counts(&reply.json)), (200, [1, 1, 0, 0, 0, 0]));

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let body = lines(&(1..=500).map(|number| event(number, &json!({}))).collect::<Vec<_>>());
    gzip.write_all(body.as_bytes()).unwrap();
    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "gzip")];
    let reply = edge.post(&headers, gzip.finish().unwrap()).await;
    assert_eq!((reply.status, counts(&reply.json)), (200, [500, 499, 1, 0, 0, 0]));

    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "br")];
    assert_eq!(edge.post(&headers, "x").await.status, 415);
}

#[tokio::test]
async fn frames_tell_how_far_events_are_durable() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let (pieces, body) = tokio::sync::mpsc::channel::<Result<String, std::io::Error>>(8);
    for number in 1..=3 {
        pieces.send(Ok(lines(&[event(number, &json!({}))]))).await.unwrap();
        pieces.send(Ok("{}\n".to_owned())).await.unwrap();
    }
    drop(pieces);
    let body = futures::stream::unfold(body, |mut body| async move { body.recv().await.map(|piece| (piece, body)) });
    let headers = [("content-type", "application/x-ndjson"), ("accept", "application/x-ndjson")];
    let reply = edge.post(&headers, Body::from_stream(body)).await;
    let frames: Vec<Value> = reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for frame in &frames {
        assert_eq!(aisle_contract::contract().check("IngestFrame", frame), [], "{frame}");
    }
    let summary = frames.last().unwrap();
    assert_eq!((&summary["type"], counts(summary)), (&json!("summary"), [6, 3, 0, 0, 0, 3]));
    assert_eq!(frames.iter().filter(|frame| frame["type"] == "reject").count(), 3);
    assert!(frames.iter().any(|frame| frame["type"] == "ack"));
}

#[tokio::test]
async fn what_was_stored_is_read_back_without_what_must_not_be_kept() {
    on_both_databases(|database| async move {
        let edge = edge(database).await;
        let face = json!([{"cameraId": 1, "topLeft": {"x": 1, "y": 1}, "bottomRight": {"x": 2, "y": 2}}]);
        let person = json!({"trackId": "a", "x": 1.5, "y": 2, "faces": face, "boxes": face, "sigmaM": 0.1,
            "appearance": {"model": "m", "values": vec![1; 16]}});
        let sent = [
            event(1, &json!({"people": [person], "frames": [{"cameraId": 1, "frameUri": "http://camera.example/1"}]})),
            event(2, &json!({"kind": "track.lost", "trackId": "a", "position": {"x": 1, "y": 1}})),
            event(3, &json!({"kind": "interaction", "action": "pick", "quantity": 2})),
            event(4, &json!({"kind": "heartbeat", "role": "perception", "status": "ok", "backlog": 3, "seq": 9})),
        ];
        assert_eq!(edge.ndjson(lines(&sent)).await.status, 200);
        let reply = edge.api.ask_as(&edge.key, "GET", &edge.uri("?after=0"), Value::Null).await;
        let stored: Vec<Value> = reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(stored.len(), 4, "{}", reply.text);
        for event in &stored {
            assert_eq!(aisle_contract::contract().check("StoredStoreEvent", event), [], "{event}");
        }
        for forbidden in ["faces", "boxes", "frames", "appearance"] {
            assert!(!reply.text.contains(forbidden), "{forbidden}");
        }
        assert_eq!(stored[0]["people"][0]["sigmaM"], 0.1);
        assert_eq!(stored[2]["quantity"], 2);
        assert_eq!(stored[3]["backlog"], 3);
        let only = edge.uri("?after=0&kind=heartbeat&limit=1");
        let reply = edge.api.ask_as(&edge.key, "GET", &only, Value::Null).await;
        assert_eq!(reply.text.lines().count(), 1);
        let cases =
            [("", "any.required", "\"after\""), ("?after=0&from=2023-11-14T22:13:20Z", "any.invalid", "\"from\"")];
        for (query, rule, field) in cases {
            let reply = edge.api.ask_as(&edge.key, "GET", &edge.uri(query), Value::Null).await;
            assert_eq!(reply.status, 422);
            let fault = &reply.json["errors"][0];
            assert_eq!((&fault["rule"], &fault["field"]), (&json!(rule), &json!(field)), "{}", reply.text);
        }
        let cursor = edge.api.ask_as(&edge.key, "GET", &edge.uri("/cursor"), Value::Null).await;
        assert_eq!(cursor.json["sources"][0]["lastSeq"], 9);
    })
    .await;
}

/// Every documented field of every kind, but for what must not be kept.
#[tokio::test]
async fn what_was_taken_is_read_back_entire() {
    on_both_databases(|database| async move {
        let Edge { api, .. } = edge(database).await;
        let store = open_store(&api.app, &caller_of(api.retailer), "With a gate").await;
        let edge = Edge { key: api.store_key(store).await, store, api };
        let place = json!({"x": 1.5, "y": -0.25, "z": 1.75});
        let kinds = [
            json!({"people": [{"trackId": "a", "x": 1.5, "y": 2.5, "confidence": 0.5, "sigmaM": 0.1,
                "joints": {"head": {"x": 1.5, "y": 2.5, "z": 1.5, "confidence": 0.5}}}], "complete": false}),
            json!({"kind": "track.appeared", "trackId": "a", "position": place, "place": "interior", "gateId": null,
                "confidence": 0.97}),
            json!({"kind": "track.lost", "trackId": "a", "position": place, "reason": "exited"}),
            json!({"kind": "track.merged", "trackIds": ["a"], "into": "b", "confidence": 0.6}),
            json!({"kind": "track.split", "trackId": "b", "into": ["b", "c"], "since": "2023-11-14T22:13:19.000001Z",
                "confidence": 0.7}),
            json!({"kind": "gate.crossed", "gateId": 1, "direction": "in", "trackId": "a", "forced": true,
                "confidence": 0.99}),
            json!({"kind": "group.hint", "trackIds": ["a", "b"], "confidence": 0.8}),
            json!({"kind": "staff.hint", "trackId": "a", "reason": "badge", "confidence": 0.9}),
            json!({"kind": "perception.settled", "upTo": "2023-11-14T22:13:19Z", "trackIds": ["a"],
                "lost": [{"fromSeq": 1, "toSeq": 2}]}),
            json!({"kind": "heartbeat", "role": "perception", "status": "degraded", "version": "7"}),
        ];
        let number = |(place, more): (usize, &Value)| {
            let mut event = event(u32::try_from(place).unwrap() + 1, more);
            if event["kind"] != "positions" {
                event.as_object_mut().unwrap().remove("people");
            }
            event
        };
        let sent: Vec<Value> = kinds.iter().enumerate().map(number).collect();
        let reply = edge.ndjson(lines(&sent)).await;
        assert_eq!(counts(&reply.json)[1], 10, "{}", reply.text);
        let reply = edge.api.ask_as(&edge.key, "GET", &edge.uri("?after=0"), Value::Null).await;
        for (sent, line) in sent.iter().zip(reply.text.lines()) {
            let stored: Value = serde_json::from_str(line).unwrap();
            assert_eq!(aisle_contract::contract().check("StoredStoreEvent", &stored), [], "{stored}");
            for (field, value) in sent.as_object().unwrap() {
                let moment = |value: &Value| value.as_str().and_then(aisle_model::Moment::parse);
                let is_same =
                    &stored[field] == value || moment(value).is_some_and(|at| moment(&stored[field]) == Some(at));
                assert!(is_same, "{field} of {value} in {stored}");
            }
        }
        assert_eq!(reply.text.lines().count(), 10);
    })
    .await;
}

#[tokio::test]
async fn commands_are_polled_and_answered() {
    let test = open_sqlite().await;
    let edge = edge(test.database.clone()).await;
    let uri = format!("/api/store/v1/stores/{}/commands", edge.store);
    let (app, store) = (edge.api.app.clone(), edge.store);
    let change = edge.api.app.database.change(move |c| {
        let app = app.clone();
        Box::pin(async move {
            let store = aisle_database::rows::stores::find_any(c, store).await?.unwrap();
            let command = aisle_operations::commands::Command::LayoutChanged { version: 7 };
            aisle_operations::commands::issue(c, &app, &store, &command).await
        })
    });
    change.await.unwrap();
    let reply = edge.api.ask_as(&edge.key, "GET", &uri, Value::Null).await;
    let command = reply.json["commands"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&command["kind"], &command["payload"]["version"]), (&json!("layout.changed"), &json!(7)));
    let id = command["commandId"].as_str().unwrap();
    let done = json!({"outcome": "done"});
    let reply = edge.api.ask_as(&edge.key, "POST", &format!("{uri}/{id}/ack"), done.clone()).await;
    assert_eq!(reply.status, 204);
    let unknown = format!("{uri}/00000000-0000-4000-8000-000000000000/ack");
    assert_eq!(edge.api.ask_as(&edge.key, "POST", &unknown, done).await.status, 404);
}

#[tokio::test]
async fn a_request_without_a_line_is_told_where_the_store_stands_and_a_damaged_one_that_it_is() {
    on_both_databases(|database| async move {
        let edge = edge(database).await;
        let unheard = edge.ndjson("\n").await;
        assert_eq!(unheard.status, 200, "{}", unheard.text);
        let first = edge.ndjson(lines(&[event(1, &json!({}))])).await.json;
        let empty = edge.ndjson("\n\n").await;
        assert_eq!(empty.status, 200, "{}", empty.text);
        assert_eq!(counts(&empty.json), [0; 6]);
        assert_eq!(empty.json["offset"], first["offset"]);
        assert_eq!(aisle_contract::contract().check("IngestSummary", &empty.json), []);
        let bad =
            edge.ndjson(lines(&[event(2, &json!({"people": 5})), event(3, &json!({"kind": "server.tick"}))])).await;
        assert_eq!(bad.status, 422, "{}", bad.text);
        let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "gzip")];
        let damaged = edge.post(&headers, "no gzip at all").await;
        assert_eq!((damaged.status, &damaged.json["type"]), (400, &json!("E_MALFORMED_BODY")));
    })
    .await;
}

//! Bad input of every kind: a clear answer, everything that is wrong at once, and no effect.

use aisle_database::testing::{on_both_databases, open_sqlite};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::testing::{Api, Reply};

const APPLICATIONS: &str = "/api/admin/v2/applications";
const KEYS: &str = "/api/admin/v2/api-keys";

fn good() -> Value {
    json!({"description": "a", "clientIdSuffix": "a"})
}

async fn count(api: &Api) -> usize {
    api.ask("GET", APPLICATIONS, Value::Null).await.json.as_array().unwrap().len()
}

async fn post(api: &Api, body: impl Into<Body>) -> Reply {
    api.send(api.request(&api.key, "POST", APPLICATIONS).body(body.into()).unwrap()).await
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_its_place() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let deep = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
        let cases: Vec<(Vec<u8>, &str)> = vec![
            (b"{\"description\": \"a\",".to_vec(), "line 1 column"),
            (b"{\n \"description\": tru }".to_vec(), "line 2 column"),
            (b"{} {}".to_vec(), "line 1 column 4"),
            (b"{\"a\": NaN}".to_vec(), "line 1 column"),
            (b"{\"a\": Infinity}".to_vec(), "line 1 column"),
            (b"{\"a\": 1e999}".to_vec(), "out of range"),
            (b"{\"a\": \"\\ud800\"}".to_vec(), "line 1 column"),
            (b"{\"a\": \"\xff\"}".to_vec(), "not UTF-8 at line 1 column 8"),
            (b"\xff\xfe{\x00}\x00".to_vec(), "not UTF-8 at line 1 column 1"),
            (b"".to_vec(), "empty"),
            (b"  \n".to_vec(), "empty"),
            (b"description=a".to_vec(), "line 1 column"),
            (deep(64).into_bytes(), "deeper than 64 levels at line 1 column 69"),
            ("[".repeat(500_000).into_bytes(), "deeper than 64 levels"),
        ];
        for (body, place) in cases {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let reply = post(&api, body).await;
            assert_eq!((reply.status, &reply.json["type"]), (400, &json!("E_MALFORMED_BODY")), "{shown}");
            assert!(reply.json["message"].as_str().unwrap().contains(place), "{shown}: {}", reply.text);
        }
        assert_eq!(post(&api, deep(63)).await.status, 422, "as deep as allowed");
        assert_eq!(count(&api).await, 0);
    })
    .await;
}

#[tokio::test]
async fn bodies_have_a_size_and_a_type() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let of = |length: usize| {
        let body = good().to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    assert_eq!(post(&api, of(1024 * 1024 + 1)).await.status, 413);
    let announced = api.request(&api.key, "POST", APPLICATIONS).header("content-length", "99999999999");
    assert_eq!(api.send(announced.body(Body::empty()).unwrap()).await.status, 413);
    let chunks = (0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]));
    let streamed = post(&api, Body::from_stream(futures::stream::iter(chunks))).await;
    assert_eq!((streamed.status, &streamed.json["type"]), (413, &json!("E_PAYLOAD_TOO_LARGE")));
    let typed = |name: Option<&str>, encoding: Option<&str>| {
        let mut request = Request::post(APPLICATIONS).header("authorization", format!("Bearer {}", api.key));
        if let Some(name) = name {
            request = request.header("content-type", name);
        }
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        request.body(Body::from("{}")).unwrap()
    };
    for (name, encoding, status) in [
        (Some("text/plain"), None, 415),
        (Some("application/x-www-form-urlencoded"), None, 415),
        (Some(""), None, 415),
        (Some("application/jsonp"), None, 415),
        (Some("application/json"), Some("gzip"), 415),
        (None, None, 422),
        (Some("application/json; charset=latin1"), None, 422),
        (Some("Application/JSON"), Some("identity"), 422),
        (Some("application/merge-patch+json"), None, 422),
    ] {
        assert_eq!(api.send(typed(name, encoding)).await.status, status, "{name:?} {encoding:?}");
    }
    assert_eq!(post(&api, of(1024 * 1024)).await.status, 201, "as large as allowed");
    assert_eq!(count(&api).await, 1);
}

#[tokio::test]
async fn every_fault_is_told_at_once() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let body = json!({
            "clientIdSuffix": "Not A Suffix", "development": "maybe", "scopes": ["customers:read", "x", 7], "enabled": null,
        });
        let reply = post(&api, body.to_string()).await;
        assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_BODY")));
        let faults = reply.json["errors"].as_array().unwrap();
        let mut found: Vec<String> =
            faults.iter().map(|fault| format!("{} {}", fault["field"].as_str().unwrap(), fault["rule"].as_str().unwrap())).collect();
        found.sort();
        let expected = [
            "\"clientIdSuffix\" string.pattern.base",
            "\"description\" any.required",
            "\"development\" boolean.base",
            "\"enabled\" boolean.base",
            "\"scopes[1]\" any.only",
            "\"scopes[2]\" string.base",
        ];
        assert_eq!(found, expected, "{}", reply.text);
        let body = json!({"kind": "vendor", "name": "x", "scopes": ["orders:read"]});
        let reply = api.ask("POST", KEYS, body).await;
        assert_eq!(reply.json["errors"].as_array().map(Vec::len), Some(3), "{}", reply.text);
        assert_eq!(count(&api).await, 0);
    })
    .await;
}

#[tokio::test]
async fn wrong_values_are_refused_and_nothing_breaks() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let bodies = [
            json!([]),
            json!("x"),
            json!(7),
            json!(true),
            json!({"kind": "store", "name": "x", "storeId": 9_007_199_254_740_992_u64}),
            json!({"kind": "store", "name": "x", "storeId": -1}),
            json!({"kind": "store", "name": "x", "storeId": 1.5}),
            json!({"kind": "store", "name": "x", "storeId": "99999999999999999999999"}),
            json!({"kind": "store", "name": "x", "storeId": 404}),
            json!({"kind": "store", "name": {"a": []}, "storeId": [1]}),
            json!({"kind": "retailer", "name": ""}),
            json!({"kind": "retailer", "name": "a\u{0}b"}),
            json!({"kind": "retailer", "name": "x", "expiresInDays": 1e300}),
            json!({"kind": "retailer", "name": "x", "scopes": ["orders:read", "orders:read"]}),
            json!({"kind": "retailer", "name": "x".repeat(256)}),
        ];
        for body in bodies {
            let reply = api.ask("POST", KEYS, body.clone()).await;
            assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_BODY")), "{body}");
        }
        let listed = api.ask("GET", &format!("{KEYS}?unknown=1&kind=retailer"), Value::Null).await;
        assert_eq!(listed.json.as_array().unwrap().len(), 1, "only the key of the test itself");
    })
    .await;
}

#[tokio::test]
async fn wrong_paths_and_queries_are_refused() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let queries = ["storeId=9007199254740992", "storeId=x", "kind=none", "storeId=0", "kind=%FF", "storeId=%00"];
        for query in queries {
            let reply = api.ask("GET", &format!("{KEYS}?{query}"), Value::Null).await;
            assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_QUERY")), "{query}");
        }
        for id in ["x", "9007199254740993", "1.5", "%20", "99999999999999999999", "%00", "%FF"] {
            let reply = api.ask("GET", &format!("{APPLICATIONS}/{id}"), Value::Null).await;
            assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_PATH")), "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_of_two_equal_keys_counts_and_unknown_ones_do_not() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let body = r#"{"description":"first","description":"last","clientIdSuffix":"a","unknown":{"x":1}}"#;
    let reply = post(&api, body).await;
    assert_eq!((reply.status, &reply.json["description"]), (201, &json!("last")));
}

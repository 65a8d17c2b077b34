//! Every row of the contract's table of answers to a notice.

use crate::script::{Act, Server, answer, hurried, kind, local_client, notice, write};
use aisle_partners::FailureKind::{self, Http4xx, Http5xx, Redirect, Reset, Timeout};
use aisle_partners::{Attempt, header_is_reserved};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

async fn deliver(script: Vec<Act>) -> Attempt {
    let server = Server::start(vec![script]).await;
    local_client().call(notice(&server.url())).await
}

#[tokio::test]
async fn the_status_decides() {
    let rows: &[(&str, Option<FailureKind>)] = &[
        ("200 OK", None),
        ("201 Created", None),
        ("204 No Content", None),
        ("299 Odd", None),
        ("300 Multiple Choices", Some(Redirect)),
        ("301 Moved Permanently", Some(Redirect)),
        ("304 Not Modified", Some(Redirect)),
        ("307 Temporary Redirect", Some(Redirect)),
        ("400 Bad Request", Some(Http4xx)),
        ("404 Not Found", Some(Http4xx)),
        ("410 Gone", Some(Http4xx)),
        ("429 Too Many Requests", Some(Http4xx)),
        ("500 Internal Server Error", Some(Http5xx)),
        ("503 Service Unavailable", Some(Http5xx)),
        ("599 Odd", Some(Http5xx)),
        ("700 Odd", Some(Http5xx)),
    ];
    for (line, expected) in rows {
        let attempt = deliver(vec![Act::Read, answer(line, "", "")]).await;
        assert_eq!(kind(&attempt), *expected, "{line}");
        assert_eq!(attempt.status, line[..3].parse().ok(), "{line}");
        assert_eq!(attempt.address, "127.0.0.1".parse().ok());
        assert!(attempt.connect_ms.is_some());
    }
}

#[tokio::test]
async fn a_redirect_is_logged_and_not_followed() {
    let mut elsewhere = Server::start(vec![vec![Act::Read, answer("200 OK", "", "")]]).await;
    let location = format!("location: {}\r\n", elsewhere.url());
    let attempt = deliver(vec![Act::Read, answer("302 Found", &location, "gone")]).await;
    assert_eq!(kind(&attempt), Some(Redirect));
    let failure = attempt.failure.unwrap();
    assert!(failure.detail.contains(&elsewhere.url()), "{}", failure.detail);
    assert_eq!(attempt.excerpt, "gone");
    assert!(elsewhere.no_more_requests());
}

#[tokio::test]
async fn retry_after_is_kept_for_429_and_503_only() {
    for (line, expected) in
        [("429 Slow", Some(90)), ("503 Later", Some(90)), ("500 Broken", None), ("404 Missing", None), ("200 OK", None)]
    {
        let attempt = deliver(vec![Act::Read, answer(line, "retry-after: 90\r\n", "")]).await;
        assert_eq!(attempt.retry_after, expected.map(Duration::from_secs), "{line}");
    }
}

#[tokio::test]
async fn a_body_costs_a_notice_nothing() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let block = format!("400\r\n{}\r\n", "x".repeat(1024));
    let rows = [
        ("endless", write(head), Act::Repeat(block, 0), "x".repeat(2048)),
        ("trickling", write(&format!("{head}1\r\ny\r\n")), Act::Hang, "y".to_owned()),
        ("silent", write(head), Act::Hang, String::new()),
        ("cut short", write(&format!("{head}1\r\nz\r\n")), Act::Reset, "z".to_owned()),
        ("malformed", write(head), write("not a chunk\r\n"), String::new()),
        ("compressed", answer("200 OK", "content-encoding: gzip\r\n", "%"), Act::Hang, "%".into()),
    ];
    for (name, start, rest, excerpt) in rows {
        let mut server = Server::start(vec![vec![Act::Read, start, rest]]).await;
        let client = local_client();
        let attempt = client.call(notice(&server.url())).await;
        assert_eq!(kind(&attempt), None, "{name}");
        // A reset may overtake what was sent before it.
        assert!(excerpt.starts_with(&attempt.excerpt), "{name}: {}", attempt.excerpt);
        if name != "cut short" {
            assert_eq!(attempt.excerpt, excerpt, "{name}");
        }
        assert!(attempt.total_ms < 10_000, "{name}: {} ms", attempt.total_ms);
        if name == "compressed" {
            drop(client);
        }
        server.connection_end().await;
    }
}

#[tokio::test]
async fn what_is_no_answer_in_time_or_at_all_is_a_failure() {
    let rows = [
        ("no status", vec![Act::Read, Act::Hang], Timeout),
        ("half a head", vec![Act::Read, write("HTTP/1.1 200 OK\r\nx: "), Act::Hang], Timeout),
        ("slow head", vec![Act::Read, write("HTTP/1.1 200 OK\r\n"), Act::Repeat("x: y\r\n".into(), 50)], Timeout),
        ("only 102", vec![Act::Read, write("HTTP/1.1 102 Processing\r\n\r\n"), Act::Hang], Timeout),
        ("closed", vec![Act::Read], Reset),
        ("reset", vec![Act::Read, Act::Reset], Reset),
        ("reset in the head", vec![Act::Read, write("HTTP/1.1 20"), Act::Reset], Reset),
        ("not HTTP", vec![Act::Read, write("hello there\r\n\r\n")], Reset),
        (
            "endless head",
            vec![Act::Read, write("HTTP/1.1 200 OK\r\n"), Act::Repeat(format!("x: {}\r\n", "y".repeat(4000)), 0)],
            Reset,
        ),
    ];
    for (name, script, expected) in rows {
        let server = Server::start(vec![script]).await;
        let call = notice(&server.url());
        let call = if expected == Timeout { hurried(call) } else { call };
        let attempt = local_client().call(call).await;
        assert_eq!(kind(&attempt), Some(expected), "{name}: {:?}", attempt.failure);
        assert_eq!(attempt.status, None, "{name}");
        assert!(attempt.total_ms < 10_000, "{name}: {} ms", attempt.total_ms);
    }
}

#[tokio::test]
async fn an_early_status_before_the_final_one_is_passed_over() {
    let early = write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
    let attempt = deliver(vec![Act::Read, early, answer("204 No Content", "", "")]).await;
    assert_eq!((attempt.status, kind(&attempt)), (Some(204), None));
}

#[tokio::test]
async fn the_request_is_exactly_as_promised() {
    let mut server = Server::start(vec![vec![Act::Read, answer("200 OK", "", "")]]).await;
    let path = "/A/../b//%2f%2F;x='~'?k=%41&Q=[]{}|&u=http://x/?";
    let mut call = notice(&format!("HTTP://{}{path}", server.address));
    call.headers = [
        ("webhook-id", "msg_1"),
        ("x-own", "kept"),
        ("host", "elsewhere"),
        ("cookie", "a=b"),
        ("content-length", "99"),
        ("content-type", "text/plain"),
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
        ("proxy-authorization", "x"),
        ("user-agent", "curl"),
    ]
    .into_iter()
    .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
    .collect::<HeaderMap>();
    assert_eq!(kind(&local_client().call(call).await), None);
    let request = server.request().await;
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    assert_eq!(line, format!("POST {path} HTTP/1.1"));
    let mut headers: Vec<&str> = headers.split("\r\n").collect();
    headers.sort_unstable();
    let host = format!("host: {}", server.address);
    assert_eq!(
        headers,
        [
            "accept-encoding: identity",
            "accept: application/json",
            "content-length: 7",
            "content-type: application/json",
            &host,
            "user-agent: Aisle-Webhooks/2",
            "webhook-id: msg_1",
            "x-own: kept",
        ]
    );
    assert_eq!(body, r#"{"a":1}"#);
}

#[tokio::test]
async fn an_address_without_a_path_is_called_at_the_root() {
    for (end, line) in [("", "POST / HTTP/1.1"), ("?k=1", "POST /?k=1 HTTP/1.1")] {
        let mut server = Server::start(vec![vec![Act::Read, answer("200 OK", "", "")]]).await;
        local_client().call(notice(&format!("http://{}{end}", server.address))).await;
        assert!(server.request().await.starts_with(line), "{end}");
    }
}

#[test]
fn headers_that_a_setting_must_not_send_are_known() {
    let check = |name: &'static str, reserved: bool| {
        assert_eq!(header_is_reserved(&HeaderName::from_static(name)), reserved, "{name}");
    };
    for name in [
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "webhook-else",
        "authorization",
        "host",
        "cookie",
        "content-type",
        "content-length",
        "content-anything",
        "connection",
        "transfer-encoding",
        "upgrade",
        "te",
        "trailer",
        "expect",
        "keep-alive",
        "accept",
        "proxy-authorization",
        "proxy-connection",
        "accept-encoding",
        "user-agent",
    ] {
        check(name, true);
    }
    for name in ["x-api-key", "x-webhook-id", "accept-language", "hostess", "cookies"] {
        check(name, false);
    }
}

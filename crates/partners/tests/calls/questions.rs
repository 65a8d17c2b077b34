//! What of an answer a question gets.

use crate::script::{Act, Server, answer, hurried, kind, local_client, question, write};
use aisle_partners::FailureKind::{self, AnswerTooLarge, Reset, Timeout};
use aisle_partners::{Attempt, EntryAnswer, EntryRole, KnownCode};

const MIB: usize = 1024 * 1024;

async fn ask(script: Vec<Act>) -> Attempt {
    let server = Server::start(vec![script]).await;
    local_client().call(question(&server.url())).await
}

#[tokio::test]
async fn the_whole_answer_is_read_up_to_the_limit() {
    for length in [0, 1, 2048, 2049, 100_000, MIB] {
        let body = "x".repeat(length);
        let attempt = ask(vec![Act::Read, answer("201 Created", "", &body), Act::Hang]).await;
        assert_eq!((attempt.status, kind(&attempt)), (Some(201), None), "{length}");
        assert_eq!(attempt.body.len(), length);
        assert_eq!(attempt.excerpt.len(), length.min(2048));
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_compressed_is_none() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let block = format!("10000\r\n{}\r\n", "x".repeat(65536));
    let identity = answer("200 OK", "content-encoding: Identity\r\n", "{}");
    let rows: Vec<(&str, Vec<Act>, Option<FailureKind>)> = vec![
        ("one byte too many", vec![answer("200 OK", "", &"x".repeat(MIB + 1))], Some(AnswerTooLarge)),
        ("endless", vec![write(chunked), Act::Repeat(block, 0)], Some(AnswerTooLarge)),
        ("gzip", vec![answer("200 OK", "content-encoding: gzip\r\n", "{}")], Some(AnswerTooLarge)),
        (
            "br after identity",
            vec![answer("200 OK", "content-encoding: identity\r\ncontent-encoding: br\r\n", "{}")],
            Some(AnswerTooLarge),
        ),
        ("identity", vec![identity], None),
    ];
    for (name, mut script, expected) in rows {
        script.insert(0, Act::Read);
        let attempt = ask(script).await;
        assert_eq!((attempt.status, kind(&attempt)), (Some(200), expected), "{name}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_end_in_time_or_at_all_fails_the_question() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{";
    for (name, rest, expected) in [
        ("trickling", Act::Repeat(" ".to_owned(), 20), Timeout),
        ("hanging", Act::Hang, Timeout),
        ("closed", write(" "), Reset),
        ("reset", Act::Reset, Reset),
    ] {
        let server = Server::start(vec![vec![Act::Read, write(head), rest]]).await;
        let call = question(&server.url());
        let call = if expected == Timeout { hurried(call) } else { call };
        let attempt = local_client().call(call).await;
        assert_eq!(kind(&attempt), Some(expected), "{name}");
        assert!(attempt.total_ms < 10_000, "{name}: {} ms", attempt.total_ms);
    }
}

#[tokio::test]
async fn the_door_is_decided_by_what_came_over_the_wire() {
    let known = KnownCode::Yes(EntryRole::Customer);
    let staff = KnownCode::Yes(EntryRole::Staff);
    let accepted = EntryAnswer::Accepted { customer_id: None, session_id: None };
    let refused = EntryAnswer::Refused { reason: Some("No card".to_owned()) };
    let silence = |why| EntryAnswer::NoAnswer { why };
    let zipped = answer("200 OK", "content-encoding: gzip\r\n", "{}");
    for (act, code, expected) in [
        (answer("200 OK", "", r#"{"status":"OK"}"#), known, accepted.clone()),
        (answer("204 No Content", "", ""), known, accepted.clone()),
        (answer("200 OK", "", "hello"), staff, accepted),
        (answer("200 OK", "", "hello"), known, silence(FailureKind::AnswerNotJson)),
        (answer("402 Pay", "", r#"{"reason":"No card"}"#), known, refused),
        (answer("302 Found", "location: /x\r\n", ""), known, silence(FailureKind::Redirect)),
        (answer("410 Gone", "", ""), staff, silence(FailureKind::Http4xx)),
        (answer("500 Broken", "", ""), staff, silence(FailureKind::Http5xx)),
        (zipped, staff, silence(FailureKind::AnswerTooLarge)),
        (Act::Reset, staff, silence(FailureKind::Reset)),
        (Act::Hang, staff, silence(FailureKind::Timeout)),
    ] {
        let name = format!("{act:?}");
        let server = Server::start(vec![vec![Act::Read, act]]).await;
        let call = question(&server.url());
        let is_silent = expected == silence(FailureKind::Timeout);
        let call = if is_silent { hurried(call) } else { call };
        let attempt = local_client().call(call).await;
        assert_eq!(EntryAnswer::of_attempt(&attempt, code), expected, "{name}");
    }
}

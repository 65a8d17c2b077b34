//! Reading an answer: as much of the body as the rule wants, and what the status means.

use super::{AnswerRule, Call, Failure, FailureKind};
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode, response};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout_at};

pub(super) const MAX_EXCERPT_BYTES: usize = 2 * 1024;
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
const MAX_RETRY_AFTER: Duration = Duration::from_hours(12);
/// A notice is delivered once its status is read, and the next of its session waits for this call
/// to return; so the log does not get all of a long deadline to fetch a body.
const EXCERPT_PATIENCE: Duration = Duration::from_secs(1);

/// What was read of a body, and how that ended.
pub(super) struct Reading {
    pub bytes: Bytes,
    pub end: End,
}

pub(super) enum End {
    Complete,
    TooLong,
    OutOfTime,
    Broken(hyper::Error),
}

/// Reads the body as far as the rule wants it, and decides. `Reading.end` says whether the
/// connection can be used again.
pub(super) async fn read_answer(
    head: &response::Parts,
    body: Incoming,
    call: &Call,
    deadline: Instant,
) -> (Reading, Option<Failure>) {
    let failure = judge_status(head);
    if failure.is_none() && call.answer == AnswerRule::Question {
        if is_compressed(&head.headers) {
            let reading = Reading { bytes: Bytes::new(), end: End::TooLong };
            let detail = "compressed, although identity was asked for";
            return (reading, Some(Failure::new(FailureKind::AnswerTooLarge, detail)));
        }
        let reading = read_body(body, MAX_ANSWER_BYTES, deadline).await;
        let failure = judge_end(&reading.end);
        return (reading, failure);
    }
    let until = deadline.min(Instant::now() + EXCERPT_PATIENCE);
    (read_body(body, MAX_EXCERPT_BYTES, until).await, failure)
}

async fn read_body(mut body: Incoming, limit: usize, until: Instant) -> Reading {
    let mut bytes = BytesMut::new();
    let end = loop {
        if body.is_end_stream() {
            break End::Complete;
        }
        let frame = match timeout_at(until, body.frame()).await {
            Err(_) => break End::OutOfTime,
            Ok(None) => break End::Complete,
            Ok(Some(Err(error))) => break End::Broken(error),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let room = limit - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            break End::TooLong;
        }
    };
    Reading { bytes: bytes.freeze(), end }
}

fn judge_end(end: &End) -> Option<Failure> {
    match end {
        End::Complete => None,
        End::TooLong => Some(Failure::new(FailureKind::AnswerTooLarge, "the answer is over 1 MiB")),
        End::OutOfTime => Some(Failure::new(FailureKind::Timeout, "no time left while reading the answer")),
        End::Broken(error) => Some(broken(error)),
    }
}

fn judge_status(head: &response::Parts) -> Option<Failure> {
    let status = head.status;
    let kind = match status.as_u16() {
        200..=299 => return None,
        300..=399 => FailureKind::Redirect,
        400..=499 => FailureKind::Http4xx,
        // One that is no answer to a request; the connection is of no use after it.
        100..=199 => FailureKind::Reset,
        _ => FailureKind::Http5xx,
    };
    let detail = match head.headers.get(LOCATION) {
        Some(location) if kind == FailureKind::Redirect => {
            format!("{status} to {}", excerpt(location.as_bytes()))
        }
        _ => status.to_string(),
    };
    Some(Failure::new(kind, detail))
}

/// A connection that broke, or on which no HTTP came.
pub(super) fn broken(error: &hyper::Error) -> Failure {
    let mut detail = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        detail = format!("{detail}: {source}");
    }
    Failure::new(FailureKind::Reset, detail)
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// The beginning of some bytes as text for the log. NUL is replaced because a database may not
/// take it in text.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let beginning = &bytes[..bytes.len().min(MAX_EXCERPT_BYTES)];
    String::from_utf8_lossy(beginning).replace('\0', "\u{fffd}")
}

/// How long to wait, in the words of a 429 or 503.
pub(super) fn retry_after(head: &response::Parts, now: SystemTime) -> Option<Duration> {
    if ![StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&head.status) {
        return None;
    }
    let text = head.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit ask for more than the cap.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let moment = httpdate::parse_http_date(text).ok()?;
        moment.duration_since(now).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;

    #[test]
    fn retry_after_is_read_in_seconds_and_dates_and_capped() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let check = |status: u16, text: &str, expected: Option<u64>| {
            let response = Response::builder().status(status).header(RETRY_AFTER, text);
            let (head, ()) = response.body(()).unwrap().into_parts();
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&head, now), expected, "{status} {text}");
        };
        check(429, "120", Some(120));
        check(503, " 0 ", Some(0));
        check(503, "43201", Some(43_200));
        check(429, "99999999999999999999999", Some(43_200));
        check(429, "Sun, 06 Nov 1994 08:49:37 GMT", Some(0));
        check(429, "Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        check(429, "Sun, 06 Nov 1994 08:48:37 GMT", Some(0));
        check(429, "Sat, 06 Nov 2094 08:48:37 GMT", Some(43_200));
        check(429, "", None);
        check(429, "-1", None);
        check(429, "1.5", None);
        check(429, "soon", None);
        check(500, "120", None);
        check(404, "120", None);
    }

    #[test]
    fn an_excerpt_is_text_whatever_the_bytes() {
        assert_eq!(excerpt(b"a\0b\xffc"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(excerpt(&[b'a'; 3000]).len(), MAX_EXCERPT_BYTES);
    }
}

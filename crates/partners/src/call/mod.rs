//! One HTTP call to an outsider, and what became of it.
//!
//! What it promises: a call ends by its deadline; it goes only to addresses the egress policy lets
//! pass; a status that was read counts, whatever happens to the body of a notice after it; and a
//! kept connection that turns out to be dead costs nothing but the time to open another.
//!
//! What it does not do: sign, repeat a failed delivery, follow redirects, obey proxy variables.

mod answer;
mod client;
mod connection;
mod pool;
mod request;

pub use client::GuardedClient;
pub use request::header_is_reserved;

use bytes::Bytes;
use http::HeaderMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

/// A call to make. Method and the headers that are the same for all calls are the client's.
#[derive(Debug, Clone)]
pub struct Call {
    /// The called address, byte for byte.
    pub url: String,
    /// The signature, the token, and the setting's own. What [`header_is_reserved`] forbids for
    /// transport is left out or overwritten.
    pub headers: HeaderMap,
    /// The bytes that were signed.
    pub body: Bytes,
    /// For resolving, connecting and TLS together; more than two seconds counts as two.
    pub connect_timeout: Duration,
    /// For everything.
    pub total_timeout: Duration,
    pub answer: AnswerRule,
    /// The wall clock as the call is made, to read a `Retry-After` that is a date.
    pub sent_at: SystemTime,
}

/// How much of the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerRule {
    /// The status decides; of the body up to 2 KiB are read for the log, while time is left and
    /// for a second at most. What is longer or slower is cut off with the connection.
    Notice,
    /// A 2xx needs its whole body within the deadline, at most 1 MiB and not compressed. If no
    /// connection could be made, or it broke before the request was written, the call is made once
    /// more within the same deadline.
    Question,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The status, if one was read, also of a failure.
    pub status: Option<u16>,
    /// `None` means delivered; for a question also that `body` is the whole answer.
    pub failure: Option<Failure>,
    /// The first 2 KiB of the answer, for the log, without NUL characters.
    pub excerpt: String,
    /// The whole answer of a question with a 2xx; otherwise at most its first 2 KiB.
    pub body: Bytes,
    /// The address called, or tried last.
    pub address: Option<IpAddr>,
    /// Milliseconds to resolve, connect and greet; `None` if a kept connection was used or none
    /// could be made.
    pub connect_ms: Option<u64>,
    /// Milliseconds from the start to the decision. Reading the rest of a notice counts.
    pub total_ms: u64,
    /// How long to wait, as a 429 or 503 asked; at most twelve hours.
    pub retry_after: Option<Duration>,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", kind.as_str())]
pub struct Failure {
    pub kind: FailureKind,
    /// For the log; the location of a redirect is here.
    pub detail: String,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

/// The kinds of failure, as the contract lists them for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    Dns,
    Connect,
    Tls,
    TargetRefused,
    Timeout,
    Reset,
    Redirect,
    Http4xx,
    Http5xx,
    /// Over 1 MiB, or compressed.
    AnswerTooLarge,
    AnswerNotJson,
    AnswerNotUnderstood,
}

impl FailureKind {
    /// The name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::TargetRefused => "target_refused",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::Redirect => "redirect",
            Self::Http4xx => "http_4xx",
            Self::Http5xx => "http_5xx",
            Self::AnswerTooLarge => "answer_too_large",
            Self::AnswerNotJson => "answer_not_json",
            Self::AnswerNotUnderstood => "answer_not_understood",
        }
    }
}

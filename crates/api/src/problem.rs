//! How a request can fail, and the one place that turns each way into status and body.

use aisle_contract::Fault;
use aisle_operations::{Failure, FieldFault, Refusal};
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::answer::Answer;

/// The part of a request that is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    Headers,
    Query,
    Body,
}

/// Why a request is refused. The list of `type`s is closed; it is the contract's.
#[derive(Debug)]
pub(crate) enum Problem {
    /// 400: the message says where it broke.
    MalformedBody(String),
    /// 401.
    Unauthorized,
    /// 401: whatever was wrong about a log-in of the app.
    LoginFailed,
    /// 403.
    Forbidden(String),
    /// 404, with the whole sentence.
    NotFound(String),
    /// 405 and the methods there are.
    MethodNotAllowed(String),
    /// 409.
    Conflict(String),
    /// 409: the key was used with another request.
    IdempotencyMismatch,
    /// 413 and the limit in bytes.
    TooLarge(usize),
    /// 415 and what would be supported.
    UnsupportedMediaType(String),
    /// 422 and every fault of one part.
    Faults(Part, Vec<Fault>),
    /// Too many requests or tries, under the status that the operator chose.
    RateLimited { seconds: u32, status: StatusCode },
    /// 503: storage is away or something is full. The reason is for the log.
    Unavailable(String),
    /// 503: what was asked for may still happen. The reason is for the log.
    Late(String),
    /// 500. The reason is for the log.
    Internal(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
    request_id: &'a str,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Busy(reason) => Self::Unavailable(reason),
            Failure::Late(reason) => Self::Late(reason),
            Failure::Broken(reason) => Self::Internal(reason),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(thing) => Self::not_found(thing),
            Refusal::Conflict(message) => Self::Conflict(message),
            Refusal::Invalid(faults) => Self::Faults(Part::Body, faults.iter().map(fault).collect()),
            Refusal::Forbidden(message) => Self::Forbidden(message),
            Refusal::TooOften { seconds } => Self::RateLimited { seconds, status: StatusCode::SERVICE_UNAVAILABLE },
        }
    }
}

fn fault(fault: &FieldFault) -> Fault {
    Fault::new(&fault.field, fault.rule, &fault.text)
}

impl Problem {
    /// 404 for a thing: `Store` gives `Store was not found`.
    pub(crate) fn not_found(thing: &str) -> Self {
        Self::NotFound(format!("{thing} was not found"))
    }

    /// 422 for one field of the query.
    pub(crate) fn query(field: &str) -> Self {
        Self::Faults(Part::Query, vec![Fault::invalid(field)])
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::MalformedBody(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::LoginFailed => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::IdempotencyMismatch => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Faults(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited { status, .. } => *status,
            Self::Unavailable(_) | Self::Late(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::MalformedBody(_) => "E_MALFORMED_BODY",
            Self::Unauthorized => "E_UNAUTHORIZED",
            Self::LoginFailed => "E_CUSTOMER_LOGIN_FAIL",
            Self::Forbidden(_) => "E_FORBIDDEN",
            Self::NotFound(_) => "E_NOT_FOUND",
            Self::MethodNotAllowed(_) => "E_METHOD_NOT_ALLOWED",
            Self::Conflict(_) => "E_CONFLICT",
            Self::IdempotencyMismatch => "E_IDEMPOTENCY_MISMATCH",
            Self::TooLarge(_) => "E_PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType(_) => "E_UNSUPPORTED_MEDIA_TYPE",
            Self::Faults(Part::Path, _) => "E_INVALID_PATH",
            Self::Faults(Part::Headers, _) => "E_INVALID_HEADER",
            Self::Faults(Part::Query, _) => "E_INVALID_QUERY",
            Self::Faults(Part::Body, _) => "E_INVALID_BODY",
            Self::RateLimited { .. } => "E_RATE_LIMITED",
            Self::Unavailable(_) | Self::Late(_) => "E_UNAVAILABLE",
            Self::Internal(_) => "E_INTERNAL",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::MalformedBody(message)
            | Self::Forbidden(message)
            | Self::NotFound(message)
            | Self::Conflict(message) => message.clone(),
            Self::Unauthorized => "A valid token is required: Authorization: Bearer <token>".to_owned(),
            Self::LoginFailed => "Login failed".to_owned(),
            Self::MethodNotAllowed(allowed) => format!("This path takes {allowed}"),
            Self::IdempotencyMismatch => "This Idempotency-Key was used with another request".to_owned(),
            Self::TooLarge(limit) => format!("The body is over the limit of {limit} bytes"),
            Self::UnsupportedMediaType(supported) => format!("The body must be {supported}"),
            Self::Faults(Part::Path, _) => "Invalid request path".to_owned(),
            Self::Faults(Part::Headers, _) => "Invalid request headers".to_owned(),
            Self::Faults(Part::Query, _) => "Invalid request query".to_owned(),
            Self::Faults(Part::Body, _) => "Invalid request body".to_owned(),
            Self::RateLimited { .. } => "Too many requests".to_owned(),
            Self::Unavailable(_) => "The server cannot do this now; nothing was half done".to_owned(),
            Self::Late(_) => {
                "The answer did not come in time; what was asked for happens as a whole or not at all".to_owned()
            }
            Self::Internal(_) => "Something is wrong with the server".to_owned(),
        }
    }

    /// The answer. What is ours to fix is logged here, and nowhere else.
    pub(crate) fn into_answer(self, request_id: &str) -> Answer {
        match &self {
            Self::Internal(reason) => tracing::error!(request_id, reason, "a request broke"),
            Self::Unavailable(reason) | Self::Late(reason) => {
                tracing::warn!(request_id, reason, "a request was turned away");
            }
            _ => {}
        }
        let errors = if let Self::Faults(_, faults) = &self { faults.as_slice() } else { &[] };
        let message = self.message();
        let body = ErrorBody { message: &message, kind: self.kind(), errors, request_id };
        let answer = Answer::json(self.status(), &body);
        match &self {
            Self::Unauthorized | Self::LoginFailed => {
                answer.header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            Self::MethodNotAllowed(allowed) => answer.header(ALLOW, allowed.parse().expect("methods are header text")),
            Self::RateLimited { seconds, .. } => answer.header(RETRY_AFTER, HeaderValue::from(*seconds)),
            Self::Unavailable(_) | Self::Late(_) => answer.header(RETRY_AFTER, HeaderValue::from(1)),
            _ => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_503_says_when_to_come_back_and_nothing_that_may_be_wrong() {
        for (problem, seconds, message) in [
            (Problem::RateLimited { seconds: 61, status: StatusCode::SERVICE_UNAVAILABLE }, "61", "Too many requests"),
            (Failure::Busy(String::new()).into(), "1", "The server cannot do this now; nothing was half done"),
            (
                Failure::Late(String::new()).into(),
                "1",
                "The answer did not come in time; what was asked for happens as a whole or not at all",
            ),
        ] {
            let response = problem.into_answer("id").into_response(false);
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[RETRY_AFTER], seconds);
            let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["message"], message);
        }
    }
}

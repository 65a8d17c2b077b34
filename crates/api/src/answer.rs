//! What a handler gives back.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

/// Status, headers and body of a success (or of a problem that was rendered).
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Content,
}

#[derive(Debug)]
enum Content {
    None,
    Whole { content_type: HeaderValue, bytes: Bytes },
    Streamed { content_type: HeaderValue, body: Body },
    Ready(Response),
}

/// An answer as it is kept for replay.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    content_type: Option<String>,
    body: Vec<u8>,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Answer {
    /// A JSON body with any status.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).expect("faces hold nothing that JSON cannot say");
        Self::bytes(status, JSON, bytes)
    }

    /// 200.
    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 201.
    pub(crate) fn created(body: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    /// 204.
    pub(crate) fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// A status alone (304).
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Content::None }
    }

    /// A body of any type.
    pub(crate) fn bytes(status: StatusCode, content_type: HeaderValue, bytes: impl Into<Bytes>) -> Self {
        let body = Content::Whole { content_type, bytes: bytes.into() };
        Self { status, headers: Vec::new(), body }
    }

    /// A body that is made while it is sent. It cannot be kept for replay.
    #[allow(dead_code, reason = "for lists without an end and live streams")]
    pub(crate) fn streamed(status: StatusCode, content_type: HeaderValue, body: Body) -> Self {
        Self { status, headers: Vec::new(), body: Content::Streamed { content_type, body } }
    }

    /// A finished response, as of a WebSocket upgrade.
    #[allow(dead_code, reason = "for upgrades")]
    pub(crate) fn ready(response: Response) -> Self {
        Self { status: response.status(), headers: Vec::new(), body: Content::Ready(response) }
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer for keeping; `None` for what cannot be kept.
    pub(crate) fn keep(&self) -> Option<KeptAnswer> {
        let (content_type, body) = match &self.body {
            Content::None => (None, Vec::new()),
            Content::Whole { content_type, bytes } => (Some(text(content_type)), bytes.to_vec()),
            Content::Streamed { .. } | Content::Ready(_) => return None,
        };
        let headers = self.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        Some(KeptAnswer { status: self.status.as_u16(), headers: headers.collect(), content_type, body })
    }

    /// The kept answer again; `None` when it is damaged.
    pub(crate) fn again(kept: KeptAnswer) -> Option<Self> {
        let status = StatusCode::from_u16(kept.status).ok()?;
        let body = match kept.content_type {
            Some(content_type) => Content::Whole { content_type: content_type.parse().ok()?, bytes: kept.body.into() },
            None => Content::None,
        };
        let mut headers = Vec::new();
        for (name, value) in kept.headers {
            headers.push((name.parse().ok()?, value.parse().ok()?));
        }
        Some(Self { status, headers, body })
    }

    /// The response for the wire. An answer to `HEAD` has the headers of one to `GET` and no body.
    pub(crate) fn into_response(self, to_head: bool) -> Response {
        let mut response = match self.body {
            Content::None => Response::new(Body::empty()),
            Content::Whole { content_type, bytes } => {
                let length = HeaderValue::from(bytes.len());
                let mut response = Response::new(if to_head { Body::empty() } else { Body::from(bytes) });
                response.headers_mut().insert(CONTENT_TYPE, content_type);
                response.headers_mut().insert(CONTENT_LENGTH, length);
                response
            }
            Content::Streamed { content_type, body } => {
                let mut response = Response::new(if to_head { Body::empty() } else { body });
                response.headers_mut().insert(CONTENT_TYPE, content_type);
                response
            }
            Content::Ready(response) => response,
        };
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

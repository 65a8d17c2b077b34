//! One server, one token: the calls below everything else here.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::frames::FieldFault;

/// Nothing these clients ask for is larger; a list is asked for page by page.
const MOST_ANSWER_BYTES: usize = 64 * 1024 * 1024;
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Why a server's address or a token cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// Not `http://…` or `https://…`.
    #[error("`{0}` is no http or https address")]
    NoHttpAddress(String),
    /// The token has a character that no header may have.
    #[error("the token has a character that cannot be sent")]
    Token,
}

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFault {
    /// No answer came: refused, broken off, too slow. The call may have been carried out.
    #[error("no answer from {address}: {reason}")]
    Unreachable {
        /// Method and address.
        address: String,
        /// In words.
        reason: String,
    },
    /// The server said no.
    #[error("{address} answered {status}: {text}")]
    Refused {
        /// Method and address.
        address: String,
        /// HTTP status.
        status: u16,
        /// `type` of the error body (`E_NOT_FOUND` …), empty when there is none.
        kind: String,
        /// The message and every fault, in words.
        text: String,
    },
    /// The answer is not what the contract says.
    #[error("{address} answered something else than expected: {reason}")]
    Unreadable {
        /// Method and address.
        address: String,
        /// In words.
        reason: String,
    },
}

impl CallFault {
    /// The status, when there was an answer that says no.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Unreachable { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// Whether the same call may succeed later.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 429 || *status == 408,
            Self::Unreadable { .. } => false,
        }
    }
}

/// The error body of every surface.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    pub(crate) message: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) errors: Vec<FieldFault>,
}

/// What is said in one call, besides method and path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) body: Option<(HeaderValue, Bytes)>,
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) idempotency_key: Option<HeaderValue>,
}

impl Content {
    pub(crate) fn json(body: &Value) -> Self {
        let kind = HeaderValue::from_static("application/json");
        Self { body: Some((kind, Bytes::from(body.to_string()))), ..Self::default() }
    }
}

/// A server and the token for it. Clones share the kept connections.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    base: String,
    authorization: HeaderValue,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Endpoint {
    pub(crate) fn new(base_url: &str, token: &str) -> Result<Self, AddressFault> {
        let no_address = || AddressFault::NoHttpAddress(base_url.to_owned());
        let url = Url::parse(base_url).map_err(|_| no_address())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.query().is_some() {
            return Err(no_address());
        }
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| AddressFault::Token)?;
        authorization.set_sensitive(true);
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            authorization,
            client: Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector()),
        })
    }

    /// The name of a call in errors.
    pub(crate) fn name(&self, method: &Method, path: &str) -> String {
        format!("{method} {}{path}", self.base)
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn begin(
        &self,
        method: &Method,
        path: &str,
        content: Content,
        patience: Duration,
    ) -> Result<Response<Incoming>, CallFault> {
        let request = self.request(method, path, content)?;
        let unreachable = |reason: String| CallFault::Unreachable { address: self.name(method, path), reason };
        match tokio::time::timeout(patience, self.client.request(request)).await {
            Err(_) => Err(unreachable(format!("nothing within {patience:?}"))),
            Ok(Err(error)) => Err(unreachable(in_words(&error))),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// One whole call. A success without a body is `null`.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        content: Content,
        patience: Duration,
    ) -> Result<Value, CallFault> {
        let response = self.begin(&method, path, content, patience).await?;
        let status = response.status();
        let body = self.body(&method, path, response, patience).await?;
        if !status.is_success() {
            return Err(self.refused(&method, path, status.as_u16(), &body));
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|error| self.unreadable(&method, path, &error))
    }

    pub(crate) async fn body(
        &self,
        method: &Method,
        path: &str,
        response: Response<Incoming>,
        patience: Duration,
    ) -> Result<Bytes, CallFault> {
        let unreachable = |reason: String| CallFault::Unreachable { address: self.name(method, path), reason };
        let body = Limited::new(response.into_body(), MOST_ANSWER_BYTES);
        match tokio::time::timeout(patience, body.collect()).await {
            Err(_) => Err(unreachable(format!("no end within {patience:?}"))),
            Ok(Err(error)) => Err(unreachable(in_words(&*error))),
            Ok(Ok(body)) => Ok(body.to_bytes()),
        }
    }

    pub(crate) fn refused(&self, method: &Method, path: &str, status: u16, body: &[u8]) -> CallFault {
        let told: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
        let mut text = told.message;
        for fault in told.errors {
            text = format!("{text}; {} {}", fault.field, fault.error);
        }
        CallFault::Refused { address: self.name(method, path), status, kind: told.kind, text }
    }

    pub(crate) fn unreadable(&self, method: &Method, path: &str, error: &serde_json::Error) -> CallFault {
        CallFault::Unreadable { address: self.name(method, path), reason: error.to_string() }
    }

    fn request(&self, method: &Method, path: &str, content: Content) -> Result<Request<Full<Bytes>>, CallFault> {
        let (kind, body) = content.body.unzip();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .body(Full::new(body.unwrap_or_default()))
            .map_err(|error| CallFault::Unreachable { address: self.name(method, path), reason: error.to_string() })?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        let optional = [(CONTENT_TYPE, kind), (ACCEPT, content.accept), (IDEMPOTENCY_KEY, content.idempotency_key)];
        for (name, value) in optional {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        Ok(request)
    }
}

/// `Retry-After` in seconds, as the API writes it.
pub(crate) fn retry_after(response: &Response<Incoming>) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The trust anchors of the web; the crypto provider is named, not taken from the process, where another part of the
/// program may have chosen a different one.
fn connector() -> HttpsConnector<HttpConnector> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_PATIENCE));
    tcp.enforce_http(false);
    HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
        .expect("the provider knows the versions of the protocol it is built with")
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp)
}

/// The error with its causes: "client error (Connect)" alone helps nobody.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_http_addresses_are_taken() {
        let check = |url: &str, base: Option<&str>| {
            let endpoint = Endpoint::new(url, "t");
            assert_eq!(endpoint.ok().map(|endpoint| endpoint.base).as_deref(), base, "{url}");
        };
        check("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080"));
        check("https://shop.example/aisle/", Some("https://shop.example/aisle"));
        check("ftp://shop.example", None);
        check("shop.example", None);
        check("http://shop.example/?a=1", None);
        assert!(matches!(Endpoint::new("http://a", "a\nb"), Err(AddressFault::Token)));
    }

    #[tokio::test]
    async fn a_refusal_tells_every_fault() {
        let endpoint = Endpoint::new("http://a", "t").unwrap();
        let body = br#"{"message":"Invalid request body","type":"E_INVALID_BODY","errors":[{"error":"is required","rule":"any.required","field":"\"email\""}]}"#;
        let fault = endpoint.refused(&Method::POST, "/x", 422, body);
        assert_eq!(fault.to_string(), r#"POST http://a/x answered 422: Invalid request body; "email" is required"#);
        assert!(!fault.is_passing());
        assert!(endpoint.refused(&Method::GET, "/x", 503, b"").is_passing());
    }
}

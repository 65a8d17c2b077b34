//! What a handler gets: a request that was found good.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use aisle_contract::{Fault, Operation};
use aisle_model::access::Scope;
use aisle_operations::access::Tokens;
use aisle_operations::{App, Caller};
use axum::body::Body;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::Problem;

/// A request after judgement. Everything read here was coerced and checked by the contract's schemas.
pub(crate) struct Call {
    /// The running server.
    pub(crate) app: App,
    /// Who asks. Load everything through `caller.retailer`; on store operations `caller.store` is the store of the path.
    pub(crate) caller: Caller,
    /// The operation that was asked for.
    pub(crate) operation: &'static Operation,
    /// Names the request in logs; also in the answer.
    pub(crate) request_id: String,
    /// The request as it came: raw headers, URI, extensions (a WebSocket upgrade is among them).
    pub(crate) parts: Parts,
    /// Faults of the body, only on routes that show them (`Route::shows_faults`).
    pub(crate) faults: Vec<Fault>,
    pub(crate) path: Map<String, Value>,
    pub(crate) query: Map<String, Value>,
    pub(crate) headers: Map<String, Value>,
    pub(crate) body: Value,
    pub(crate) raw_body: bytes::Bytes,
    /// Behind a lock only because a body cannot be shared between threads, and a call can.
    pub(crate) stream: Mutex<Option<Body>>,
    pub(crate) tokens: Tokens,
    /// Where the request came from.
    pub(crate) address: Option<IpAddr>,
}

impl Call {
    /// A parameter of the path.
    ///
    /// # Errors
    /// A programming error (500): the contract has no such parameter, or one of another type.
    pub(crate) fn path<T: DeserializeOwned>(&self, name: &str) -> Result<T, Problem> {
        let value = self.path.get(name).cloned().unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|error| self.unfit(name, &error))
    }

    /// The parameters of the query, as one struct (`#[serde(rename_all = "camelCase")]`, `Option` for the optional ones).
    pub(crate) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let value = Value::Object(self.query.clone());
        serde_json::from_value(value).map_err(|error| self.unfit("query", &error))
    }

    /// The documented headers, as one struct whose fields carry the headers' names.
    #[allow(dead_code, reason = "for operations with headers of their own")]
    pub(crate) fn documented_headers<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let value = Value::Object(self.headers.clone());
        serde_json::from_value(value).map_err(|error| self.unfit("headers", &error))
    }

    /// One raw header, where it is text.
    #[allow(dead_code, reason = "for operations with headers of their own")]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The body, coerced, with defaults.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        T::deserialize(&self.body).map_err(|error| self.unfit("body", &error))
    }

    /// The coerced body itself.
    #[allow(dead_code, reason = "for bodies that are kept as they are")]
    pub(crate) fn body_value(&self) -> &Value {
        &self.body
    }

    /// The bytes of the body as they came.
    #[allow(dead_code, reason = "for the receivers of webhooks")]
    pub(crate) fn raw_body(&self) -> &bytes::Bytes {
        &self.raw_body
    }

    /// The body as it comes, once, on routes that read it themselves.
    #[allow(dead_code, reason = "for the event stream")]
    pub(crate) fn take_stream(&self) -> Body {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.take().unwrap_or_default()
    }

    /// Whether email, names, phone and metadata of customers may be shown.
    #[allow(dead_code, reason = "for faces of customers")]
    pub(crate) fn sees_personal_data(&self) -> bool {
        self.caller.may(Scope::CustomersPii)
    }

    fn unfit(&self, what: &str, error: &serde_json::Error) -> Problem {
        Problem::Internal(format!("{what} of {} was judged good but does not fit: {error}", self.operation.id))
    }
}

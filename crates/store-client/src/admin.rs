//! Calls of the Admin API (and any other JSON call with the same token).

use std::time::Duration;

use http::{HeaderValue, Method};
use serde_json::Value;

use crate::http::{AddressFault, CallFault, Content, Endpoint};

const PATIENCE: Duration = Duration::from_secs(30);

/// JSON in, JSON out. Paths begin with a slash and are already encoded. Nothing is tried twice: a caller that repeats
/// a creating call gives it a key ([`AdminClient::post_once`]).
#[derive(Debug, Clone)]
pub struct AdminClient {
    endpoint: Endpoint,
}

impl AdminClient {
    /// `base_url` is where the server answers (`http://127.0.0.1:8080`), `token` an API key or an application's token.
    pub fn new(base_url: &str, token: &str) -> Result<Self, AddressFault> {
        Ok(Self { endpoint: Endpoint::new(base_url, token)? })
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, CallFault> {
        self.call(Method::GET, path, Content::default()).await
    }

    /// Creates.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, CallFault> {
        self.call(Method::POST, path, Content::json(body)).await
    }

    /// Creates at most once, however often it is called with this key and body.
    pub async fn post_once(&self, path: &str, body: &Value, key: &str) -> Result<Value, CallFault> {
        let content = Content { idempotency_key: Some(key_header(key)?), ..Content::json(body) };
        self.call(Method::POST, path, content).await
    }

    /// Changes some fields.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, CallFault> {
        self.call(Method::PATCH, path, Content::json(body)).await
    }

    /// Replaces.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, CallFault> {
        self.call(Method::PUT, path, Content::json(body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Result<Value, CallFault> {
        self.call(Method::DELETE, path, Content::default()).await
    }

    async fn call(&self, method: Method, path: &str, content: Content) -> Result<Value, CallFault> {
        self.endpoint.call(method, path, content, PATIENCE).await
    }
}

pub(crate) fn key_header(key: &str) -> Result<HeaderValue, CallFault> {
    HeaderValue::try_from(key)
        .map_err(|error| CallFault::Unreadable { address: "Idempotency-Key".to_owned(), reason: error.to_string() })
}

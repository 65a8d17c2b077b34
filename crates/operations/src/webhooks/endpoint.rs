//! A setting ready to be called: secrets opened, address and headers known, the signature one step away.

use std::time::{Duration, UNIX_EPOCH};

use aisle_database::Connection;
use aisle_database::rows::webhook_secrets::{self, SecretRow};
use aisle_database::rows::webhooks::{self as rows, Setting};
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{MessageId, Moment, RetailerId, StoreId, WebhookId};
use aisle_partners::{AnswerRule, Call, SigningKey, Suffix, called_address, sign};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::Options;
use crate::notices::takes_store;
use crate::{App, Failure, Keys};

pub(super) const SECRET: &str = "webhook secret";
pub(super) const AUTHORIZATION_TOKEN: &str = "webhook authorization";
pub(super) const HEADERS: &str = "webhook headers";
/// Connecting gets at most this.
const CONNECT: Duration = Duration::from_secs(2);

/// A setting that can be called. Its debug form shows no secret.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The setting.
    pub id: WebhookId,
    /// Whose it is.
    pub retailer: RetailerId,
    /// What it is for.
    pub kind: WebhookType,
    /// The configured address.
    pub url: String,
    /// The options in force.
    pub options: Options,
    /// For the whole call.
    pub timeout: Duration,
    secrets: Vec<SigningKey>,
    headers: HeaderMap,
}

impl Endpoint {
    /// Opens a setting. `secrets` may hold those of other settings too.
    pub fn open(keys: &Keys, setting: &Setting, secrets: &[SecretRow]) -> Result<Self, Failure> {
        let mut opened = Vec::new();
        for row in secrets.iter().filter(|row| row.webhook == setting.id) {
            opened.push(open_secret(keys, row)?);
        }
        Ok(Self {
            id: setting.id,
            retailer: setting.retailer,
            kind: setting.kind,
            url: setting.url.clone(),
            options: Options::of(&setting.options)?,
            timeout: Duration::from_millis(setting.timeout_ms.unsigned_abs()),
            secrets: opened,
            headers: open_headers(keys, setting)?,
        })
    }

    /// The address that is called for a webhook.
    pub fn called_url(&self, name: WebhookName) -> String {
        let suffix = match name {
            WebhookName::TransitionEntered | WebhookName::CheckoutZoneEntered => Some(Suffix::Entered),
            WebhookName::TransitionLeft | WebhookName::CheckoutZoneLeft => Some(Suffix::Left),
            _ => None,
        };
        called_address(&self.url, suffix)
    }

    /// The signed call of a message, to be made at `now` (wall time).
    #[allow(clippy::missing_panics_doc, reason = "ids, numbers and base64 are header text")]
    pub fn call(&self, name: WebhookName, message: &MessageId, body: Bytes, now: Moment, answer: AnswerRule) -> Call {
        let mut headers = self.headers.clone();
        let signature = sign(&self.secrets, message.as_str(), now.seconds(), &body);
        for (name, text) in [
            ("webhook-id", message.0.clone()),
            ("webhook-timestamp", now.seconds().to_string()),
            ("webhook-signature", signature),
        ] {
            let value = HeaderValue::from_str(&text).expect("ids, numbers and base64 are visible ASCII");
            headers.insert(HeaderName::from_static(name), value);
        }
        Call {
            url: self.called_url(name),
            headers,
            body,
            connect_timeout: CONNECT,
            total_timeout: self.timeout,
            answer,
            sent_at: UNIX_EPOCH + Duration::from_micros(now.micros().unsigned_abs()),
        }
    }
}

/// The address as logs may show it: without the query.
pub fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// Opens a signing secret.
pub(super) fn open_secret(keys: &Keys, row: &SecretRow) -> Result<SigningKey, Failure> {
    let plain = keys.open(SECRET, &row.secret).map_err(Failure::broken)?;
    let text = String::from_utf8(plain).map_err(Failure::broken)?;
    SigningKey::parse(&text).map_err(Failure::broken)
}

/// The setting's own headers as they were given.
pub(super) fn own_headers(keys: &Keys, setting: &Setting) -> Result<Map<String, Value>, Failure> {
    let plain = keys.open(HEADERS, &setting.headers).map_err(Failure::broken)?;
    serde_json::from_slice(&plain).map_err(Failure::broken)
}

fn open_headers(keys: &Keys, setting: &Setting) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, value) in own_headers(keys, setting)? {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Failure::broken)?;
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default());
        headers.insert(name, value.map_err(Failure::broken)?);
    }
    if let Some(sealed) = &setting.authorization {
        let plain = keys.open(AUTHORIZATION_TOKEN, sealed).map_err(Failure::broken)?;
        let token = String::from_utf8(plain).map_err(Failure::broken)?;
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(Failure::broken)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// The settings that are asked a question about a store, in the order of asking.
pub async fn settings_to_ask(
    c: &mut Connection,
    app: &App,
    retailer: RetailerId,
    kind: WebhookType,
    store: StoreId,
) -> Result<Vec<Endpoint>, Failure> {
    let mut settings = rows::to_ask(c, retailer, kind).await?;
    settings.retain(|setting| takes_store(&setting.store_ids, store));
    if settings.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<WebhookId> = settings.iter().map(|setting| setting.id).collect();
    let secrets = webhook_secrets::of_settings(c, &ids, app.clock.now()).await?;
    settings.iter().map(|setting| Endpoint::open(&app.keys, setting, &secrets)).collect()
}

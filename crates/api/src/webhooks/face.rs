//! A setting and an attempt as the Admin API shows them.

use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{AttemptId, MessageId, OrderId, SessionToken, StoreId, WebhookId};
use aisle_operations::webhooks::{Attempt, SettingView};
use aisle_partners::bodies::Printed;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookFace<'a> {
    id: WebhookId,
    #[serde(rename = "type")]
    kind: WebhookType,
    url: &'a str,
    enabled: bool,
    priority: i64,
    is_default: bool,
    store_ids: &'a [StoreId],
    options: &'a Map<String, Value>,
    headers: &'a Map<String, Value>,
    authorization_set: bool,
    timeout_ms: i64,
    signing: &'a str,
    public_key: Option<&'a str>,
    secrets: Vec<SecretFace>,
    health: HealthFace,
    created_at: Printed,
    updated_at: Printed,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<Option<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretFace {
    created_at: Printed,
    expires_at: Option<Printed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HealthFace {
    state: &'static str,
    disabled_reason: Option<&'static str>,
    failing_since: Option<Printed>,
    last_success_at: Option<Printed>,
    last_attempt_at: Option<Printed>,
    waiting: i64,
}

impl<'a> WebhookFace<'a> {
    pub(super) fn of(view: &'a SettingView) -> Self {
        let setting = &view.setting;
        let state = match (setting.enabled, setting.failing_since) {
            (false, _) => "disabled",
            (true, Some(_)) => "failing",
            (true, None) => "healthy",
        };
        let secret = |(created, expires): &(_, Option<_>)| SecretFace {
            created_at: Printed(*created),
            expires_at: expires.map(Printed),
        };
        Self {
            id: setting.id,
            kind: setting.kind,
            url: &setting.url,
            enabled: setting.enabled,
            priority: setting.priority,
            is_default: setting.is_default,
            store_ids: &setting.store_ids,
            options: &setting.options,
            headers: &view.headers,
            authorization_set: setting.authorization.is_some(),
            timeout_ms: setting.timeout_ms,
            signing: &setting.signing,
            public_key: view.public_key.as_deref(),
            secrets: view.secrets.iter().map(secret).collect(),
            health: HealthFace {
                state,
                disabled_reason: setting.disabled_reason.map(|reason| reason.as_str()),
                failing_since: setting.failing_since.map(Printed),
                last_success_at: setting.last_success_at.map(Printed),
                last_attempt_at: setting.last_attempt_at.map(Printed),
                waiting: view.waiting,
            },
            created_at: Printed(setting.created_at),
            updated_at: Printed(setting.updated_at),
            secret: None,
        }
    }

    /// At the one moment when the secret can be read; null for one with a key pair.
    pub(super) fn with_secret(view: &'a SettingView, secret: Option<&'a str>) -> Self {
        Self { secret: Some(secret), ..Self::of(view) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttemptFace<'a> {
    id: AttemptId,
    webhook_id: WebhookId,
    message_id: &'a MessageId,
    webhook: WebhookName,
    trigger: &'a str,
    attempt: i64,
    outcome: &'static str,
    url: &'a str,
    resolved_ip: Option<&'a str>,
    http_status: Option<i64>,
    error: Option<&'a str>,
    connect_ms: Option<i64>,
    total_ms: i64,
    answer: Option<&'a str>,
    answer_use: Option<&'a str>,
    /// Only when one attempt is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Option<Value>>,
    session_id: Option<&'a SessionToken>,
    order_id: Option<OrderId>,
    store_id: Option<StoreId>,
    created_at: Printed,
    next_attempt_at: Option<Printed>,
}

impl<'a> AttemptFace<'a> {
    pub(super) fn of(attempt: &'a Attempt) -> Self {
        let call = &attempt.call;
        Self {
            id: attempt.id,
            webhook_id: call.webhook,
            message_id: &call.message,
            webhook: call.name,
            trigger: &call.trigger,
            attempt: call.attempt,
            outcome: if call.delivered { "delivered" } else { "failed" },
            url: &call.url,
            resolved_ip: call.resolved_ip.as_deref(),
            http_status: call.http_status,
            error: call.error.as_deref(),
            connect_ms: call.connect_ms,
            total_ms: call.total_ms,
            answer: call.answer.as_deref(),
            answer_use: call.answer_use.as_deref(),
            request_body: None,
            session_id: call.session.as_ref(),
            order_id: call.order,
            store_id: call.store,
            created_at: Printed(call.created_at),
            next_attempt_at: call.next_attempt_at.map(Printed),
        }
    }

    pub(super) fn with_body(attempt: &'a Attempt, body: Option<Value>) -> Self {
        Self { request_body: Some(body), ..Self::of(attempt) }
    }
}

//! `/api/admin/v2/webhooks`

use aisle_model::webhook::WebhookType;
use aisle_model::{StoreId, WebhookId};
use aisle_operations::patch::Patch;
use aisle_operations::webhooks::{self, Attempt, NewWebhook, WebhookChange};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::face::{AttemptFace, WebhookFace};
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    #[serde(default, rename = "type")]
    kinds: Vec<WebhookType>,
    enabled: Option<bool>,
    store_id: Option<StoreId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewBody {
    #[serde(rename = "type")]
    kind: WebhookType,
    url: String,
    enabled: bool,
    priority: i64,
    is_default: bool,
    store_ids: Vec<StoreId>,
    #[serde(default)]
    options: Map<String, Value>,
    headers: Map<String, Value>,
    authorization: Option<String>,
    timeout_ms: Option<i64>,
    signing: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeBody {
    #[serde(rename = "type")]
    kind: Option<WebhookType>,
    url: Option<String>,
    enabled: Option<bool>,
    priority: Option<i64>,
    is_default: Option<bool>,
    store_ids: Option<Vec<StoreId>>,
    options: Option<Map<String, Value>>,
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    authorization: Patch<String>,
    timeout_ms: Option<i64>,
    kept: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestBody {
    variant: Option<String>,
    store_id: Option<StoreId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RotateBody {
    overlap_hours: i64,
    secret: Option<String>,
}

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let wanted: Wanted = call.query()?;
    let views = webhooks::list(&call.app, &call.caller, wanted.kinds, wanted.enabled, wanted.store_id);
    let views = views.await?;
    Ok(Answer::ok(&views.iter().map(WebhookFace::of).collect::<Vec<_>>()))
}

pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let body: NewBody = call.body()?;
    let new = NewWebhook {
        kind: body.kind,
        url: body.url,
        enabled: body.enabled,
        priority: body.priority,
        is_default: body.is_default,
        store_ids: body.store_ids,
        options: body.options,
        headers: body.headers,
        authorization: body.authorization,
        timeout_ms: body.timeout_ms,
        signing: body.signing,
    };
    let (view, secret) = webhooks::create(&call.app, &call.caller, new).await?;
    Ok(Answer::created(&WebhookFace::with_secret(&view, secret.as_deref())))
}

pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let view = webhooks::get(&call.app, &call.caller, id(&call)?).await?;
    Ok(Answer::ok(&WebhookFace::of(&view)))
}

pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let body: ChangeBody = call.body()?;
    let change = WebhookChange {
        kind: body.kind,
        url: body.url,
        enabled: body.enabled,
        priority: body.priority,
        is_default: body.is_default,
        store_ids: body.store_ids,
        options: body.options,
        headers: body.headers,
        authorization: body.authorization,
        timeout_ms: body.timeout_ms,
        drop_kept: body.kept.as_deref() == Some("drop"),
    };
    let view = webhooks::update(&call.app, &call.caller, id(&call)?, change).await?;
    Ok(Answer::ok(&WebhookFace::of(&view)))
}

pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    webhooks::delete(&call.app, &call.caller, id(&call)?).await?;
    Ok(Answer::no_content())
}

/// A failing receiver is a successful test call.
pub(super) async fn test(call: Call) -> Result<Answer, Problem> {
    let body: TestBody = call.body()?;
    let made = webhooks::test_call(&call.app, &call.caller, id(&call)?, body.variant, body.store_id);
    let attempt: Attempt = made.await?;
    Ok(Answer::ok(&AttemptFace::of(&attempt)))
}

pub(super) async fn rotate_secret(call: Call) -> Result<Answer, Problem> {
    let body: RotateBody = call.body()?;
    let id = id(&call)?;
    let rotated = webhooks::rotate_secret(&call.app, &call.caller, id, body.overlap_hours, body.secret);
    let (view, secret) = rotated.await?;
    Ok(Answer::ok(&WebhookFace::with_secret(&view, secret.as_deref())))
}

pub(super) fn id(call: &Call) -> Result<WebhookId, Problem> {
    call.path("webhookId")
}

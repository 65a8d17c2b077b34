//! `/api/admin/v2/api-keys`

use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::{ApiKeyId, StoreId};
use aisle_operations::access::api_keys::{self, ApiKey, Wanted, WithKey};
use serde::{Deserialize, Serialize};

use super::Overlap;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    kind: ApiKeyKind,
    name: String,
    scopes: Option<Vec<Scope>>,
    store_id: Option<StoreId>,
    vendor: Option<String>,
    expires_in_days: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    kind: Option<ApiKeyKind>,
    store_id: Option<StoreId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyFace<'a> {
    id: i64,
    kind: ApiKeyKind,
    name: &'a str,
    prefix: &'a str,
    scopes: &'a [Scope],
    store_id: Option<StoreId>,
    vendor: Option<&'a str>,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

impl<'a> KeyFace<'a> {
    fn of(listed: &'a ApiKey) -> Self {
        Self {
            id: listed.id.0,
            kind: listed.kind,
            name: &listed.name,
            prefix: &listed.prefix,
            scopes: &listed.scopes,
            store_id: listed.store,
            vendor: listed.vendor.as_deref(),
            created_at: listed.created_at.to_string(),
            expires_at: listed.expires_at.to_string(),
            last_used_at: listed.last_used_at.map(|at| at.to_string()),
            revoked_at: listed.revoked_at.map(|at| at.to_string()),
            key: None,
        }
    }

    fn with_key(made: &'a WithKey) -> Self {
        Self { key: Some(&made.key), ..Self::of(&made.listed) }
    }
}

/// `GET /api/admin/v2/api-keys`
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let Filter { kind, store_id } = call.query()?;
    let listed = api_keys::list(&call.app, &call.caller, kind, store_id).await?;
    let faces: Vec<KeyFace<'_>> = listed.iter().map(KeyFace::of).collect();
    Ok(Answer::ok(&faces))
}

/// `POST /api/admin/v2/api-keys`
pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let body: Create = call.body()?;
    let wanted = Wanted {
        kind: body.kind,
        name: body.name,
        scopes: body.scopes,
        store: body.store_id,
        vendor: body.vendor,
        expires_in_days: body.expires_in_days,
    };
    let made = api_keys::create(&call.app, &call.caller, wanted).await?;
    Ok(Answer::created(&KeyFace::with_key(&made)))
}

/// `DELETE /api/admin/v2/api-keys/{apiKeyId}`
pub(super) async fn revoke(call: Call) -> Result<Answer, Problem> {
    let id = call.path("apiKeyId").map(ApiKeyId)?;
    api_keys::revoke(&call.app, &call.caller, id).await?;
    call.tokens.forget();
    Ok(Answer::no_content())
}

/// `POST /api/admin/v2/api-keys/{apiKeyId}/rotate`
pub(super) async fn rotate(call: Call) -> Result<Answer, Problem> {
    let id = call.path("apiKeyId").map(ApiKeyId)?;
    let Overlap { overlap_hours } = call.body()?;
    let made = api_keys::rotate(&call.app, &call.caller, id, overlap_hours).await?;
    call.tokens.forget();
    Ok(Answer::ok(&KeyFace::with_key(&made)))
}

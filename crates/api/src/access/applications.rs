//! `/api/admin/v2/applications`

use aisle_model::ApplicationId;
use aisle_model::access::Scope;
use aisle_operations::access::applications::{self, Application, Change, Listed, Secret, Wanted, WithSecret};
use serde::{Deserialize, Serialize};

use super::Overlap;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    client_id_suffix: String,
    description: String,
    development: bool,
    scopes: Option<Vec<Scope>>,
    enabled: bool,
}

#[derive(Deserialize)]
struct Update {
    description: Option<String>,
    development: Option<bool>,
    scopes: Option<Vec<Scope>>,
    enabled: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationFace<'a> {
    id: i64,
    client_id: &'a str,
    description: &'a str,
    development: bool,
    scopes: &'a [Scope],
    enabled: bool,
    secrets: Vec<SecretFace<'a>>,
    last_used_at: Option<String>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretFace<'a> {
    prefix: &'a str,
    created_at: String,
    expires_at: Option<String>,
}

impl<'a> ApplicationFace<'a> {
    fn of(listed: &'a Listed) -> Self {
        let Application { id, client_id, description, development, scopes, enabled, .. } = &listed.application;
        Self {
            id: id.0,
            client_id,
            description,
            development: *development,
            scopes,
            enabled: *enabled,
            secrets: listed.secrets.iter().map(SecretFace::of).collect(),
            last_used_at: listed.application.last_used_at.map(|at| at.to_string()),
            created_at: listed.application.created_at.to_string(),
            updated_at: listed.application.updated_at.to_string(),
            client_secret: None,
        }
    }

    fn with_secret(made: &'a WithSecret) -> Self {
        Self { client_secret: Some(&made.secret), ..Self::of(&made.listed) }
    }
}

impl<'a> SecretFace<'a> {
    fn of(secret: &'a Secret) -> Self {
        Self {
            prefix: &secret.prefix,
            created_at: secret.created_at.to_string(),
            expires_at: secret.expires_at.map(|at| at.to_string()),
        }
    }
}

/// `GET /api/admin/v2/applications`
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let listed = applications::list(&call.app, &call.caller).await?;
    let faces: Vec<ApplicationFace<'_>> = listed.iter().map(ApplicationFace::of).collect();
    Ok(Answer::ok(&faces))
}

/// `POST /api/admin/v2/applications`
pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let body: Create = call.body()?;
    let wanted = Wanted {
        client_id_suffix: body.client_id_suffix,
        description: body.description,
        development: body.development,
        scopes: body.scopes,
        enabled: body.enabled,
    };
    let made = applications::create(&call.app, &call.caller, wanted).await?;
    Ok(Answer::created(&ApplicationFace::with_secret(&made)))
}

/// `GET /api/admin/v2/applications/{applicationId}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let id = call.path("applicationId").map(ApplicationId)?;
    let listed = applications::get(&call.app, &call.caller, id).await?;
    Ok(Answer::ok(&ApplicationFace::of(&listed)))
}

/// `PATCH /api/admin/v2/applications/{applicationId}`
pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let id = call.path("applicationId").map(ApplicationId)?;
    let Update { description, development, scopes, enabled } = call.body()?;
    let change = Change { description, development, scopes, enabled };
    let listed = applications::update(&call.app, &call.caller, id, change).await?;
    call.tokens.forget();
    Ok(Answer::ok(&ApplicationFace::of(&listed)))
}

/// `DELETE /api/admin/v2/applications/{applicationId}`
pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    let id = call.path("applicationId").map(ApplicationId)?;
    applications::delete(&call.app, &call.caller, id).await?;
    call.tokens.forget();
    Ok(Answer::no_content())
}

/// `POST /api/admin/v2/applications/{applicationId}/rotate-secret`
pub(super) async fn rotate_secret(call: Call) -> Result<Answer, Problem> {
    let id = call.path("applicationId").map(ApplicationId)?;
    let Overlap { overlap_hours } = call.body()?;
    let made = applications::rotate_secret(&call.app, &call.caller, id, overlap_hours).await?;
    call.tokens.forget();
    Ok(Answer::ok(&ApplicationFace::with_secret(&made)))
}

//! An access token for a client id and secret (OAuth 2.0 client credentials).

use aisle_database::rows::access::{NewAccessToken, insert_access_token, purge_access_tokens};
use aisle_database::rows::applications::{self as rows, Application, Secret};
use aisle_model::access::Scope;
use aisle_model::{ApplicationId, Millis};
use subtle::{Choice, ConstantTimeEq};

use super::new_secret;
use super::tokens::ACCESS_TOKEN;
use crate::keys::token_hash;
use crate::{App, Failure};

/// How long an access token lives, in seconds.
pub const LIFETIME_SECONDS: i64 = 900;

/// Scopes of `OpenID` that clients ask for out of habit; they mean nothing here.
const MEANINGLESS: &[&str] = &["openid", "profile", "email", "roles", "address", "phone", "offline_access"];

/// A token that was given.
#[derive(Debug)]
pub struct Granted {
    /// The token itself.
    pub token: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Why none was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// Unknown client, wrong secret, or an application that was switched off: never told apart.
    Client,
    /// Scopes that there are not, or that the application lacks.
    Scope(String),
}

/// Gives a token for all scopes of the application, or for those wanted.
pub async fn grant(
    app: &App,
    client_id: &str,
    client_secret: &str,
    wanted: Option<&str>,
) -> Result<Result<Granted, Denied>, Failure> {
    let now = app.clock.now();
    let client_id = client_id.to_owned();
    let (application, secrets) = app
        .database
        .read(move |c| {
            Box::pin(async move {
                let found = rows::find_client(c, &client_id).await?;
                // An unknown client costs the same two statements.
                let id = found.as_ref().map_or(ApplicationId(0), |found| found.id);
                let secrets = rows::secrets(c, id, now).await?;
                Ok::<_, Failure>((found, secrets))
            })
        })
        .await?;
    let matching = matching(&secrets, client_secret);
    let (Some(application), Some(secret)) = (application, matching) else {
        return Ok(Err(Denied::Client));
    };
    let scopes = match granted_scopes(&application, wanted) {
        Ok(scopes) => scopes,
        Err(unknown) => return Ok(Err(Denied::Scope(unknown))),
    };
    let token = new_secret(ACCESS_TOKEN, &app.chance);
    let new = NewAccessToken {
        hash: token_hash(&token),
        application: application.id,
        secret,
        scopes: scopes.clone(),
        expires_at: now.plus(Millis(LIFETIME_SECONDS * 1000)),
    };
    app.database
        .change(move |c| {
            let new = new.clone();
            Box::pin(async move { insert_access_token(c, &new, now).await })
        })
        .await
        .map_err(Failure::from)?;
    Ok(Ok(Granted { token, scopes }))
}

/// Compares with every live secret, in the same time whichever matches.
fn matching(secrets: &[Secret], given: &str) -> Option<i64> {
    let given = token_hash(given);
    let mut found = None;
    for secret in secrets {
        let equal: Choice = secret.hash.ct_eq(&given);
        if bool::from(equal) {
            found = Some(secret.id);
        }
    }
    found
}

/// `Err` names a scope that cannot be given.
fn granted_scopes(application: &Application, wanted: Option<&str>) -> Result<Vec<Scope>, String> {
    let mut scopes = Vec::new();
    for name in wanted.unwrap_or_default().split_ascii_whitespace() {
        if MEANINGLESS.contains(&name) {
            continue;
        }
        match Scope::parse(name) {
            Some(scope) if application.scopes.contains(&scope) => {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
            _ => return Err(name.to_owned()),
        }
    }
    if scopes.is_empty() {
        scopes.clone_from(&application.scopes);
    }
    Ok(scopes)
}

/// Forgets at most `most` expired tokens; answers how many. For a worker.
pub async fn purge(app: &App, most: i64) -> Result<u64, Failure> {
    let now = app.clock.now();
    app.database.change(move |c| Box::pin(purge_access_tokens(c, now, most))).await.map_err(Failure::from)
}

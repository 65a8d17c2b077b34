//! Programs with a client id: made, changed, deleted, given new secrets.

use aisle_database::rows::applications as rows;
use aisle_database::rows::retailers;
use aisle_database::{Connection, Error};
use aisle_model::access::Scope;
use aisle_model::{ApplicationId, Moment};
use serde::{Deserialize, Serialize};

use super::{SHOWN, hours, new_secret, rights};
use crate::keys::token_hash;
use crate::{App, Caller, Failure, Refusal};

pub use rows::{Application, NewApplication, Secret};

const CLIENT_SECRET: &str = "ais_cs_";

/// An application with its live secrets, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listed {
    /// It.
    pub application: Application,
    /// Without themselves.
    pub secrets: Vec<Secret>,
}

/// An application at the one moment when its newest secret can be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithSecret {
    /// It.
    pub listed: Listed,
    /// The secret itself.
    pub secret: String,
}

/// What a caller wants.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of the contract")]
pub struct Wanted {
    pub client_id_suffix: String,
    pub description: String,
    pub development: bool,
    pub scopes: Option<Vec<Scope>>,
    pub enabled: bool,
}

/// What a caller wants changed.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract")]
pub struct Change {
    pub description: Option<String>,
    pub development: Option<bool>,
    pub scopes: Option<Vec<Scope>>,
    pub enabled: Option<bool>,
}

/// Makes an application with its first secret.
pub async fn create(app: &App, caller: &Caller, wanted: Wanted) -> Result<WithSecret, Failure> {
    let scopes = match wanted.scopes {
        Some(scopes) => scopes,
        None => rights::defaults(caller, wanted.development),
    };
    rights::refuse_unheld(caller, &scopes)?;
    if let Some(fault) = rights::simulation_fault(&scopes, wanted.development) {
        return Err(Refusal::Invalid(vec![fault]).into());
    }
    let (retailer, now) = (caller.retailer, app.clock.now());
    let secret = new_secret(CLIENT_SECRET, &app.chance);
    let prefix = app.limits.client_id_prefix.clone();
    let made = app.change_once(caller, move |c| {
        let (secret, prefix) = (secret.clone(), prefix.clone());
        let (suffix, description) = (wanted.client_id_suffix.clone(), wanted.description.clone());
        let (scopes, development, enabled) = (scopes.clone(), wanted.development, wanted.enabled);
        Box::pin(async move {
            let owner = retailers::find(c, retailer).await?;
            let name = owner.ok_or(Refusal::NotFound("Retailer"))?.name;
            let client_id = format!("{prefix}-{name}-{suffix}");
            let new = NewApplication { retailer, client_id, description, development, scopes, enabled };
            add(c, &new, secret, now).await.map_err(taken)
        })
    });
    made.await
}

/// Adds an application with its first secret, inside a change. For callers who need nobody's leave (`aisle init`).
pub async fn add(c: &mut Connection, new: &NewApplication, secret: String, now: Moment) -> Result<WithSecret, Error> {
    let application = rows::insert(c, new, now).await?;
    add_secret(c, application.id, &secret, now).await?;
    let secrets = rows::secrets(c, application.id, now).await?;
    let listed = Listed { application, secrets };
    Ok(WithSecret { listed, secret })
}

/// A new client secret.
pub fn new_client_secret(app: &App) -> String {
    new_secret(CLIENT_SECRET, &app.chance)
}

/// All of the caller's retailer.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Listed>, Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let listed = app.database.snapshot(move |c| {
        Box::pin(async move {
            let mut listed = Vec::new();
            for application in rows::list(c, retailer).await? {
                listed.push(with_secrets(c, application, now).await?);
            }
            Ok(listed)
        })
    });
    listed.await
}

/// One.
pub async fn get(app: &App, caller: &Caller, id: ApplicationId) -> Result<Listed, Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let listed = app.database.snapshot(move |c| {
        Box::pin(async move {
            let found = rows::find(c, retailer, id).await?;
            with_secrets(c, found.ok_or(Refusal::NotFound("Application"))?, now).await
        })
    });
    listed.await
}

/// Changes one. What it has already may stay; what is new to it the caller must hold.
pub async fn update(app: &App, caller: &Caller, id: ApplicationId, change: Change) -> Result<Listed, Failure> {
    let (who, now) = (caller.clone(), app.clock.now());
    let changed = app.database.change(move |c| {
        let (who, change) = (who.clone(), change.clone());
        Box::pin(async move {
            let old = rows::find(c, who.retailer, id).await?;
            let old = old.ok_or(Refusal::NotFound("Application"))?;
            let new = changed(&who, &old, &change)?;
            if differs(&old, &new) && !rows::update(c, &new, now).await? {
                return Err(Refusal::conflict("Application was changed meanwhile").into());
            }
            let found = rows::find(c, who.retailer, id).await?;
            with_secrets(c, found.ok_or(Refusal::NotFound("Application"))?, now).await
        })
    });
    changed.await
}

/// Deletes one, with its secrets and tokens.
pub async fn delete(app: &App, caller: &Caller, id: ApplicationId) -> Result<(), Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let deleted = app.database.change(move |c| Box::pin(rows::delete(c, retailer, id, now)));
    if deleted.await.map_err(Failure::from)? {
        return Ok(());
    }
    Err(Refusal::NotFound("Application").into())
}

/// Gives one a new secret; the newest before it works on for the overlap, older ones end now.
pub async fn rotate_secret(
    app: &App,
    caller: &Caller,
    id: ApplicationId,
    overlap_hours: i64,
) -> Result<WithSecret, Failure> {
    let (who, now) = (caller.clone(), app.clock.now());
    let secret = new_secret(CLIENT_SECRET, &app.chance);
    let rotated = app.change_once(caller, move |c| {
        let (who, secret) = (who.clone(), secret.clone());
        Box::pin(async move {
            let found = rows::find(c, who.retailer, id).await?;
            let application = found.ok_or(Refusal::NotFound("Application"))?;
            rights::refuse_unheld(&who, &application.scopes)?;
            // Saving it also makes rotations of one application wait for each other.
            if !rows::update(c, &application, now).await? {
                return Err(Refusal::conflict("Application was changed meanwhile").into());
            }
            for (place, old) in rows::secrets(c, id, now).await?.iter().enumerate() {
                if place > 0 || overlap_hours == 0 {
                    rows::delete_secret(c, old.id).await?;
                } else {
                    rows::expire_secret(c, old.id, now.plus(hours(overlap_hours))).await?;
                }
            }
            add_secret(c, id, &secret, now).await?;
            let found = rows::find(c, who.retailer, id).await?;
            let application = found.ok_or(Refusal::NotFound("Application"))?;
            let listed = with_secrets(c, application, now).await?;
            Ok(WithSecret { listed, secret })
        })
    });
    rotated.await
}

async fn with_secrets(c: &mut Connection, application: Application, now: Moment) -> Result<Listed, Failure> {
    let secrets = rows::secrets(c, application.id, now).await?;
    Ok(Listed { application, secrets })
}

async fn add_secret(c: &mut Connection, id: ApplicationId, secret: &str, now: Moment) -> Result<(), Error> {
    rows::insert_secret(c, id, &secret[..SHOWN], token_hash(secret), now).await
}

fn changed(caller: &Caller, old: &Application, change: &Change) -> Result<Application, Failure> {
    let mut new = old.clone();
    if let Some(description) = &change.description {
        new.description.clone_from(description);
    }
    new.enabled = change.enabled.unwrap_or(old.enabled);
    new.development = change.development.unwrap_or(old.development);
    if let Some(scopes) = &change.scopes {
        let added: Vec<Scope> = scopes.iter().copied().filter(|scope| !old.scopes.contains(scope)).collect();
        rights::refuse_unheld(caller, &added)?;
        if let Some(fault) = rights::simulation_fault(scopes, new.development) {
            return Err(Refusal::Invalid(vec![fault]).into());
        }
        new.scopes.clone_from(scopes);
    }
    if !new.development {
        new.scopes.retain(|scope| *scope != Scope::Simulation);
    }
    Ok(new)
}

fn differs(old: &Application, new: &Application) -> bool {
    (&old.description, old.development, &old.scopes, old.enabled)
        != (&new.description, new.development, &new.scopes, new.enabled)
}

fn taken(error: Error) -> Failure {
    match error {
        Error::Conflict(key) if key.is("applications", &["client_id"]) => {
            Refusal::conflict("Client id suffix already exists").into()
        }
        other => other.into(),
    }
}

//! Static keys: made, listed, revoked, replaced.

use aisle_database::rows::{api_keys as rows, stores};
use aisle_database::{Connection, Error};
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::{ApiKeyId, Millis, Moment, StoreId};
use serde::{Deserialize, Serialize};

use super::{SHOWN, days, hours, new_secret, rights};
use crate::keys::token_hash;
use crate::{App, Caller, Failure, FieldFault, Refusal};

pub use rows::{ApiKey, NewApiKey};

/// Revoked and expired keys are listed so long.
const LISTED: Millis = days(90);

/// A key at the one moment when it can be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithKey {
    /// What is known of it later.
    pub listed: ApiKey,
    /// The key itself.
    pub key: String,
}

/// What a caller wants.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of the contract")]
pub struct Wanted {
    pub kind: ApiKeyKind,
    pub name: String,
    pub scopes: Option<Vec<Scope>>,
    pub store: Option<StoreId>,
    pub vendor: Option<String>,
    pub expires_in_days: Option<i64>,
}

/// A key before it has a secret.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Plan {
    pub kind: ApiKeyKind,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub store: Option<StoreId>,
    pub vendor: Option<String>,
    pub lifetime: Millis,
}

/// Makes a key.
pub async fn create(app: &App, caller: &Caller, wanted: Wanted) -> Result<WithKey, Failure> {
    let scopes = match (wanted.kind, &wanted.scopes) {
        (ApiKeyKind::Retailer, Some(scopes)) => {
            rights::refuse_unheld(caller, scopes)?;
            scopes.clone()
        }
        (ApiKeyKind::Retailer, None) => rights::defaults(caller, false),
        (kind, _) => fixed_scopes(kind),
    };
    let faults = faults(&wanted, caller.development);
    let plan = Plan {
        kind: wanted.kind,
        name: wanted.name,
        scopes,
        store: wanted.store,
        vendor: wanted.vendor,
        lifetime: days(wanted.expires_in_days.unwrap_or_else(|| default_days(wanted.kind))),
    };
    let (retailer, now) = (caller.retailer, app.clock.now());
    let key = new_key(app, plan.kind);
    let made = app.change_once(caller, move |c| {
        let (plan, key, mut faults) = (plan.clone(), key.clone(), faults.clone());
        Box::pin(async move {
            if let Some(store) = plan.store
                && stores::find(c, retailer, store).await?.is_none()
            {
                faults.push(FieldFault::invalid("storeId", "contains an invalid value"));
            }
            if !faults.is_empty() {
                return Err(Refusal::Invalid(faults).into());
            }
            Ok(add(c, retailer, plan, key, now).await?)
        })
    });
    made.await
}

/// Adds a key, inside a change. For callers who need nobody's leave (`aisle init`).
pub async fn add(
    c: &mut Connection,
    retailer: aisle_model::RetailerId,
    plan: Plan,
    key: String,
    now: Moment,
) -> Result<WithKey, Error> {
    let new = NewApiKey {
        retailer,
        kind: plan.kind,
        name: plan.name,
        prefix: key[..SHOWN].to_owned(),
        hash: token_hash(&key),
        development: plan.scopes.contains(&Scope::Simulation),
        scopes: plan.scopes,
        store: plan.store,
        vendor: plan.vendor,
        expires_at: now.plus(plan.lifetime),
    };
    let listed = rows::insert(c, &new, now).await?;
    Ok(WithKey { listed, key })
}

/// A new key of a kind.
pub fn new_key(app: &App, kind: ApiKeyKind) -> String {
    let prefix = match kind {
        ApiKeyKind::Retailer => "ais_rk_",
        ApiKeyKind::Store => "ais_sk_",
        ApiKeyKind::Vendor => "ais_vk_",
    };
    new_secret(prefix, &app.chance)
}

/// The rights of keys of stores and vendors.
pub fn fixed_scopes(kind: ApiKeyKind) -> Vec<Scope> {
    match kind {
        ApiKeyKind::Retailer => Vec::new(),
        ApiKeyKind::Store => vec![Scope::StoreEvents, Scope::StoreRead, Scope::StoreCheckin],
        ApiKeyKind::Vendor => vec![Scope::MachineEvents],
    }
}

/// Days that a key of a kind lives when nothing is said.
pub const fn default_days(kind: ApiKeyKind) -> i64 {
    match kind {
        ApiKeyKind::Retailer => 90,
        ApiKeyKind::Store | ApiKeyKind::Vendor => 365,
    }
}

/// All of the caller's retailer, by kind and store.
pub async fn list(
    app: &App,
    caller: &Caller,
    kind: Option<ApiKeyKind>,
    store: Option<StoreId>,
) -> Result<Vec<ApiKey>, Failure> {
    let retailer = caller.retailer;
    let filter = rows::Filter { kind, store, live_after: app.clock.now().minus(LISTED) };
    let listed = app.database.read(move |c| Box::pin(rows::list(c, retailer, filter)));
    listed.await.map_err(Failure::from)
}

/// Revokes one; again is no fault.
pub async fn revoke(app: &App, caller: &Caller, id: ApiKeyId) -> Result<(), Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let revoked = app.database.change(move |c| {
        Box::pin(async move {
            let found = rows::find(c, retailer, id).await?;
            found.ok_or(Refusal::NotFound("API key"))?;
            rows::revoke(c, id, now).await?;
            Ok(())
        })
    });
    revoked.await
}

/// Makes a new key with the same rights and lifetime; the old one works on for the overlap.
pub async fn rotate(app: &App, caller: &Caller, id: ApiKeyId, overlap_hours: i64) -> Result<WithKey, Failure> {
    let (who, now, at) = (caller.clone(), app.clock.now(), app.clone());
    let rotated = app.change_once(caller, move |c| {
        let (who, app) = (who.clone(), at.clone());
        Box::pin(async move {
            let found = rows::find(c, who.retailer, id).await?;
            let old = found.ok_or(Refusal::NotFound("API key"))?;
            if old.kind == ApiKeyKind::Retailer {
                rights::refuse_unheld(&who, &old.scopes)?;
            }
            // What ends the old one also makes rotations and revocations of one key wait for each other.
            if !rows::expire(c, id, now.plus(hours(overlap_hours))).await? {
                return Err(Refusal::conflict("API key is revoked").into());
            }
            let lifetime = Millis(old.expires_at.micros_since(old.created_at) / 1000);
            let plan = Plan {
                kind: old.kind,
                name: old.name,
                scopes: old.scopes,
                store: old.store,
                vendor: old.vendor,
                lifetime,
            };
            let key = new_key(&app, plan.kind);
            Ok(add(c, who.retailer, plan, key, now).await?)
        })
    });
    rotated.await
}

fn faults(wanted: &Wanted, development: bool) -> Vec<FieldFault> {
    let required =
        |field: &str| FieldFault { field: field.to_owned(), rule: "any.required", text: "is required".to_owned() };
    let unwanted = |field: &str| FieldFault::invalid(field, "is not for this kind of key");
    let mut faults = Vec::new();
    let scopes = wanted.scopes.as_deref().unwrap_or_default();
    if wanted.kind == ApiKeyKind::Retailer {
        faults.extend(rights::simulation_fault(scopes, development));
        faults.extend(wanted.store.map(|_| unwanted("storeId")));
    } else {
        let fixed = fixed_scopes(wanted.kind);
        let differ = scopes.len() != fixed.len() || scopes.iter().any(|one| !fixed.contains(one));
        if wanted.scopes.is_some() && differ {
            faults.push(FieldFault::invalid("scopes", "is fixed for this kind of key"));
        }
        if wanted.store.is_none() {
            faults.push(required("storeId"));
        }
    }
    match (wanted.kind, &wanted.vendor) {
        (ApiKeyKind::Vendor, None) => faults.push(required("vendor")),
        (ApiKeyKind::Retailer | ApiKeyKind::Store, Some(_)) => faults.push(unwanted("vendor")),
        _ => {}
    }
    faults
}

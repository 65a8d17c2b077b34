//! Retailers, as the operator makes them: with a first key, people for the console, and planned shelves.
//!
//! A retailer is *unfinished* until everything that was to be made with it is there. Whoever begins again removes what an
//! interrupted seeding left, so a seeding is all or nothing although it takes many changes.

use aisle_database::Error;
use aisle_database::rows;
use aisle_database::rows::planograms::ShelfPlan;
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::{Millis, RetailerId, StoreId};

use crate::access::api_keys::{self, Plan};
use crate::customers::Password;
use crate::{App, Failure, Refusal};

const NINETY_DAYS: Millis = Millis(90 * 24 * 60 * 60 * 1000);

/// A retailer to be made.
#[derive(Debug, Clone)]
pub struct NewRetailer {
    /// Unique on this server; part of client ids.
    pub name: String,
    /// Whether its first key may simulate.
    pub development: bool,
}

/// A retailer that is being furnished.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Its id.
    pub id: RetailerId,
    /// Its first API key, with every right of its kind.
    pub api_key: String,
}

/// Whether a retailer exists whose seeding ended.
pub async fn any(app: &App) -> Result<bool, Failure> {
    Ok(!all(app).await?.is_empty())
}

/// The retailers whose seeding ended, with their names, oldest first.
pub async fn all(app: &App) -> Result<Vec<(RetailerId, String)>, Failure> {
    let read = app.database.read(|c| {
        Box::pin(async move {
            let unfinished = rows::retailers::unfinished(c).await?;
            let mut all = rows::retailers::list(c).await?;
            all.retain(|retailer| !unfinished.contains(&retailer.id));
            Ok::<_, Failure>(all.into_iter().map(|retailer| (retailer.id, retailer.name)).collect())
        })
    });
    read.await
}

/// How a request says which retailer it is for.
#[derive(Debug, Clone)]
pub enum Named {
    /// By this name.
    By(String),
    /// Not at all, which does where there is only one.
    OnlyOne,
}

/// The retailer that is meant, if its seeding has ended.
pub async fn find(app: &App, named: Named) -> Result<Option<RetailerId>, Failure> {
    let read = app.database.read(move |c| {
        Box::pin(async move {
            match named {
                Named::By(name) => rows::retailers::find_named(c, &name).await,
                Named::OnlyOne => rows::retailers::only_one(c).await,
            }
        })
    });
    read.await.map_err(Failure::from)
}

/// Makes a retailer and its first key. It stays unfinished until [`finish`].
pub async fn begin(app: &App, new: NewRetailer) -> Result<Begun, Failure> {
    let key = api_keys::new_key(app, ApiKeyKind::Retailer);
    let now = app.clock.now();
    let begun = app.database.change(move |c| {
        let (new, key) = (new.clone(), key.clone());
        Box::pin(async move {
            let id = rows::retailers::insert(c, &new.name, now).await.map_err(taken)?;
            let plan = Plan {
                kind: ApiKeyKind::Retailer,
                name: "first key".to_owned(),
                scopes: Scope::defaults(new.development),
                store: None,
                vendor: None,
                lifetime: NINETY_DAYS,
            };
            api_keys::add(c, id, plan, key.clone(), now).await?;
            Ok::<_, Failure>(Begun { id, api_key: key })
        })
    });
    begun.await
}

/// Lets a person into the console.
pub async fn add_console_user(app: &App, retailer: RetailerId, email: &str, password: &str) -> Result<(), Failure> {
    let hash = Password::new(password).hash(app).await?;
    let (email, now) = (email.to_owned(), app.clock.now());
    let added = app.database.change(move |c| {
        let (email, hash) = (email.clone(), hash.clone());
        Box::pin(async move {
            let added = rows::console_users::insert(c, retailer, &email, &hash, now).await;
            added.map_err(taken)
        })
    });
    added.await
}

/// Plans the shelves of a store from now on.
pub async fn plan_shelves(app: &App, store: StoreId, plans: Vec<ShelfPlan>) -> Result<(), Failure> {
    let now = app.clock.now();
    let planned = app.database.change(move |c| {
        let plans = plans.clone();
        Box::pin(async move {
            for plan in &plans {
                rows::planograms::save(c, store, plan, now).await?;
            }
            Ok::<_, Failure>(())
        })
    });
    planned.await
}

/// The retailer is as it was meant to be.
pub async fn finish(app: &App, retailer: RetailerId) -> Result<(), Failure> {
    app.database.change(move |c| Box::pin(async move { Ok(rows::retailers::finish(c, retailer).await?) })).await
}

/// Removes everything that unfinished seedings left.
pub async fn erase_unfinished(app: &App) -> Result<(), Failure> {
    let erased = app.database.change(|c| {
        Box::pin(async move {
            for id in rows::retailers::unfinished(c).await? {
                rows::retailers::erase_unfinished(c, id).await?;
            }
            Ok::<_, Failure>(())
        })
    });
    erased.await
}

fn taken(error: Error) -> Failure {
    match &error {
        Error::Conflict(key) if key.is("retailers", &["name"]) => {
            Refusal::conflict("Retailer with this name already exists").into()
        }
        Error::Conflict(key) if key.is("console_users", &["email_folded"]) => {
            Refusal::conflict("Console user with this email already exists").into()
        }
        _ => error.into(),
    }
}

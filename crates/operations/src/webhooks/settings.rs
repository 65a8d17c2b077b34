//! Making, reading, changing and taking away settings.

use aisle_database::Connection;
use aisle_database::rows::webhooks::{self as rows, DisabledReason, NewSetting, Setting, health};
use aisle_database::rows::{deliveries, lanes, webhook_secrets, zone_buffers};
use aisle_model::webhook::WebhookType;
use aisle_model::{Moment, RetailerId, StoreId, WebhookId};
use aisle_partners::SigningKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::endpoint::{AUTHORIZATION_TOKEN, HEADERS, open_secret, own_headers};
use super::faults;
use super::new_key::add_key;
use super::options::Options;
use crate::patch::Patch;
use crate::{App, Caller, Failure, Refusal};

/// Most settings of one type, and of a retailer.
const MOST_OF_A_TYPE: usize = 20;
const MOST: usize = 200;
/// Deliveries given up in one change.
const SLICE: i64 = 1000;

/// A setting as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingView {
    /// The row.
    pub setting: Setting,
    /// Its own headers, opened.
    pub headers: Map<String, Value>,
    /// When each live secret was made and ends, newest first.
    pub secrets: Vec<(Moment, Option<Moment>)>,
    /// Newest public key, for one that signs with a pair.
    pub public_key: Option<String>,
    /// Messages that have not arrived.
    pub waiting: i64,
}

/// A setting to be made; judged by the contract's schema before.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "push-webhooks.md, section 2")]
pub struct NewWebhook {
    pub kind: WebhookType,
    pub url: String,
    pub enabled: bool,
    pub priority: i64,
    pub is_default: bool,
    pub store_ids: Vec<StoreId>,
    pub options: Map<String, Value>,
    pub headers: Map<String, Value>,
    pub authorization: Option<String>,
    pub timeout_ms: Option<i64>,
    pub signing: String,
}

/// What a PATCH says.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "push-webhooks.md, section 2")]
pub struct WebhookChange {
    pub kind: Option<WebhookType>,
    pub url: Option<String>,
    pub enabled: Option<bool>,
    pub priority: Option<i64>,
    pub is_default: Option<bool>,
    pub store_ids: Option<Vec<StoreId>>,
    pub options: Option<Map<String, Value>>,
    pub headers: Option<Map<String, Value>>,
    pub authorization: Patch<String>,
    pub timeout_ms: Option<i64>,
    /// Drops what was kept while the server had it switched off, instead of sending it.
    pub drop_kept: bool,
}

/// Makes a setting. The second value is its signing secret, which is shown nowhere else; none for one with a key pair.
pub async fn create(app: &App, caller: &Caller, new: NewWebhook) -> Result<(SettingView, Option<String>), Failure> {
    let faults = faults::of_new(app, &new);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let (this, retailer) = (app.clone(), caller.retailer);
    let change = app.change_once(caller, move |c| {
        let (app, new) = (this.clone(), new.clone());
        Box::pin(async move {
            let now = app.clock.now();
            rows::lock(c, retailer).await?;
            let others = rows::list(c, retailer).await?;
            refuse_too_many(&others, new.kind)?;
            faults::refuse_unknown_stores(c, retailer, &new.store_ids).await?;
            if new.is_default {
                refuse_second_default(&others, None, &new.store_ids)?;
            }
            let setting = rows::insert(c, &sealed(&app, retailer, &new)?, now).await?;
            let secret = add_key(c, &app, &setting, None, now).await?;
            Ok((view(c, &app, setting).await?, secret))
        })
    });
    change.await
}

fn sealed(app: &App, retailer: RetailerId, new: &NewWebhook) -> Result<NewSetting, Failure> {
    let options = Options::for_type(new.kind, &new.options).map_err(Refusal::Invalid)?;
    let asks = new.kind.asks() || (new.kind == WebhookType::Checkout && new.is_default);
    Ok(NewSetting {
        retailer,
        kind: new.kind,
        url: new.url.clone(),
        enabled: new.enabled,
        priority: new.priority,
        is_default: new.is_default,
        store_ids: new.store_ids.clone(),
        options,
        headers: seal_headers(app, &new.headers)?,
        authorization: new.authorization.as_deref().map(|token| seal_token(app, token)),
        timeout_ms: new.timeout_ms.unwrap_or(if asks { 5000 } else { 15_000 }),
        signing: new.signing.clone(),
    })
}

fn seal_headers(app: &App, headers: &Map<String, Value>) -> Result<Vec<u8>, Failure> {
    let plain = serde_json::to_vec(headers).map_err(Failure::broken)?;
    Ok(app.keys.seal(HEADERS, &plain, &app.chance))
}

fn seal_token(app: &App, token: &str) -> Vec<u8> {
    app.keys.seal(AUTHORIZATION_TOKEN, token.as_bytes(), &app.chance)
}

fn refuse_too_many(others: &[Setting], kind: WebhookType) -> Result<(), Refusal> {
    if others.iter().filter(|other| other.kind == kind).count() >= MOST_OF_A_TYPE {
        return Err(Refusal::conflict("Too many webhooks of this type"));
    }
    if others.len() >= MOST {
        return Err(Refusal::conflict(format!("There are {MOST} webhooks already")));
    }
    Ok(())
}

fn refuse_second_default(others: &[Setting], own: Option<WebhookId>, stores: &[StoreId]) -> Result<(), Refusal> {
    let overlaps = |other: &Setting| {
        stores.is_empty() || other.store_ids.is_empty() || other.store_ids.iter().any(|store| stores.contains(store))
    };
    if others.iter().any(|other| other.is_default && Some(other.id) != own && overlaps(other)) {
        return Err(Refusal::conflict("Store would have two default checkout webhooks"));
    }
    Ok(())
}

/// One setting as its owner sees it.
pub(super) async fn view(c: &mut Connection, app: &App, setting: Setting) -> Result<SettingView, Failure> {
    let secrets = webhook_secrets::of_settings(c, &[setting.id], app.clock.now()).await?;
    let newest = secrets.first().map(|row| open_secret(&app.keys, row)).transpose()?;
    let public_key = match newest {
        Some(SigningKey::Pair(pair)) => Some(pair.public_key()),
        Some(SigningKey::Secret(_)) | None => None,
    };
    Ok(SettingView {
        public_key,
        headers: own_headers(&app.keys, &setting)?,
        secrets: secrets.iter().map(|one| (one.created_at, one.expires_at)).collect(),
        waiting: lanes::waiting(c, setting.id).await?,
        setting,
    })
}

pub(super) async fn found(c: &mut Connection, retailer: RetailerId, id: WebhookId) -> Result<Setting, Failure> {
    let setting = rows::find(c, retailer, id).await?;
    Ok(setting.ok_or(Refusal::NotFound("Webhook"))?)
}

/// One setting.
pub async fn get(app: &App, caller: &Caller, id: WebhookId) -> Result<SettingView, Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let setting = found(c, retailer, id).await?;
            view(c, &this, setting).await
        })
    });
    read.await
}

/// The settings by type, priority and age; only of these types (all when empty), only on or off, only for a store.
pub async fn list(
    app: &App,
    caller: &Caller,
    kinds: Vec<WebhookType>,
    enabled: Option<bool>,
    store: Option<StoreId>,
) -> Result<Vec<SettingView>, Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let mut views = Vec::new();
            for setting in rows::list(c, retailer).await? {
                let takes = |store| {
                    setting.kind == WebhookType::CustomerCreated
                        || crate::notices::takes_store(&setting.store_ids, store)
                };
                let is_wanted = (kinds.is_empty() || kinds.contains(&setting.kind))
                    && enabled.is_none_or(|enabled| enabled == setting.enabled)
                    && store.is_none_or(takes);
                if is_wanted {
                    views.push(view(c, &this, setting).await?);
                }
            }
            Ok(views)
        })
    });
    read.await
}

/// Changes a setting. What waits when a person switches it off is given up, for while it is off nothing is kept.
pub async fn update(app: &App, caller: &Caller, id: WebhookId, change: WebhookChange) -> Result<SettingView, Failure> {
    let before = get(app, caller, id).await?.setting;
    let faults = faults::of_change(app, before.kind, &change);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    if change.kind.is_some_and(|kind| kind != before.kind) {
        return Err(Refusal::conflict("Webhook type cannot change").into());
    }
    if change.drop_kept && change.enabled == Some(true) && !before.enabled {
        while give_up_some(app, id).await? {}
    }
    let (this, retailer) = (app.clone(), caller.retailer);
    let save = app.database.change(move |c| {
        let (app, change) = (this.clone(), change.clone());
        Box::pin(async move { save_change(c, &app, retailer, id, change).await })
    });
    let mut view = save.await?;
    if view.setting.disabled_reason == Some(DisabledReason::Manual)
        && before.disabled_reason != Some(DisabledReason::Manual)
    {
        while give_up_some(app, id).await? {}
        view.waiting = 0;
    }
    if view.setting.enabled && !before.enabled {
        while hurry_some(app, id).await? {}
    }
    app.nudges.deliveries().notify_one();
    Ok(view)
}

async fn save_change(
    c: &mut Connection,
    app: &App,
    retailer: RetailerId,
    id: WebhookId,
    change: WebhookChange,
) -> Result<SettingView, Failure> {
    rows::lock(c, retailer).await?;
    let mut setting = found(c, retailer, id).await?;
    let was_enabled = setting.enabled;
    let is_buffered = Options::of(&setting.options)?.buffered;
    apply(app, &mut setting, change)?;
    faults::refuse_unknown_stores(c, retailer, &setting.store_ids).await?;
    if setting.is_default {
        let others = rows::list(c, retailer).await?;
        refuse_second_default(&others, Some(id), &setting.store_ids)?;
    }
    let is_over = is_buffered && !Options::of(&setting.options)?.buffered;
    if is_over || !setting.enabled {
        zone_buffers::remove_of_setting(c, id).await?;
    }
    if !rows::save(c, &setting, app.clock.now()).await? {
        return Err(Failure::Busy("the webhook was changed meanwhile".to_owned()));
    }
    if setting.enabled && !was_enabled {
        health::begin_anew(c, id).await?;
    }
    let saved = found(c, retailer, id).await?;
    view(c, app, saved).await
}

fn apply(app: &App, setting: &mut Setting, change: WebhookChange) -> Result<(), Failure> {
    if let Some(url) = change.url {
        setting.url = url;
    }
    match change.enabled {
        Some(true) => {
            setting.enabled = true;
            setting.disabled_reason = None;
        }
        Some(false) => {
            setting.enabled = false;
            setting.disabled_reason = Some(DisabledReason::Manual);
        }
        None => {}
    }
    setting.priority = change.priority.unwrap_or(setting.priority);
    setting.is_default = change.is_default.unwrap_or(setting.is_default);
    setting.timeout_ms = change.timeout_ms.unwrap_or(setting.timeout_ms);
    if let Some(stores) = change.store_ids {
        setting.store_ids = stores;
    }
    if let Some(options) = change.options {
        setting.options = Options::for_type(setting.kind, &options).map_err(Refusal::Invalid)?;
    }
    if let Some(headers) = change.headers {
        setting.headers = seal_headers(app, &headers)?;
    }
    let seal = |token: String| seal_token(app, &token);
    match change.authorization {
        Patch::Keep => {}
        Patch::Clear => setting.authorization = None,
        Patch::Set(token) => setting.authorization = Some(seal(token)),
    }
    Ok(())
}

/// Takes a setting away and gives up what waits for it. Its attempts stay readable.
pub async fn delete(app: &App, caller: &Caller, id: WebhookId) -> Result<(), Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let change = app.database.change(move |c| {
        let app = this.clone();
        Box::pin(async move {
            let setting = found(c, retailer, id).await?;
            zone_buffers::remove_of_setting(c, id).await?;
            if !rows::remove(c, setting.id, app.clock.now()).await? {
                return Err(Refusal::NotFound("Webhook").into());
            }
            Ok::<_, Failure>(())
        })
    });
    change.await?;
    while give_up_some(app, id).await? {}
    Ok(())
}

/// Gives up a slice of what waits for a setting; true while there may be more. A crash in between leaves the rest to the
/// worker that forgets.
async fn give_up_some(app: &App, id: WebhookId) -> Result<bool, Failure> {
    let now = app.clock.now();
    let change = app.database.change(move |c| {
        Box::pin(async move {
            let count = deliveries::give_up_some(c, id, now, SLICE).await?;
            Ok::<_, Failure>(i64::try_from(count).is_ok_and(|count| count >= SLICE))
        })
    });
    change.await
}

/// Lets a slice of what is kept for a setting go out at once instead of at its next retry; true while there may be more.
async fn hurry_some(app: &App, id: WebhookId) -> Result<bool, Failure> {
    let change =
        app.database.change(move |c| Box::pin(async move { Ok::<_, Failure>(lanes::hurry_some(c, id, SLICE).await?) }));
    Ok(change.await? >= SLICE.unsigned_abs())
}

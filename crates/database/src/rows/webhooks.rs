//! Webhook settings. Headers and tokens are sealed by the caller.

pub mod health;

use aisle_model::webhook::WebhookType;
use aisle_model::{Moment, RetailerId, StoreId, WebhookId, named_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};

use crate::ids::{Json, json_text};
use crate::stored::{FromValue, Kind, Stored, Value};
use crate::{Connection, Error, Row, Statement, sql};

named_enum! {
    /// Why a setting is switched off.
    DisabledReason { Manual = "manual", Gone = "gone", Failures = "failures" }
}

impl From<DisabledReason> for Value {
    fn from(reason: DisabledReason) -> Self {
        Self::from(reason.as_str())
    }
}

impl Stored for DisabledReason {
    const KIND: Kind = Kind::Text;
}

impl FromValue for DisabledReason {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not known"))
    }
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "push-webhooks.md, section 2")]
pub struct Setting {
    pub id: WebhookId,
    pub retailer: RetailerId,
    pub kind: WebhookType,
    pub url: String,
    pub enabled: bool,
    pub disabled_reason: Option<DisabledReason>,
    pub priority: i64,
    pub is_default: bool,
    /// Empty: all.
    pub store_ids: Vec<StoreId>,
    pub options: Map<String, JsonValue>,
    /// Sealed JSON object.
    pub headers: Vec<u8>,
    /// Sealed.
    pub authorization: Option<Vec<u8>>,
    pub timeout_ms: i64,
    pub signing: String,
    pub failing_since: Option<Moment>,
    pub last_success_at: Option<Moment>,
    pub last_attempt_at: Option<Moment>,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub version: i64,
}

/// A setting to be made.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in Setting")]
pub struct NewSetting {
    pub retailer: RetailerId,
    pub kind: WebhookType,
    pub url: String,
    pub enabled: bool,
    pub priority: i64,
    pub is_default: bool,
    pub store_ids: Vec<StoreId>,
    pub options: Map<String, JsonValue>,
    pub headers: Vec<u8>,
    pub authorization: Option<Vec<u8>>,
    pub timeout_ms: i64,
    pub signing: String,
}

/// What a setting that is told of something needs for its copy.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as in Setting")]
pub struct Listener {
    pub id: WebhookId,
    pub store_ids: Vec<StoreId>,
    pub options: Map<String, JsonValue>,
}

fn setting(row: &Row) -> Result<Setting, Error> {
    Ok(Setting {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        kind: row.get("type")?,
        url: row.get("url")?,
        enabled: row.get("enabled")?,
        disabled_reason: row.get("disabled_reason")?,
        priority: row.get("priority")?,
        is_default: row.get("is_default")?,
        store_ids: row.get::<Json<_>>("store_ids")?.0,
        options: row.get::<Json<_>>("options")?.0,
        headers: row.get("headers")?,
        authorization: row.get("authorization_token")?,
        timeout_ms: row.get("timeout_ms")?,
        signing: row.get("signing")?,
        failing_since: row.get("failing_since")?,
        last_success_at: row.get("last_success_at")?,
        last_attempt_at: row.get("last_attempt_at")?,
        last_status: row.get("last_status")?,
        last_error: row.get("last_error")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

async fn settings(c: &mut Connection, select: impl Into<Statement>) -> Result<Vec<Setting>, Error> {
    c.fetch_all(select).await?.iter().map(setting).collect()
}

/// Adds a setting and answers the row.
pub async fn insert(c: &mut Connection, new: &NewSetting, now: Moment) -> Result<Setting, Error> {
    let reason = (!new.enabled).then_some(DisabledReason::Manual);
    let insert = sql!(
        "insert into webhooks (retailer_id, type, url, enabled, disabled_reason, priority, is_default, store_ids, options,
             headers, authorization_token, timeout_ms, signing, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning *",
        new.retailer,
        new.kind,
        &new.url,
        new.enabled,
        reason,
        new.priority,
        new.is_default,
        json_text(&new.store_ids),
        json_text(&new.options),
        new.headers.clone(),
        new.authorization.clone(),
        new.timeout_ms,
        &new.signing,
        now,
        now
    );
    setting(&c.fetch_one(insert).await?)
}

/// One setting of a retailer that was not taken away.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: WebhookId) -> Result<Option<Setting>, Error> {
    let select = sql!("select * from webhooks where retailer_id = $1 and id = $2 and deleted_at is null", retailer, id);
    Ok(settings(c, select).await?.pop())
}

/// Whether a retailer has or had a setting of this id.
pub async fn existed(c: &mut Connection, retailer: RetailerId, id: WebhookId) -> Result<bool, Error> {
    let select = sql!("select id from webhooks where retailer_id = $1 and id = $2", retailer, id);
    Ok(c.fetch_optional(select).await?.is_some())
}

/// A retailer's settings by type, priority and age; at most 200 exist. One at a time may change which default settings
/// there are, so whoever adds or changes one locks the retailer first.
pub async fn list(c: &mut Connection, retailer: RetailerId) -> Result<Vec<Setting>, Error> {
    let select = sql!(
        "select * from webhooks where retailer_id = $1 and deleted_at is null order by type, priority, id limit 1000",
        retailer
    );
    settings(c, select).await
}

/// Makes changes to the set of a retailer's settings wait for each other until the change ends.
pub async fn lock(c: &mut Connection, retailer: RetailerId) -> Result<(), Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!("update retailers set name = name where id = $1", retailer);
    c.execute_one(update).await.map(drop)
}

/// The settings of one type that are asked, in their order.
pub async fn to_ask(c: &mut Connection, retailer: RetailerId, kind: WebhookType) -> Result<Vec<Setting>, Error> {
    let select = sql!(
        "select * from webhooks where retailer_id = $1 and type = $2 and deleted_at is null and enabled = $3
         order by priority, id limit 200",
        retailer,
        kind,
        true
    );
    settings(c, select).await
}

/// Who is told of something, in the order of the starts: settings that are on, and those the server switched off, for
/// which it is kept.
pub async fn listeners(c: &mut Connection, retailer: RetailerId, kind: WebhookType) -> Result<Vec<Listener>, Error> {
    let select = sql!(
        "select id, store_ids, options from webhooks
         where retailer_id = $1 and type = $2 and deleted_at is null
             and (enabled = $3 or disabled_reason in ('gone', 'failures'))
         order by priority, id limit 200",
        retailer,
        kind,
        true
    );
    let listener = |row: &Row| {
        Ok(Listener {
            id: row.get("id")?,
            store_ids: row.get::<Json<_>>("store_ids")?.0,
            options: row.get::<Json<_>>("options")?.0,
        })
    };
    c.fetch_all(select).await?.iter().map(listener).collect()
}

/// Settings by their ids, for the delivery of what waits for them.
pub async fn by_ids(c: &mut Connection, ids: &[WebhookId]) -> Result<Vec<Setting>, Error> {
    let mut select = Statement::build("select * from webhooks where deleted_at is null and id in (");
    select.bind_list(ids.iter().copied()).push(")");
    settings(c, select).await
}

/// Saves what its owner may change, if the row is still the version that was read. False when it is not.
pub async fn save(c: &mut Connection, changed: &Setting, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update webhooks set url = $1, enabled = $2, disabled_reason = $3, priority = $4, is_default = $5, store_ids = $6,
             options = $7, headers = $8, authorization_token = $9, timeout_ms = $10, updated_at = $11, version = version + 1
         where id = $12 and version = $13 and deleted_at is null",
        &changed.url,
        changed.enabled,
        changed.disabled_reason,
        changed.priority,
        changed.is_default,
        json_text(&changed.store_ids),
        json_text(&changed.options),
        changed.headers.clone(),
        changed.authorization.clone(),
        changed.timeout_ms,
        now,
        changed.id,
        changed.version
    );
    c.execute_one(update).await
}

/// Takes a setting away; its attempts stay readable. False when it was gone.
pub async fn remove(c: &mut Connection, id: WebhookId, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update webhooks set enabled = $1, is_default = $1, deleted_at = $2, version = version + 1
         where id = $3 and deleted_at is null",
        false,
        now,
        id
    );
    c.execute_one(update).await
}

/// Switches a setting off, for a reason of the server's. False when it was off or gone.
pub async fn switch_off(c: &mut Connection, id: WebhookId, reason: DisabledReason, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update webhooks set enabled = $1, disabled_reason = $2, updated_at = $3, version = version + 1
         where id = $4 and enabled = $5 and deleted_at is null",
        false,
        reason,
        now,
        id,
        true
    );
    c.execute_one(update).await
}

/// Marks a setting as changed, so that whoever has read it reads it again.
pub async fn touch(c: &mut Connection, id: WebhookId, now: Moment) -> Result<(), Error> {
    let update = sql!("update webhooks set updated_at = $1, version = version + 1 where id = $2", now, id);
    c.execute_one(update).await.map(drop)
}

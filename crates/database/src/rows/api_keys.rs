//! Static keys of retailers, stores and vendors.

use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::{ApiKeyId, Moment, RetailerId, StoreId};
use serde::{Deserialize, Serialize};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

/// One key, without itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub retailer: RetailerId,
    pub kind: ApiKeyKind,
    pub name: String,
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub development: bool,
    pub store: Option<StoreId>,
    pub vendor: Option<String>,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
    pub created_at: Moment,
    pub expires_at: Moment,
}

/// A key to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewApiKey {
    pub retailer: RetailerId,
    pub kind: ApiKeyKind,
    pub name: String,
    pub prefix: String,
    pub hash: [u8; 32],
    pub scopes: Vec<Scope>,
    pub development: bool,
    pub store: Option<StoreId>,
    pub vendor: Option<String>,
    pub expires_at: Moment,
}

/// Which keys; all conditions hold together.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Only of this kind.
    pub kind: Option<ApiKeyKind>,
    /// Only of this store.
    pub store: Option<StoreId>,
    /// Not those that were revoked or expired before.
    pub live_after: Moment,
}

fn key(row: &Row) -> Result<ApiKey, Error> {
    Ok(ApiKey {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        kind: row.get("kind")?,
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        scopes: row.get::<Json<_>>("scopes")?.0,
        development: row.get("development")?,
        store: row.get("store_id")?,
        vendor: row.get("vendor")?,
        last_used_at: row.get("last_used_at")?,
        revoked_at: row.get("revoked_at")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Adds a key.
pub async fn insert(c: &mut Connection, new: &NewApiKey, now: Moment) -> Result<ApiKey, Error> {
    let insert = sql!(
        "insert into api_keys (retailer_id, kind, name, prefix, hash, scopes, development, store_id, vendor, created_at,
             expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *",
        new.retailer,
        new.kind,
        &new.name,
        &new.prefix,
        new.hash,
        json_text(&new.scopes),
        new.development,
        new.store,
        new.vendor.clone(),
        now,
        new.expires_at
    );
    key(&c.fetch_one(insert).await?)
}

/// One key of a retailer, live or not.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: ApiKeyId) -> Result<Option<ApiKey>, Error> {
    let select = sql!("select * from api_keys where retailer_id = $1 and id = $2", retailer, id);
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(key).transpose()
}

/// A retailer's keys by id.
pub async fn list(c: &mut Connection, retailer: RetailerId, filter: Filter) -> Result<Vec<ApiKey>, Error> {
    let mut select = Statement::build("select * from api_keys where retailer_id = ");
    select.bind(retailer);
    select.push(" and expires_at > ").bind(filter.live_after);
    select.push(" and (revoked_at is null or revoked_at > ").bind(filter.live_after);
    select.push(")");
    if let Some(kind) = filter.kind {
        select.push(" and kind = ").bind(kind);
    }
    if let Some(store) = filter.store {
        select.push(" and store_id = ").bind(store);
    }
    select.push(" order by id limit 10000");
    c.fetch_all(&mut select).await?.iter().map(key).collect()
}

/// Revokes a key; one that was revoked before keeps its moment.
pub async fn revoke(c: &mut Connection, id: ApiKeyId, now: Moment) -> Result<bool, Error> {
    c.execute_one(sql!("update api_keys set revoked_at = $1 where id = $2 and revoked_at is null", now, id)).await
}

/// Lets a key that is not revoked end no later than `at`.
pub async fn expire(c: &mut Connection, id: ApiKeyId, at: Moment) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update api_keys set expires_at = case when expires_at < $1 then expires_at else $1 end
         where id = $2 and revoked_at is null",
        at,
        id
    ))
    .await
}

//! What a bearer token says: access tokens of applications, and static keys.

use aisle_model::access::{ApiKeyKind, Scope};
use aisle_model::{ApiKeyId, ApplicationId, Moment, RetailerId, StoreId};

use crate::ids::Json;
use crate::{Connection, Error, Row, sql};

/// A live access token of an enabled application.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct AccessToken {
    pub application: ApplicationId,
    pub retailer: RetailerId,
    pub development: bool,
    /// Of the token; it has those that the application has too.
    pub scopes: Vec<Scope>,
    pub application_scopes: Vec<Scope>,
    pub expires_at: Moment,
    pub last_used_at: Option<Moment>,
}

/// A static key that is neither revoked nor expired.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct LiveKey {
    pub id: ApiKeyId,
    pub retailer: RetailerId,
    pub kind: ApiKeyKind,
    pub scopes: Vec<Scope>,
    pub development: bool,
    pub store: Option<StoreId>,
    pub vendor: Option<String>,
    pub expires_at: Moment,
    pub last_used_at: Option<Moment>,
}

/// A new access token.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewAccessToken {
    pub hash: [u8; 32],
    pub application: ApplicationId,
    pub secret: i64,
    pub scopes: Vec<Scope>,
    pub expires_at: Moment,
}

/// The live access token with this hash.
pub async fn access_token(c: &mut Connection, hash: [u8; 32], now: Moment) -> Result<Option<AccessToken>, Error> {
    let select = sql!(
        "select a.id, a.retailer_id, a.development, t.scopes, a.scopes as application_scopes, t.expires_at, a.last_used_at
         from access_tokens t
         join applications a on a.id = t.application_id
         join application_secrets s on s.id = t.secret_id
         where t.hash = $1 and t.expires_at > $2 and a.enabled and a.deleted_at is null
           and (s.expires_at is null or s.expires_at > $2)",
        hash,
        now
    );
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(token).transpose()
}

fn token(row: &Row) -> Result<AccessToken, Error> {
    Ok(AccessToken {
        application: row.get("id")?,
        retailer: row.get("retailer_id")?,
        development: row.get("development")?,
        scopes: row.get::<Json<_>>("scopes")?.0,
        application_scopes: row.get::<Json<_>>("application_scopes")?.0,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

/// Adds an access token.
pub async fn insert_access_token(c: &mut Connection, new: &NewAccessToken, now: Moment) -> Result<(), Error> {
    let insert = sql!(
        "insert into access_tokens (hash, application_id, secret_id, scopes, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        new.hash,
        new.application,
        new.secret,
        crate::ids::json_text(&new.scopes),
        now,
        new.expires_at
    );
    c.execute(insert).await.map(drop)
}

/// Removes access tokens that expired before a moment, at most `most` of them; answers how many.
pub async fn purge_access_tokens(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    c.execute(sql!(
        "delete from access_tokens where hash in
             (select hash from access_tokens where expires_at < $1 order by expires_at limit $2)",
        before,
        most
    ))
    .await
}

/// The live key with this hash.
pub async fn live_key(c: &mut Connection, hash: [u8; 32], now: Moment) -> Result<Option<LiveKey>, Error> {
    let select = sql!(
        "select id, retailer_id, kind, scopes, development, store_id, vendor, expires_at, last_used_at
         from api_keys where hash = $1 and revoked_at is null and expires_at > $2",
        hash,
        now
    );
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(key).transpose()
}

fn key(row: &Row) -> Result<LiveKey, Error> {
    Ok(LiveKey {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        kind: row.get("kind")?,
        scopes: row.get::<Json<_>>("scopes")?.0,
        development: row.get("development")?,
        store: row.get("store_id")?,
        vendor: row.get("vendor")?,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

/// Notes that a key was used, unless that was noted after `unless_after`.
pub async fn touch_key(c: &mut Connection, id: ApiKeyId, now: Moment, unless_after: Moment) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update api_keys set last_used_at = $1 where id = $2 and (last_used_at is null or last_used_at <= $3)",
        now,
        id,
        unless_after
    ))
    .await
}

/// Notes that an application was used, unless that was noted after `unless_after`.
pub async fn touch_application(
    c: &mut Connection,
    id: ApplicationId,
    now: Moment,
    unless_after: Moment,
) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update applications set last_used_at = $1 where id = $2 and (last_used_at is null or last_used_at <= $3)",
        now,
        id,
        unless_after
    ))
    .await
}

//! Applications and their secrets. A deleted application stays as a row, so that its client id is never used again.

use aisle_model::access::Scope;
use aisle_model::{ApplicationId, Moment, RetailerId};
use serde::{Deserialize, Serialize};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, sql};

/// One application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Application {
    pub id: ApplicationId,
    pub retailer: RetailerId,
    pub client_id: String,
    pub description: String,
    pub development: bool,
    pub scopes: Vec<Scope>,
    pub enabled: bool,
    pub last_used_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub version: i64,
}

/// An application to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewApplication {
    pub retailer: RetailerId,
    pub client_id: String,
    pub description: String,
    pub development: bool,
    pub scopes: Vec<Scope>,
    pub enabled: bool,
}

/// One secret, without itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Secret {
    /// The row.
    pub id: i64,
    /// Its first characters.
    pub prefix: String,
    /// SHA-256 of it.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created_at: Moment,
    /// End of the overlap; none for the newest.
    pub expires_at: Option<Moment>,
}

fn application(row: &Row) -> Result<Application, Error> {
    Ok(Application {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        client_id: row.get("client_id")?,
        description: row.get("description")?,
        development: row.get("development")?,
        scopes: row.get::<Json<_>>("scopes")?.0,
        enabled: row.get("enabled")?,
        last_used_at: row.get("last_used_at")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn secret(row: &Row) -> Result<Secret, Error> {
    Ok(Secret {
        id: row.get("id")?,
        prefix: row.get("prefix")?,
        hash: row.get("hash")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Adds an application.
pub async fn insert(c: &mut Connection, new: &NewApplication, now: Moment) -> Result<Application, Error> {
    let insert = sql!(
        "insert into applications
             (retailer_id, client_id, description, development, scopes, enabled, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7) returning *",
        new.retailer,
        &new.client_id,
        &new.description,
        new.development,
        json_text(&new.scopes),
        new.enabled,
        now
    );
    application(&c.fetch_one(insert).await?)
}

/// One application of a retailer.
pub async fn find(c: &mut Connection, retailer: RetailerId, id: ApplicationId) -> Result<Option<Application>, Error> {
    let select =
        sql!("select * from applications where retailer_id = $1 and id = $2 and deleted_at is null", retailer, id);
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(application).transpose()
}

/// The enabled application with this client id.
pub async fn find_client(c: &mut Connection, client_id: &str) -> Result<Option<Application>, Error> {
    let select = sql!("select * from applications where client_id = $1 and enabled and deleted_at is null", client_id);
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(application).transpose()
}

/// A retailer's applications by id.
pub async fn list(c: &mut Connection, retailer: RetailerId) -> Result<Vec<Application>, Error> {
    let select = sql!(
        "select * from applications where retailer_id = $1 and deleted_at is null order by id limit 10000",
        retailer
    );
    c.fetch_all(select).await?.iter().map(application).collect()
}

/// Saves what can be changed, unless somebody else did meanwhile (false).
pub async fn update(c: &mut Connection, changed: &Application, now: Moment) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update applications set description = $1, development = $2, scopes = $3, enabled = $4, updated_at = $5,
             version = version + 1
         where id = $6 and version = $7 and deleted_at is null",
        &changed.description,
        changed.development,
        json_text(&changed.scopes),
        changed.enabled,
        now,
        changed.id,
        changed.version
    ))
    .await
}

/// Deletes an application: its secrets and tokens go with it, its client id stays taken.
pub async fn delete(c: &mut Connection, retailer: RetailerId, id: ApplicationId, now: Moment) -> Result<bool, Error> {
    let update = sql!(
        "update applications set deleted_at = $1, enabled = $2, version = version + 1
         where retailer_id = $3 and id = $4 and deleted_at is null",
        now,
        false,
        retailer,
        id
    );
    if !c.execute_one(update).await? {
        return Ok(false);
    }
    let delete = sql!("delete from application_secrets where application_id = $1", id);
    c.execute(delete).await?;
    Ok(true)
}

/// The live secrets of an application, newest first.
pub async fn secrets(c: &mut Connection, application: ApplicationId, now: Moment) -> Result<Vec<Secret>, Error> {
    let select = sql!(
        "select id, prefix, hash, created_at, expires_at from application_secrets
         where application_id = $1 and (expires_at is null or expires_at > $2) order by id desc limit 100",
        application,
        now
    );
    c.fetch_all(select).await?.iter().map(secret).collect()
}

/// Adds a secret.
pub async fn insert_secret(
    c: &mut Connection,
    application: ApplicationId,
    prefix: &str,
    hash: [u8; 32],
    now: Moment,
) -> Result<(), Error> {
    let insert = sql!(
        "insert into application_secrets (application_id, prefix, hash, created_at) values ($1, $2, $3, $4)",
        application,
        prefix,
        hash,
        now
    );
    c.execute(insert).await.map(drop)
}

/// Lets a secret end.
pub async fn expire_secret(c: &mut Connection, id: i64, at: Moment) -> Result<bool, Error> {
    c.execute_one(sql!("update application_secrets set expires_at = $1 where id = $2", at, id)).await
}

/// Removes a secret, and with it the tokens that it gave.
pub async fn delete_secret(c: &mut Connection, id: i64) -> Result<bool, Error> {
    c.execute_one(sql!("delete from application_secrets where id = $1", id)).await
}

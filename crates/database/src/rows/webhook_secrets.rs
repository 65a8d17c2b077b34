//! Signing secrets of webhook settings, sealed by the caller.

use aisle_model::{Moment, RetailerId, WebhookId};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, Statement, sql};

/// A sealed signing secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct SecretRow {
    pub id: i64,
    pub webhook: WebhookId,
    pub secret: Vec<u8>,
    pub created_at: Moment,
    /// End of the overlap; absent for the newest.
    pub expires_at: Option<Moment>,
}

fn secret(row: &Row) -> Result<SecretRow, Error> {
    Ok(SecretRow {
        id: row.get("id")?,
        webhook: row.get("webhook_id")?,
        secret: row.get("secret")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// The secrets of some settings that still sign, newest first within each.
pub async fn of_settings(c: &mut Connection, ids: &[WebhookId], now: Moment) -> Result<Vec<SecretRow>, Error> {
    let mut select = Statement::build("select * from webhook_secrets where (expires_at is null or expires_at > ");
    select.bind(now).push(") and webhook_id in (");
    select.bind_list(ids.iter().copied()).push(") order by webhook_id, id desc");
    c.fetch_all(select).await?.iter().map(secret).collect()
}

/// All secrets with which calls to a retailer are signed now; for checking what came in.
pub async fn of_retailer(c: &mut Connection, retailer: RetailerId, now: Moment) -> Result<Vec<SecretRow>, Error> {
    let select = sql!(
        "select s.* from webhook_secrets s join webhooks w on w.id = s.webhook_id
         where w.retailer_id = $1 and w.deleted_at is null and (s.expires_at is null or s.expires_at > $2)
         order by s.id desc limit 1000",
        retailer,
        now
    );
    c.fetch_all(select).await?.iter().map(secret).collect()
}

/// Adds a secret.
pub async fn insert(c: &mut Connection, webhook: WebhookId, sealed: Vec<u8>, now: Moment) -> Result<(), Error> {
    let insert =
        sql!("insert into webhook_secrets (webhook_id, secret, created_at) values ($1, $2, $3)", webhook, sealed, now);
    c.execute(insert).await.map(drop)
}

/// Ends the newest secret's reign at `until`, and forgets the ones before it.
pub async fn end(c: &mut Connection, webhook: WebhookId, until: Moment, now: Moment) -> Result<(), Error> {
    let forget = sql!("delete from webhook_secrets where webhook_id = $1 and expires_at is not null", webhook);
    c.execute(forget).await?;
    let end = sql!("update webhook_secrets set expires_at = $1 where webhook_id = $2", until, webhook);
    c.execute(end).await?;
    let over = sql!("delete from webhook_secrets where webhook_id = $1 and expires_at <= $2", webhook, now);
    c.execute(over).await.map(drop)
}

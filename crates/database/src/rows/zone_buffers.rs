//! Who of a session is in a zone, for settings that are told once per session. What the text means is the caller's.

use aisle_model::{Moment, RetailerId, SessionToken, StoreId, WebhookId, ZoneId};

use crate::{Connection, Error, Row, Statement, sql};

/// What names a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct BufferKey {
    pub webhook: WebhookId,
    pub session: SessionToken,
    pub zone: ZoneId,
    pub retailer: RetailerId,
    pub store: StoreId,
}

fn key(row: &Row) -> Result<BufferKey, Error> {
    Ok(BufferKey {
        webhook: row.get("webhook_id")?,
        session: row.get("session_token")?,
        zone: row.get("zone_id")?,
        retailer: row.get("retailer_id")?,
        store: row.get("store_id")?,
    })
}

async fn buffers(c: &mut Connection, select: Statement) -> Result<Vec<(BufferKey, String)>, Error> {
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| Ok((key(row)?, row.get("presence")?))).collect()
}

/// The text of a buffer, made with `empty` if it is not there. Locked until the change ends.
pub async fn take(c: &mut Connection, of: &BufferKey, empty: &str) -> Result<String, Error> {
    let upsert = sql!(
        "insert into zone_buffers (webhook_id, session_token, zone_id, retailer_id, store_id, presence)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (webhook_id, session_token, zone_id) do update set presence = zone_buffers.presence
         returning presence",
        of.webhook,
        &of.session,
        &of.zone,
        of.retailer,
        of.store,
        empty
    );
    c.fetch_one(upsert).await?.get("presence")
}

/// The buffers of a session, locked until the change ends.
pub async fn take_of_session(
    c: &mut Connection,
    retailer: RetailerId,
    session: &SessionToken,
) -> Result<Vec<(BufferKey, String)>, Error> {
    let update = sql!(
        "update zone_buffers set presence = presence where retailer_id = $1 and session_token = $2 returning *",
        retailer,
        session
    );
    buffers(c, update).await
}

/// Some buffers whose time has come, locked until the change ends; the caller saves or removes each.
pub async fn take_due(c: &mut Connection, now: Moment, most: i64) -> Result<Vec<(BufferKey, String)>, Error> {
    let update = sql!(
        "update zone_buffers set due_at = null
         where due_at <= $1 and (webhook_id, session_token, zone_id) in (
             select webhook_id, session_token, zone_id from zone_buffers where due_at <= $1 order by due_at limit $2)
         returning *",
        now,
        most
    );
    buffers(c, update).await
}

/// Keeps what a buffer says now, and when to look at it again.
pub async fn save(c: &mut Connection, of: &BufferKey, presence: &str, due: Option<Moment>) -> Result<(), Error> {
    let update = sql!(
        "update zone_buffers set presence = $1, due_at = $2 where webhook_id = $3 and session_token = $4 and zone_id = $5",
        presence,
        due,
        of.webhook,
        &of.session,
        &of.zone
    );
    c.execute_one(update).await.map(drop)
}

/// Forgets a buffer.
pub async fn remove(c: &mut Connection, of: &BufferKey) -> Result<(), Error> {
    let delete = sql!(
        "delete from zone_buffers where webhook_id = $1 and session_token = $2 and zone_id = $3",
        of.webhook,
        &of.session,
        &of.zone
    );
    c.execute_one(delete).await.map(drop)
}

/// Forgets all buffers of a setting.
pub async fn remove_of_setting(c: &mut Connection, webhook: WebhookId) -> Result<(), Error> {
    let delete = sql!("delete from zone_buffers where webhook_id = $1", webhook);
    c.execute(delete).await.map(drop)
}

/// When the next buffer is due.
pub async fn next_due(c: &mut Connection) -> Result<Option<Moment>, Error> {
    let select = sql!("select min(due_at) as due_at from zone_buffers where due_at is not null");
    c.fetch_one(select).await?.get("due_at")
}

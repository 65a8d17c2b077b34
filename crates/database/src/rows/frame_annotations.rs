//! Questions of outside devices about people in their pictures. The answers go out by the tracking notice.

use aisle_model::{Moment, StoreId};

use crate::{Connection, Error, sql};

/// Keeps a question. False when the device asked it before.
pub async fn insert(
    c: &mut Connection,
    store: StoreId,
    device: &str,
    event: &str,
    happened_at: Moment,
    content: &str,
    received_at: Moment,
) -> Result<bool, Error> {
    let insert = sql!(
        "insert into frame_annotations (store_id, device, event_id, happened_at, content, received_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (store_id, device, event_id) do nothing",
        store,
        device,
        event,
        happened_at,
        content,
        received_at
    );
    c.execute_one(insert).await
}

/// What a device asked, as it was kept.
pub async fn content(c: &mut Connection, store: StoreId, device: &str, event: &str) -> Result<Option<String>, Error> {
    let select = sql!(
        "select content from frame_annotations where store_id = $1 and device = $2 and event_id = $3",
        store,
        device,
        event
    );
    c.fetch_optional(select).await?.map(|row| row.get("content")).transpose()
}

//! What is remembered of every event, to know it when it comes again.

use std::collections::HashMap;

use aisle_model::{EventId, Moment, SourceName, StoreId};

use crate::{Connection, Error, Statement, Value, sql};

/// A known event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Hash of the content; absent while only its replacement has come.
    pub content: Option<[u8; 32]>,
    /// Who sent it.
    pub source: SourceName,
    /// What it was.
    pub kind: String,
    /// Whether it is forgotten after minutes.
    pub is_sample: bool,
    /// Whether another event has replaced it.
    pub superseded: bool,
}

/// Both databases take this many values with room to spare.
const ROWS_IN_A_STATEMENT: usize = 1000;

/// The known ones among these events.
pub async fn find(c: &mut Connection, store: StoreId, ids: &[EventId]) -> Result<HashMap<EventId, Key>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(ROWS_IN_A_STATEMENT) {
        let mut select = Statement::build(
            "select event_id, content, source, kind, is_sample, superseded from stream_keys where store_id = ",
        );
        select.bind(store).push(" and event_id in (").bind_list(ids.iter().map(|id| id.0.into_bytes())).push(")");
        for row in c.fetch_all(&mut select).await? {
            let content: Vec<u8> = row.get("content")?;
            let key = Key {
                content: (!content.is_empty()).then(|| row.get("content")).transpose()?,
                source: row.get("source")?,
                kind: row.get("kind")?,
                is_sample: row.get("is_sample")?,
                superseded: row.get("superseded")?,
            };
            found.insert(EventId(uuid::Uuid::from_bytes(row.get("event_id")?)), key);
        }
    }
    Ok(found)
}

/// Remembers events, or remembers them anew. Every event comes once.
pub async fn save(c: &mut Connection, store: StoreId, keys: &[(EventId, Key)], now: Moment) -> Result<(), Error> {
    for keys in keys.chunks(ROWS_IN_A_STATEMENT) {
        let mut insert = Statement::build(
            "insert into stream_keys (store_id, event_id, content, source, kind, is_sample, superseded, received_at)
             values ",
        );
        insert.bind_rows(keys.iter().map(|(id, key)| -> [Value; 8] {
            [
                store.into(),
                id.0.into_bytes().into(),
                key.content.map_or_else(Vec::new, |hash| hash.to_vec()).into(),
                (&key.source).into(),
                (&key.kind).into(),
                key.is_sample.into(),
                key.superseded.into(),
                now.into(),
            ]
        }));
        insert.push(
            " on conflict (store_id, event_id) do update set content = excluded.content, source = excluded.source,
                 kind = excluded.kind, is_sample = excluded.is_sample, superseded = excluded.superseded",
        );
        c.execute(&mut insert).await?;
    }
    Ok(())
}

/// Forgets a slice of what came before a moment; answers how many.
pub async fn delete_before(
    c: &mut Connection,
    store: StoreId,
    is_sample: bool,
    before: Moment,
    limit: i64,
) -> Result<u64, Error> {
    let delete = sql!(
        "delete from stream_keys where store_id = $1 and event_id in
             (select event_id from stream_keys where store_id = $2 and is_sample = $3 and received_at < $4 limit $5)",
        store,
        store,
        is_sample,
        before,
        limit
    );
    c.execute(delete).await
}

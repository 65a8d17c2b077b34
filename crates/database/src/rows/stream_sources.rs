//! Where each source of a store stands: what a producer asks after a crash.

use std::collections::BTreeMap;

use aisle_model::event::SourceRole;
use aisle_model::{EventId, Moment, SourceName, StoreId};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of the contract's SourceCursor")]
pub struct Source {
    /// What it last called itself.
    pub role: Option<SourceRole>,
    /// `ok`, `degraded` or `lost`, as the engine last found.
    pub state: String,
    pub last_seq: Option<u64>,
    pub last_event: EventId,
    pub last_at: Moment,
    /// Its latest promise for the whole store.
    pub settled_up_to: Option<Moment>,
    /// Missing numbers, both ends included, ascending.
    pub gaps: Vec<(u64, u64)>,
    pub skew_ms: Option<i64>,
    /// Store clock.
    pub seen_at: Moment,
}

fn source(row: &Row) -> Result<(SourceName, Source), Error> {
    let source = Source {
        role: row.get("role")?,
        state: row.get("state")?,
        last_seq: row.get("last_seq")?,
        last_event: row.get("last_event_id")?,
        last_at: row.get("last_at")?,
        settled_up_to: row.get("settled_up_to")?,
        gaps: row.get::<Json<_>>("gaps")?.0,
        skew_ms: row.get("skew_ms")?,
        seen_at: row.get("seen_at")?,
    };
    Ok((row.get("source")?, source))
}

/// The known ones among these sources.
pub async fn find<'n>(
    c: &mut Connection,
    store: StoreId,
    names: impl Iterator<Item = &'n SourceName>,
) -> Result<BTreeMap<SourceName, Source>, Error> {
    let mut select = Statement::build(
        "select source, role, state, last_seq, last_event_id, last_at, settled_up_to, gaps, skew_ms, seen_at
         from stream_sources where store_id = ",
    );
    select.bind(store).push(" and source in (").bind_list(names).push(")");
    let rows = c.fetch_all(&mut select).await?;
    rows.iter().map(source).collect()
}

/// Sources that sent anything since a moment, by name.
pub async fn list(
    c: &mut Connection,
    store: StoreId,
    since: Moment,
    limit: i64,
) -> Result<Vec<(SourceName, Source)>, Error> {
    let select = sql!(
        "select source, role, state, last_seq, last_event_id, last_at, settled_up_to, gaps, skew_ms, seen_at
         from stream_sources where store_id = $1 and seen_at >= $2 order by source limit $3",
        store,
        since,
        limit
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(source).collect()
}

/// Saves where sources stand; how they are is left to [`set_state`].
pub async fn save(c: &mut Connection, store: StoreId, sources: &BTreeMap<SourceName, Source>) -> Result<(), Error> {
    for (name, source) in sources {
        let last_seq = source.last_seq.and_then(|seq| i64::try_from(seq).ok());
        let upsert = sql!(
            "insert into stream_sources (store_id, source, role, state, last_seq, last_event_id, last_at, settled_up_to,
                 gaps, skew_ms, seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (store_id, source) do update set role = excluded.role, last_seq = excluded.last_seq,
                 last_event_id = excluded.last_event_id, last_at = excluded.last_at,
                 settled_up_to = excluded.settled_up_to, gaps = excluded.gaps, skew_ms = excluded.skew_ms,
                 seen_at = excluded.seen_at",
            store,
            name,
            source.role,
            &source.state,
            last_seq,
            source.last_event,
            source.last_at,
            source.settled_up_to,
            json_text(&source.gaps),
            source.skew_ms,
            source.seen_at
        );
        c.execute(upsert).await?;
    }
    Ok(())
}

/// Notes how a source is. A source that never sent anything has no row.
pub async fn set_state(
    c: &mut Connection,
    store: StoreId,
    name: &SourceName,
    state: &'static str,
) -> Result<(), Error> {
    let update = sql!("update stream_sources set state = $1 where store_id = $2 and source = $3", state, store, name);
    c.execute_one(update).await.map(drop)
}

/// Forgets a slice of the sources that sent nothing since a moment; answers how many.
pub async fn delete_unseen(c: &mut Connection, store: StoreId, before: Moment, limit: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from stream_sources where store_id = $1 and source in
             (select source from stream_sources where store_id = $2 and seen_at < $3 limit $4)",
        store,
        store,
        before,
        limit
    );
    c.execute(delete).await
}

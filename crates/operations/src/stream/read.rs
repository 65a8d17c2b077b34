//! Reads the log: for the runner entry by entry, for producers and audits as it lies there.

use std::collections::{BTreeMap, HashMap};

use aisle_database::rows::appearances::Looked;
use aisle_database::{Connection, rows};
use aisle_model::entry::{Entry, EntryBody};
use aisle_model::event::{EventKind, StoreEvent};
use aisle_model::{Moment, Offset, SourceName, StoreId, TrackId};
use serde_json::Map;

use super::chunk::{StoredEntry, entries_of};
use crate::{App, Caller, Failure};

/// Chunks that one read takes: at most 512 KiB each, unless one event is larger.
const CHUNKS_AT_ONCE: u8 = 16;

/// Entries for the engine, in the order of their offsets.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries {
    /// What the engine is fed.
    pub entries: Vec<Entry>,
    /// Newest offset that this read covers: entries whose retention is over are skipped.
    pub up_to: Offset,
}

/// The entries after an offset; empty at the end of the stream.
pub async fn read_entries(c: &mut Connection, store: StoreId, after: Offset) -> Result<Entries, Failure> {
    let stored = read_stored(c, store, after).await?;
    let (Some(first), Some(last)) = (stored.first(), stored.last()) else {
        return Ok(Entries { entries: Vec::new(), up_to: after });
    };
    let up_to = last.entry.offset;
    let looked = rows::appearances::of_entries(c, store, first.entry.offset, up_to).await?;
    let mut looks = by_entry(looked);
    let entries = stored.into_iter().map(|stored| for_engine(stored, &mut looks)).collect();
    Ok(Entries { entries, up_to })
}

/// A full answer may lack a chunk of its last append, so that append is left for the next read.
async fn read_stored(c: &mut Connection, store: StoreId, after: Offset) -> Result<Vec<StoredEntry>, Failure> {
    let mut chunks = rows::streams::chunks_after(c, store, after, i64::from(CHUNKS_AT_ONCE)).await?;
    if chunks.len() == usize::from(CHUNKS_AT_ONCE)
        && let Some(cut) = chunks.last().map(|chunk| chunk.last)
    {
        chunks.retain(|chunk| chunk.last < cut);
    }
    let mut entries = Vec::new();
    for chunk in &chunks {
        entries.extend(entries_of(chunk)?);
    }
    entries.retain(|stored| stored.entry.offset > after);
    entries.sort_by_key(|stored| stored.entry.offset);
    Ok(entries)
}

fn by_entry(looked: Vec<Looked>) -> HashMap<Offset, BTreeMap<TrackId, Looked>> {
    let mut looks: HashMap<Offset, BTreeMap<TrackId, Looked>> = HashMap::new();
    for one in looked {
        looks.entry(one.offset).or_default().insert(one.track.clone(), one);
    }
    looks
}

/// With appearances where they are still kept; without effect when its replacement came first.
fn for_engine(stored: StoredEntry, looks: &mut HashMap<Offset, BTreeMap<TrackId, Looked>>) -> Entry {
    let mut entry = stored.entry;
    let EntryBody::Event(event) = &mut entry.body else {
        return entry;
    };
    if stored.replaced {
        event.body = EventKind::Other { kind: event.body.name().to_owned(), fields: Map::new() };
        return entry;
    }
    let mut looks = looks.remove(&entry.offset).unwrap_or_default();
    match &mut event.body {
        EventKind::Positions(positions) => {
            for person in &mut positions.people {
                person.appearance = looks.remove(&person.track_id).map(|one| one.appearance);
            }
        }
        EventKind::TrackAppeared(appeared) => {
            appeared.appearance = looks.remove(&appeared.track_id).map(|one| one.appearance);
        }
        _ => {}
    }
    entry
}

/// Which events a reader wants.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Moment at or after which to begin.
    pub from: Option<Moment>,
    /// Moment before which to stop.
    pub to: Option<Moment>,
    /// Only these kinds, unless empty.
    pub kinds: Vec<String>,
    /// Only this source.
    pub source: Option<SourceName>,
    /// Most events.
    pub limit: usize,
}

impl EventFilter {
    fn takes(&self, event: &StoreEvent) -> bool {
        self.from.is_none_or(|from| event.at >= from)
            && self.to.is_none_or(|to| event.at < to)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == event.body.name()))
            && self.source.as_ref().is_none_or(|source| *source == event.source)
    }
}

/// Events of producers after an offset, without appearances, and the offset to go on from when there are more.
pub async fn read_back(
    app: &App,
    caller: &Caller,
    store: StoreId,
    after: Offset,
    filter: &EventFilter,
) -> Result<(Vec<StoredEntry>, Option<Offset>), Failure> {
    super::store_of(app, caller, store).await?;
    let read = app.database.read(move |c| Box::pin(async move { read_stored(c, store, after).await }));
    let stored = read.await?;
    let Some(last) = stored.last().map(|stored| stored.entry.offset) else {
        return Ok((Vec::new(), None));
    };
    let takes = |stored: &StoredEntry| match &stored.entry.body {
        EntryBody::Event(event) => filter.takes(event),
        EntryBody::Server(_) => false,
    };
    let mut found: Vec<StoredEntry> = stored.into_iter().filter(takes).collect();
    if found.len() > filter.limit {
        found.truncate(filter.limit);
        return Ok((found, None));
    }
    Ok((found, Some(last)))
}

//! Puts the server's own entries into a stream, inside whatever change causes them.

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::Offset;
use aisle_model::entry::{Entry, EntryBody, ServerEntry};

use super::chunk::{self, StoredEntry};
use crate::{App, Failure};

/// Appends entries and answers the offset of the last one.
///
/// Locks the stream until the change ends; in the lock order it stands right after the store. After the commit ring
/// `app.nudges.streams()` (`notify_waiters`), or the runner finds the entries a moment later by itself.
pub async fn append_server(
    c: &mut Connection,
    app: &App,
    store: &Store,
    entries: &[ServerEntry],
) -> Result<Offset, Failure> {
    let now = store.now(app.clock.now());
    let count = i64::try_from(entries.len()).map_err(Failure::broken)?;
    let last = rows::streams::reserve(c, store.id, count).await?;
    let first = last.0 - count + 1;
    let stored: Vec<StoredEntry> = (first..)
        .zip(entries)
        .map(|(offset, entry)| StoredEntry {
            entry: Entry { offset: Offset(offset), received_at: now, body: EntryBody::Server(entry.clone()) },
            late: false,
            replaced: false,
        })
        .collect();
    for chunk in chunk::chunks_of(stored, now) {
        rows::streams::insert_chunk(c, store.id, chunk).await?;
    }
    Ok(last)
}

//! How entries lie in the log: one chunk per commit and class, so that what is kept for minutes is deleted whole.
//!
//! The first byte of a chunk names its format, so that a later version may pack entries otherwise and still read these.
//! Format 1: each entry as JSON on a line of its own.

use aisle_database::rows::streams::Chunk;
use aisle_model::entry::{Entry, EntryBody, ServerEntry};
use aisle_model::named_enum;
use aisle_model::{Moment, Offset};
use serde::{Deserialize, Serialize};

use crate::Failure;

const FORMAT: u8 = 1;

named_enum! {
    /// How long entries are kept: `factsDays` or `samplesMinutes`.
    Class { Facts = "facts", Samples = "samples" }
}

/// An entry with what the log knows beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEntry {
    /// The entry.
    pub entry: Entry,
    /// Whether it came after its source had promised to be complete.
    #[serde(default, skip_serializing_if = "is_false")]
    pub late: bool,
    /// Whether its replacement came before it, so that it has no effect.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replaced: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl StoredEntry {
    /// Which chunk it belongs to.
    pub fn class(&self) -> Class {
        let is_sample = match &self.entry.body {
            EntryBody::Event(event) => event.body.is_sample(),
            EntryBody::Server(entry) => matches!(entry, ServerEntry::Tick { .. }),
        };
        if is_sample { Class::Samples } else { Class::Facts }
    }

    /// The moment it speaks of: that of the event, or of receipt.
    pub fn at(&self) -> Moment {
        match &self.entry.body {
            EntryBody::Event(event) => event.at,
            EntryBody::Server(_) => self.entry.received_at,
        }
    }
}

/// Packs the entries of one append, which come in the order of their offsets.
pub fn chunks_of(entries: Vec<StoredEntry>, stored_at: Moment) -> Vec<Chunk> {
    let Some(last) = entries.last().map(|stored| stored.entry.offset) else {
        return Vec::new();
    };
    let (samples, facts): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.class() == Class::Samples);
    [(Class::Facts, facts), (Class::Samples, samples)]
        .into_iter()
        .filter_map(|(class, entries)| packed(class, &entries, last, stored_at))
        .collect()
}

fn packed(class: Class, entries: &[StoredEntry], last: Offset, stored_at: Moment) -> Option<Chunk> {
    let first = entries.first()?;
    let mut body = vec![FORMAT];
    for entry in entries {
        serde_json::to_writer(&mut body, entry)
            .expect("entries hold nothing that JSON cannot say, and a Vec takes everything");
        body.push(b'\n');
    }
    let moments = || entries.iter().map(StoredEntry::at);
    Some(Chunk {
        first: first.entry.offset,
        last,
        class: class.as_str().to_owned(),
        first_at: moments().min()?,
        last_at: moments().max()?,
        stored_at,
        body,
    })
}

/// Unpacks a chunk.
pub fn entries_of(chunk: &Chunk) -> Result<Vec<StoredEntry>, Failure> {
    let broken =
        |reason: &dyn std::fmt::Display| Failure::broken(format!("chunk {} of a stream: {reason}", chunk.first));
    match chunk.body.split_first() {
        Some((&FORMAT, lines)) => serde_json::Deserializer::from_slice(lines)
            .into_iter()
            .map(|entry| entry.map_err(|error| broken(&error)))
            .collect(),
        Some((format, _)) => Err(broken(&format!("format {format} is not known"))),
        None => Err(broken(&"it is empty")),
    }
}

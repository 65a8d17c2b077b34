//! Decides about events by what is known of them: duplicates, replacements, promises of their source. Pure.

use std::collections::{BTreeMap, HashMap};

use aisle_database::rows::stream_keys::Key;
use aisle_database::rows::stream_sources::Source;
use aisle_model::event::{EventKind, StoreEvent};
use aisle_model::settings::{PerceptionSettings, RetentionSettings};
use aisle_model::{EventId, Millis, Moment, SourceName, StoreId};

use super::incoming::{Decision, Incoming, Refused, is_ignored};
use super::intake::Intake;

/// Most missing ranges that are remembered of a source; beyond that the two oldest become one.
const MOST_GAPS: usize = 64;

/// Refuses an event whose moment cannot be right.
pub fn judge_moment(
    event: &StoreEvent,
    now: Moment,
    perception: &PerceptionSettings,
    retention: &RetentionSettings,
) -> Option<Refused> {
    let oldest = if event.body.is_sample() {
        now.minus(Millis(retention.samples_minutes * 60_000))
    } else {
        now.minus(Millis(perception.max_age_hours * 3_600_000))
    };
    if event.at > now.plus(Millis(perception.max_future_ms)) {
        Some(Refused::ClockSkew)
    } else if event.at < oldest {
        Some(Refused::TooOld)
    } else {
        None
    }
}

/// What is known of a store's events and sources while a commit is put together.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Known events, those of this commit included.
    pub keys: HashMap<EventId, Key>,
    /// Events whose key is new or changed.
    pub touched: Vec<EventId>,
    /// Sources of this commit.
    pub sources: BTreeMap<SourceName, Source>,
}

/// An event that goes into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// It came after its source had promised to be complete.
    pub late: bool,
    /// Its replacement came before it: it is kept without effect.
    pub replaced: bool,
}

impl Ledger {
    /// Decides about one event and remembers it when it is taken.
    pub fn judge(&mut self, incoming: &Incoming) -> Result<Taken, Decision> {
        let event = &incoming.event;
        let mut replaced = false;
        if let Some(key) = self.keys.get(&event.event_id) {
            match key.content {
                Some(content) if content == incoming.content => return Err(Decision::Duplicate),
                None if key.source == event.source && key.kind == event.body.name() => {
                    replaced = true;
                }
                _ => return Err(Decision::Refused(Refused::Conflict)),
            }
        }
        if let Some(superseded) = event.supersedes {
            self.supersede(superseded, event)?;
        }
        let key = Key { content: Some(incoming.content), superseded: replaced, ..bare_key(event) };
        self.remember(event.event_id, key);
        let promised = self.sources.get(&event.source).and_then(|source| source.settled_up_to);
        let late = promised.is_some_and(|promised| event.at <= promised);
        Ok(Taken { late, replaced })
    }

    fn supersede(&mut self, superseded: EventId, by: &StoreEvent) -> Result<(), Decision> {
        let key = match self.keys.get(&superseded) {
            _ if superseded == by.event_id => None,
            None => Some(bare_key(by)),
            Some(key) => {
                let is_alike = key.source == by.source && key.kind == by.body.name();
                (is_alike && !key.superseded).then(|| key.clone())
            }
        };
        let key = key.ok_or(Decision::Refused(Refused::Conflict))?;
        self.remember(superseded, Key { superseded: true, ..key });
        Ok(())
    }

    fn remember(&mut self, id: EventId, key: Key) {
        self.keys.insert(id, key);
        self.touched.push(id);
    }

    /// Notes what a taken event says about its source.
    pub fn hear(&mut self, intake: &Intake, store: StoreId, event: &StoreEvent, now: Moment) {
        let source = self.sources.entry(event.source.clone()).or_insert_with(|| Source {
            role: None,
            state: "ok".to_owned(),
            last_seq: None,
            last_event: event.event_id,
            last_at: event.at,
            settled_up_to: None,
            gaps: Vec::new(),
            skew_ms: None,
            seen_at: now,
        });
        if let Some(seq) = event.seq {
            match source.last_seq {
                Some(last) if seq > last.saturating_add(1) => {
                    open_gap(&mut source.gaps, last + 1, seq - 1);
                }
                Some(last) if seq <= last => close_gap(&mut source.gaps, seq, seq),
                _ => {}
            }
            source.last_seq = source.last_seq.max(Some(seq));
        }
        (source.last_event, source.last_at, source.seen_at) = (event.event_id, event.at, now);
        match &event.body {
            EventKind::Heartbeat(heartbeat) => {
                source.role = Some(heartbeat.role);
                source.skew_ms = Some(intake.measure(store, &event.source, event.at, now));
            }
            EventKind::Settled(settled) => {
                for &(from, to) in &settled.lost {
                    close_gap(&mut source.gaps, from, to);
                }
                if settled.track_ids.is_none() {
                    source.settled_up_to = source.settled_up_to.max(Some(settled.up_to));
                }
            }
            _ => {}
        }
    }
}

/// How an accepted event is counted.
pub fn accepted(event: &StoreEvent, taken: Taken) -> Decision {
    Decision::Accepted { ignored: is_ignored(event), late: taken.late }
}

fn bare_key(event: &StoreEvent) -> Key {
    Key {
        content: None,
        source: event.source.clone(),
        kind: event.body.name().to_owned(),
        is_sample: event.body.is_sample(),
        superseded: false,
    }
}

fn open_gap(gaps: &mut Vec<(u64, u64)>, from: u64, to: u64) {
    gaps.push((from, to));
    if gaps.len() > MOST_GAPS {
        let (from, _) = gaps.remove(0);
        gaps[0].0 = from;
    }
}

fn close_gap(gaps: &mut Vec<(u64, u64)>, from: u64, to: u64) {
    let mut rest = Vec::with_capacity(gaps.len());
    for (first, last) in gaps.drain(..) {
        if to < first || from > last {
            rest.push((first, last));
            continue;
        }
        if first < from {
            rest.push((first, from - 1));
        }
        if to < last {
            rest.push((to + 1, last));
        }
    }
    rest.truncate(MOST_GAPS);
    *gaps = rest;
}

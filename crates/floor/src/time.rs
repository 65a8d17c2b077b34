//! Store time and the order of events.
//!
//! Events wait until store time T has passed them and then act in the order of `at`, ties by offset. What waits is
//! bounded by weight: beyond [`MOST_WAITING`] the oldest act early and T moves with them, because a store that keeps
//! its memory is worth more than the order of a flood.

use std::collections::BTreeMap;

use aisle_model::event::{EventKind, StoreEvent};
use aisle_model::{Moment, Offset};
use serde::{Deserialize, Serialize};

/// Weight of everything that waits: one for an event, one for each person in it, more for appearances.
pub const MOST_WAITING: usize = 200_000;
/// Numbers of an appearance vector that weigh as much as a person.
const APPEARANCE_UNIT: usize = 16;

/// Store time, and the server's clock as the ticks tell it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoreTime {
    pub now: Option<Moment>,
    pub tick: Option<Moment>,
}

impl StoreTime {
    /// T never goes back.
    pub fn reach(&mut self, moment: Moment) {
        self.now = self.now.max(Some(moment));
    }

    pub fn has_passed(&self, moment: Moment) -> bool {
        self.now.is_some_and(|now| now >= moment)
    }

    /// The clock never goes back; returns how far it went, at most `most_ms`.
    pub fn tick(&mut self, now: Moment, most_ms: i64) -> i64 {
        let before = self.tick.unwrap_or(now);
        self.tick = Some(before.max(now));
        (now.micros_since(before) / 1000).clamp(0, most_ms)
    }
}

/// Events that wait for T.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(Offset, StoreEvent)>", into = "Vec<(Offset, StoreEvent)>")]
pub(crate) struct Waiting {
    events: BTreeMap<(Moment, Offset), StoreEvent>,
    weight: usize,
}

impl Waiting {
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub fn add(&mut self, offset: Offset, event: StoreEvent) {
        self.weight += weight(&event);
        if let Some(replaced) = self.events.insert((event.at, offset), event) {
            self.weight -= weight(&replaced);
        }
    }

    /// Takes out an event that another one replaces.
    pub fn retract(&mut self, replacement: &StoreEvent) {
        let Some(superseded) = replacement.supersedes else {
            return;
        };
        let found = self
            .events
            .iter()
            .find(|(_, event)| event.event_id == superseded && event.source == replacement.source)
            .map(|(key, _)| *key);
        if let Some(event) = found.and_then(|key| self.events.remove(&key)) {
            self.weight -= weight(&event);
        }
    }

    /// The moment T must have for the weight to stay within its bound.
    pub fn pressed_to(&self) -> Option<Moment> {
        let first = self.events.first_key_value()?;
        (self.weight > MOST_WAITING).then_some(first.0.0)
    }

    pub fn next_at(&self) -> Option<Moment> {
        self.events.first_key_value().map(|(key, _)| key.0)
    }

    pub fn take_first(&mut self) -> Option<StoreEvent> {
        let (_, event) = self.events.pop_first()?;
        self.weight -= weight(&event);
        Some(event)
    }
}

fn weight(event: &StoreEvent) -> usize {
    match &event.body {
        EventKind::Positions(positions) => positions.people.iter().fold(1, |sum, person| {
            let numbers = person.appearance.as_ref().map_or(0, |a| a.values.len());
            sum + 1 + numbers / APPEARANCE_UNIT
        }),
        EventKind::TrackMerged { track_ids: ids, .. }
        | EventKind::TrackSplit { into: ids, .. }
        | EventKind::GroupHint { track_ids: ids, .. } => 1 + ids.len(),
        _ => 1,
    }
}

impl From<Vec<(Offset, StoreEvent)>> for Waiting {
    fn from(events: Vec<(Offset, StoreEvent)>) -> Self {
        let mut waiting = Self::default();
        for (offset, event) in events {
            waiting.add(offset, event);
        }
        waiting
    }
}

impl From<Waiting> for Vec<(Offset, StoreEvent)> {
    fn from(waiting: Waiting) -> Self {
        let events = waiting.events.into_iter();
        events.map(|((_, offset), event)| (offset, event)).collect()
    }
}

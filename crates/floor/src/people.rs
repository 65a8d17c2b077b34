//! Everybody in and before the store, by number and by track, with their timers; and those who left lately.
//!
//! At most [`MOST_PEOPLE`] are followed. When the store is full, those before the gate who were not seen for longest
//! make room; if there are none, new tracks are not followed and counted as refused. Those who left are remembered for
//! a day, at most [`MOST_DEPARTED`] of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aisle_model::settings::FloorSettings;
use aisle_model::{Millis, Moment, ShopperId, TrackId};
use serde::{Deserialize, Serialize};

use crate::person::{Person, Whereabouts};

/// A store's worth of people at 64 KiB each, and then some.
pub const MOST_PEOPLE: usize = 4096;
/// Those who can still be put on a session after leaving.
pub const MOST_DEPARTED: usize = 2000;
const DEPARTED_KEPT: Millis = Millis(86_400_000);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(crate) struct People {
    by_number: BTreeMap<u64, Person>,
    by_track: BTreeMap<TrackId, u64>,
    wakes: BTreeSet<(Moment, u64)>,
    departed: VecDeque<Person>,
    departed_by_track: BTreeMap<TrackId, u64>,
    counted: u64,
}

/// The snapshot: what follows from it is left out.
#[derive(Serialize, Deserialize)]
struct Written {
    here: Vec<Person>,
    departed: VecDeque<Person>,
    counted: u64,
}

impl People {
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.by_number.values()
    }

    pub fn numbers(&self) -> Vec<u64> {
        self.by_number.keys().copied().collect()
    }

    pub fn get(&self, number: u64) -> Option<&Person> {
        self.by_number.get(&number)
    }

    pub fn get_mut(&mut self, number: u64) -> Option<&mut Person> {
        self.by_number.get_mut(&number)
    }

    pub fn of_track(&self, track: &TrackId) -> Option<u64> {
        self.by_track.get(track).copied()
    }

    pub fn of_shopper(&self, shopper: &ShopperId) -> Option<u64> {
        let mut people = self.by_number.values();
        let found = people.find(|person| person.shopper == *shopper)?;
        Some(found.number)
    }

    /// The number of the next shopper; never the same again.
    pub fn next_number(&mut self) -> u64 {
        self.counted += 1;
        self.counted
    }

    pub fn add(&mut self, person: Person) {
        for track in &person.tracks {
            self.by_track.insert(track.clone(), person.number);
        }
        if let Some(wake) = person.wake {
            self.wakes.insert((wake, person.number));
        }
        self.by_number.insert(person.number, person);
    }

    pub fn give_track(&mut self, number: u64, track: TrackId) {
        let Some(person) = self.by_number.get_mut(&number) else {
            return;
        };
        let oldest = person.tracks.first().cloned();
        person.add_track(track.clone());
        if let Some(oldest) = oldest.filter(|oldest| !person.tracks.contains(oldest)) {
            self.by_track.remove(&oldest);
        }
        self.by_track.insert(track, number);
    }

    pub fn take_track(&mut self, track: &TrackId) {
        if let Some(number) = self.by_track.remove(track)
            && let Some(person) = self.by_number.get_mut(&number)
        {
            person.tracks.retain(|own| own != track);
        }
    }

    pub fn remove(&mut self, number: u64) -> Option<Person> {
        let person = self.by_number.remove(&number)?;
        for track in &person.tracks {
            if self.by_track.get(track) == Some(&number) {
                self.by_track.remove(track);
            }
        }
        if let Some(wake) = person.wake {
            self.wakes.remove(&(wake, number));
        }
        Some(person)
    }

    /// The one before the gate who was not seen for longest.
    pub fn stalest_before_gate(&self) -> Option<u64> {
        let before = self.iter().filter(|p| p.whereabouts == Whereabouts::Before);
        let unbound = before.filter(|p| p.is_visitor());
        unbound.min_by_key(|p| (p.sight.seen_at, p.number)).map(|p| p.number)
    }

    /// Makes sure that the person is looked at when the next timer is due.
    pub fn reschedule(&mut self, number: u64, settings: &FloorSettings) {
        let Some(person) = self.by_number.get_mut(&number) else {
            return;
        };
        let Some((due, _)) = person.timer(settings) else {
            return;
        };
        if person.wake.is_none_or(|wake| due < wake) {
            if let Some(wake) = person.wake.replace(due) {
                self.wakes.remove(&(wake, number));
            }
            self.wakes.insert((due, number));
        }
    }

    pub fn next_wake(&self) -> Option<Moment> {
        self.wakes.first().map(|(wake, _)| *wake)
    }

    /// The next person to look at, who has no wake any more.
    pub fn take_woken(&mut self) -> Option<u64> {
        let (_, number) = self.wakes.pop_first()?;
        self.by_number.get_mut(&number)?.wake = None;
        Some(number)
    }

    /// Keeps somebody who left, without what was seen of them.
    pub fn depart(&mut self, mut person: Person, now: Moment) {
        person.wake = None;
        let sight = &mut person.sight;
        sight.zones = crate::zones::Zones::default();
        sight.trail.clear();
        sight.gates = crate::gates::Gates::default();
        sight.looks = None;
        for track in &person.tracks {
            self.departed_by_track.insert(track.clone(), person.number);
        }
        self.departed.push_back(person);
        while let Some(first) = self.departed.front() {
            let left = match first.whereabouts {
                Whereabouts::Gone { at, .. } => at,
                _ => first.since,
            };
            if self.departed.len() <= MOST_DEPARTED && !now.is_at_least_after(left, DEPARTED_KEPT) {
                break;
            }
            if let Some(forgotten) = self.departed.pop_front() {
                self.forget_departed_tracks(&forgotten);
            }
        }
    }

    fn forget_departed_tracks(&mut self, person: &Person) {
        for track in &person.tracks {
            if self.departed_by_track.get(track) == Some(&person.number) {
                self.departed_by_track.remove(track);
            }
        }
    }

    pub fn departed_mut(&mut self, shopper: &ShopperId) -> Option<&mut Person> {
        let mut departed = self.departed.iter_mut().rev();
        departed.find(|person| person.shopper == *shopper)
    }

    pub fn departed_of_track(&self, track: &TrackId) -> Option<&Person> {
        let number = self.departed_by_track.get(track)?;
        let mut departed = self.departed.iter().rev();
        departed.find(|person| person.number == *number)
    }

    /// Takes somebody back who was given up as lost.
    pub fn take_departed(&mut self, number: u64) -> Option<Person> {
        let place = self.departed.iter().position(|p| p.number == number)?;
        let person = self.departed.remove(place)?;
        self.forget_departed_tracks(&person);
        Some(person)
    }
}

impl From<Written> for People {
    fn from(written: Written) -> Self {
        let mut people = Self { counted: written.counted, ..Self::default() };
        for person in written.here {
            people.add(person);
        }
        for person in &written.departed {
            for track in &person.tracks {
                people.departed_by_track.insert(track.clone(), person.number);
            }
        }
        people.departed = written.departed;
        people
    }
}

impl From<People> for Written {
    fn from(people: People) -> Self {
        Self { here: people.by_number.into_values().collect(), departed: people.departed, counted: people.counted }
    }
}

//! One trip: a group, its code, and what is true of it.

use std::collections::BTreeSet;

use aisle_model::{GateId, Moment, TrackId, ZoneId};

use super::walker::{Cues, Walker};
use super::{Company, Steps, Turn, Way};

/// What one person of a trip really did.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonTruth {
    /// How perception names the person.
    pub track: TrackId,
    /// First crossing inwards.
    pub entered: Option<Moment>,
    /// Last crossing outwards.
    pub left: Option<Moment>,
    /// Zones in which the person was well inside for a second or more.
    pub zones: BTreeSet<ZoneId>,
}

/// What really happened on a trip.
#[derive(Debug, Clone, PartialEq)]
pub struct TripTruth {
    /// Number of the trip in its simulation.
    pub number: u32,
    /// Whether the code was accepted.
    pub is_admitted: bool,
    /// Everybody who came, whether they got in or not.
    pub people: Vec<PersonTruth>,
}

impl TripTruth {
    /// People who came in.
    pub fn visitors(&self) -> usize {
        self.people.iter().filter(|person| person.entered.is_some()).count()
    }
}

/// A trip under way.
#[derive(Debug)]
pub(super) struct Trip {
    pub(super) number: u32,
    pub(super) way: Way,
    pub(super) members: Vec<Member>,
    answer: Option<bool>,
    /// How many members gave each turn back.
    released: [usize; 2],
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) walker: Walker,
    pub(super) truth: PersonTruth,
    /// Ticks in a row well inside each zone of the map.
    pub(super) ticks_within: Vec<u32>,
    admitted: Vec<super::Act>,
    refused: Vec<super::Act>,
}

impl Trip {
    pub(super) fn new(number: u32, way: Way, company: Vec<Company>, run: &str) -> Self {
        let members = company.into_iter().enumerate().map(|(place, company)| {
            let track = TrackId(format!("{run}-{number}-{place}"));
            Member {
                walker: Walker::new(track.clone(), company.speed, company.before),
                truth: PersonTruth { track, entered: None, left: None, zones: BTreeSet::new() },
                ticks_within: Vec::new(),
                admitted: company.admitted,
                refused: company.refused,
            }
        });
        Self { number, way, members: members.collect(), answer: None, released: [0; 2] }
    }

    /// The verdict on the code; the first one counts.
    pub(super) fn answer(&mut self, is_admitted: bool) {
        if self.answer.is_some() {
            return;
        }
        self.answer = Some(is_admitted);
        for member in &mut self.members {
            let rest = if is_admitted { &mut member.admitted } else { &mut member.refused };
            member.walker.script.extend(rest.drain(..));
        }
    }

    /// Everybody lives through one tick; each with what they did.
    pub(super) fn advance(&mut self, begin: Moment) -> Vec<(usize, Vec<Steps>)> {
        let gathered = self.members.iter().filter(|member| member.walker.is_gathered()).count();
        let cues = Cues { others_gathered: gathered == self.members.len(), is_answered: self.answer.is_some() };
        let advance = |member: &mut Member| member.walker.advance(begin, cues);
        self.members.iter_mut().map(advance).enumerate().collect()
    }

    pub(super) fn release(&mut self, turn: Turn) {
        self.released[turn as usize] += 1;
    }

    pub(super) fn holds(&self, turn: Turn) -> bool {
        self.released[turn as usize] < self.members.len()
    }

    pub(super) fn is_over(&self) -> bool {
        self.members.iter().all(|member| member.walker.is_done())
    }

    pub(super) fn truth(&self) -> TripTruth {
        TripTruth {
            number: self.number,
            is_admitted: self.answer == Some(true),
            people: self.members.iter().map(|member| member.truth.clone()).collect(),
        }
    }
}

/// Notes a crossing of the person's path with a gate.
pub(super) fn note_crossing(truth: &mut PersonTruth, at: Moment, is_inwards: bool) {
    if is_inwards {
        truth.entered.get_or_insert(at);
    } else {
        truth.left = Some(at);
    }
}

/// The gate through which a trip comes in.
pub(super) fn entrance(trip: &Trip) -> GateId {
    trip.way.entry
}

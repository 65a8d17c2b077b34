//! Everybody in and before the store, in steps of a tenth of a second.

use std::collections::VecDeque;
use std::sync::Arc;

use aisle_floorplan::{Passage, Point};
use aisle_model::event::Direction;
use aisle_model::{CheckInDeviceId, GateId, Moment, TrackId};

use super::trip::{Trip, entrance, note_crossing};
use super::{Company, Floor, Steps, TICK, TripTruth, Turn, Way};
use crate::store_map::Stand;

/// Somebody so far inside a zone is in it, whatever the margins and the noise.
const WELL_INSIDE_M: f64 = 0.3;
const TICKS_OF_A_STAY: u32 = 10;

/// What a perfect perception and the readers notice.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// Somebody new, before a gate.
    Appeared { at: Moment, track: TrackId, gate: GateId, place: Point },
    /// A gate was passed.
    Crossed { at: Moment, track: TrackId, gate: GateId, direction: Direction, is_reported: bool },
    /// A code was held before a reader.
    Scanned { at: Moment, trip: u32, device: CheckInDeviceId, people: u32 },
    /// Somebody is out of sight.
    Lost { at: Moment, track: TrackId, place: Point },
    /// Where everybody is at the end of the step.
    Positions { at: Moment, people: Vec<(TrackId, Point)> },
    /// Everybody of a trip is gone.
    Over(TripTruth),
}

impl Sight {
    /// When; `None` for the end of a trip, which nobody sees.
    pub const fn at(&self) -> Option<Moment> {
        match self {
            Self::Appeared { at, .. }
            | Self::Crossed { at, .. }
            | Self::Scanned { at, .. }
            | Self::Lost { at, .. }
            | Self::Positions { at, .. } => Some(*at),
            Self::Over(_) => None,
        }
    }
}

/// A group on its way to the store.
#[derive(Debug)]
struct Arrival {
    at: Moment,
    trip: Trip,
}

/// Everybody.
#[derive(Debug)]
pub struct Crowd {
    floor: Arc<Floor>,
    /// Begins the names of tracks, which are never used again in a store.
    run: String,
    now: Moment,
    arrivals: VecDeque<Arrival>,
    trips: Vec<Trip>,
}

impl Crowd {
    /// An empty store. `run` makes the names of tracks unique in the store.
    pub fn new(floor: Arc<Floor>, begin: Moment, run: &str) -> Self {
        Self { floor, run: run.to_owned(), now: begin, arrivals: VecDeque::new(), trips: Vec::new() }
    }

    /// The end of the last step.
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Trips that have not begun.
    pub fn arriving(&self) -> usize {
        self.arrivals.len()
    }

    /// Nobody is here or on the way.
    pub fn is_empty(&self) -> bool {
        self.trips.is_empty() && self.arrivals.is_empty()
    }

    /// A group that comes at `at`, or when those before it are through the gate.
    pub fn expect(&mut self, at: Moment, number: u32, way: &Way, company: Vec<Company>) {
        let trip = Trip::new(number, way.clone(), company, &self.run);
        let place = self.arrivals.partition_point(|other| other.at <= at);
        self.arrivals.insert(place, Arrival { at, trip });
    }

    /// The verdict on the code of a trip. One that is over or unknown is none of anybody's business.
    pub fn answer(&mut self, number: u32, is_admitted: bool) {
        if let Some(trip) = self.trips.iter_mut().find(|trip| trip.number == number) {
            trip.answer(is_admitted);
        }
    }

    /// One step. What was seen comes in the order of time; the positions are last but for the ends of trips.
    pub fn step(&mut self) -> Vec<Sight> {
        let begin = self.now;
        self.now = begin.plus(TICK);
        self.let_in(begin);
        let mut sights = Vec::new();
        for trip in &mut self.trips {
            for (member, steps) in trip.advance(begin) {
                for step in steps {
                    note(&self.floor, trip, member, &step, (begin, self.now), &mut sights);
                }
            }
            note_zones(&self.floor, trip);
        }
        sights.sort_by_key(Sight::at);
        sights.push(Sight::Positions { at: self.now, people: self.people() });
        let over = self.trips.extract_if(.., |trip| trip.is_over());
        sights.extend(over.map(|trip| Sight::Over(trip.truth())));
        sights
    }

    fn people(&self) -> Vec<(TrackId, Point)> {
        let members = self.trips.iter().flat_map(|trip| &trip.members);
        members.filter_map(|member| Some((member.walker.track.clone(), member.walker.place?))).collect()
    }

    /// Begins every trip whose time has come and whose way is free; trips on other ways may overtake.
    fn let_in(&mut self, now: Moment) {
        let mut place = 0;
        while self.arrivals.get(place).is_some_and(|arrival| arrival.at <= now) {
            if self.is_free(&self.arrivals[place].trip) {
                self.trips.extend(self.arrivals.remove(place).map(|arrival| arrival.trip));
            } else {
                place += 1;
            }
        }
    }

    fn is_free(&self, coming: &Trip) -> bool {
        self.trips.iter().all(|trip| {
            let same_gate = entrance(trip) == entrance(coming) && trip.holds(Turn::Entrance);
            let same_zone =
                is_inside(trip) && trip.way.device.stand == coming.way.device.stand && trip.holds(Turn::ScanningZone);
            !same_gate && !same_zone
        })
    }
}

fn is_inside(trip: &Trip) -> bool {
    matches!(trip.way.device.stand, Stand::Within(_))
}

fn note(
    floor: &Floor,
    trip: &mut Trip,
    member: usize,
    step: &Steps,
    (begin, end): (Moment, Moment),
    sights: &mut Vec<Sight>,
) {
    let track = trip.members[member].walker.track.clone();
    match *step {
        Steps::Appeared(place) => {
            sights.push(Sight::Appeared { at: begin, track, gate: entrance(trip), place });
        }
        Steps::Walked { from, to, begin, end } => {
            for gate in &floor.map.gates {
                let Some(crossing) = gate.line.crossing(from, to) else {
                    continue;
                };
                let at = begin.between(end, crossing.fraction);
                let direction = match crossing.passage {
                    Passage::Inwards => Direction::In,
                    Passage::Outwards => Direction::Out,
                };
                let truth = &mut trip.members[member].truth;
                note_crossing(truth, at, direction == Direction::In);
                sights.push(Sight::Crossed {
                    at,
                    track: track.clone(),
                    gate: gate.id,
                    direction,
                    is_reported: gate.is_reported,
                });
            }
        }
        Steps::Scanned(at) => sights.push(Sight::Scanned {
            at,
            trip: trip.number,
            device: trip.way.device.id,
            people: u32::try_from(trip.members.len()).unwrap_or(u32::MAX),
        }),
        Steps::Released(turn) => trip.release(turn),
        Steps::Vanished(place) => sights.push(Sight::Lost { at: end, track, place }),
    }
}

fn note_zones(floor: &Floor, trip: &mut Trip) {
    for member in &mut trip.members {
        let Some(place) = member.walker.place else {
            continue;
        };
        member.ticks_within.resize(floor.map.zones.len(), 0);
        for (zone, ticks) in floor.map.zones.iter().zip(&mut member.ticks_within) {
            let is_within = zone.polygon.signed_distance(place) >= WELL_INSIDE_M;
            *ticks = if is_within { *ticks + 1 } else { 0 };
            if *ticks == TICKS_OF_A_STAY {
                member.truth.zones.insert(zone.id.clone());
            }
        }
    }
}

//! Through a gate: coming in, with or without a place; and crossings that no track was named for.

use std::sync::Arc;

use aisle_model::event::{Direction, GateCrossed};
use aisle_model::floor_map::Crossings;
use aisle_model::store::ShopperMark;
use aisle_model::{GateId, Moment, SessionNumber};

use crate::binding::Binding;
use crate::gates::{Crossing, SAME_CROSSING_MICROS};
use crate::person::{Person, Whereabouts};
use crate::places::Reservation;
use crate::plan::Plan;
use crate::spot::Spot;
use crate::{Fact, Floor, LeftBecause};

/// More crossings do not wait for their paths.
const MOST_UNNAMED: usize = 1000;

/// When every path that can belong to a crossing is known.
pub(crate) fn decided_at(crossing: &Crossing) -> Moment {
    Moment::from_micros(crossing.at.micros().saturating_add(SAME_CROSSING_MICROS))
}

impl Floor {
    /// A crossing that a sensor or perception reported.
    pub(crate) fn hear_crossing(
        &mut self,
        crossed: &GateCrossed,
        at: Moment,
        is_straggler: bool,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        let gate = plan.gate(crossed.gate_id);
        if gate.is_none_or(|gate| gate.crossings == Crossings::Derived) {
            self.counters.ignored += 1;
            return;
        }
        let crossing = Crossing { gate: crossed.gate_id, direction: crossed.direction, at };
        let Some(track) = &crossed.track_id else {
            self.unnamed.push(crossing);
            self.unnamed.sort_by_key(|crossing| crossing.at);
            if is_straggler || !self.follows_anybody(at) || self.unnamed.len() > MOST_UNNAMED {
                self.name_crossing(facts);
            }
            return;
        };
        let known = self.people.of_track(track);
        let is_new = known.is_none() && crossed.direction == Direction::In;
        let number = if is_new { self.add_person(Some(track), Whereabouts::Before, at, plan) } else { known };
        match number {
            Some(number) => self.cross(number, crossing, plan, facts),
            None => self.counters.ignored += 1,
        }
    }

    /// Whether a path may still come that explains a crossing.
    fn follows_anybody(&self, at: Moment) -> bool {
        let is_seen = |person: &Person| {
            person.sight.last.is_some() && at.micros_since(person.sight.seen_at) <= SAME_CROSSING_MICROS
        };
        self.people.iter().any(is_seen)
    }

    /// Finds out whose the oldest waiting crossing is: the only path over the line within a second, else somebody
    /// without a track.
    pub(crate) fn name_crossing(&mut self, facts: &mut Vec<Fact>) {
        let Some(plan) = self.plan.clone() else {
            self.unnamed.clear();
            return;
        };
        if self.unnamed.is_empty() {
            return;
        }
        let crossing = self.unnamed.remove(0);
        let named = self.only_path(&crossing);
        let number = named.or_else(|| match crossing.direction {
            Direction::In => self.add_person(None, Whereabouts::Before, crossing.at, &plan),
            Direction::Out => self.oldest_without_track(),
        });
        match number {
            Some(number) => self.cross(number, crossing, &plan, facts),
            None => self.counters.ignored += 1,
        }
    }

    fn only_path(&self, crossing: &Crossing) -> Option<u64> {
        let took_part = |person: &&Person| {
            let passed = person.sight.gates.passed;
            let counted = person.last_crossing;
            passed.is_some_and(|passed| passed.is_same_as(crossing))
                && !counted.is_some_and(|counted| counted.is_same_as(crossing))
        };
        let mut paths = self.people.iter().filter(took_part).map(|p| p.number);
        match (paths.next(), paths.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    fn oldest_without_track(&self) -> Option<u64> {
        let untracked = |p: &&Person| !p.is_tracked() && p.whereabouts == Whereabouts::Inside;
        let people = self.people.iter().filter(untracked);
        people.min_by_key(|p| (p.since, p.number)).map(|p| p.number)
    }

    /// Somebody went through a gate.
    pub(crate) fn cross(&mut self, number: u64, crossing: Crossing, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        if person.last_crossing.is_some_and(|last| last.is_same_as(&crossing)) {
            return;
        }
        person.last_crossing = Some(crossing);
        match crossing.direction {
            Direction::In => self.cross_in(number, crossing, plan, facts),
            Direction::Out => self.cross_out(number, crossing, plan),
        }
    }

    fn cross_in(&mut self, number: u64, crossing: Crossing, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        match person.whereabouts {
            Whereabouts::Leaving(out) if crossing.at >= out.at => {
                person.whereabouts = Whereabouts::Inside;
                self.tell_zones(number, crossing.at, facts);
            }
            Whereabouts::Before => self.come_in(number, Some(crossing), crossing.at, plan, facts),
            Whereabouts::Inside if person.came.is_none() => {
                person.came = Some(crossing);
                if person.is_visitor() && !self.take_place_at(number, crossing, plan, facts) {
                    let mark = self.mark_without_place(crossing);
                    self.mark(number, mark, crossing.at, facts);
                }
            }
            _ => {}
        }
        let person = self.people.get(number);
        if person.is_some_and(|p| p.is_inside() && !p.is_visitor()) {
            let last = self.last_member.entry(crossing.gate).or_insert(crossing.at);
            *last = crossing.at.max(*last);
        }
        self.people.reschedule(number, plan.settings());
    }

    /// Somebody who was before the gate is inside: by a crossing, or found there without one.
    pub(crate) fn come_in(
        &mut self,
        number: u64,
        crossing: Option<Crossing>,
        at: Moment,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        person.whereabouts = Whereabouts::Inside;
        person.came = crossing;
        person.since = at;
        let is_visitor = person.is_visitor();
        let spot = person.sight.last.map(|last| last.spot);
        let reservation = match crossing.filter(|_| is_visitor) {
            Some(crossing) => self.places.for_crossing(crossing.gate, at, number, plan),
            None => None,
        };
        if is_visitor && reservation.is_none() {
            let mark = crossing.map_or(ShopperMark::EnteredWithoutCode, |crossing| self.mark_without_place(crossing));
            if let Some(person) = self.people.get_mut(number) {
                person.mark(mark);
            }
        }
        let gate = crossing.map(|crossing| crossing.gate);
        self.tell_came_in(number, gate, at, spot, facts);
        if let Some(reservation) = reservation {
            self.take_place(reservation, number, at, crossing.map(|c| c.gate), facts);
        } else if is_visitor {
            self.tell_zones(number, at, facts);
        } else {
            self.bring_member_in(number, at, facts);
        }
    }

    fn take_place_at(&mut self, number: u64, crossing: Crossing, plan: &Plan, facts: &mut Vec<Fact>) -> bool {
        let place = self.places.for_crossing(crossing.gate, crossing.at, number, plan);
        let Some(reservation) = place else {
            return false;
        };
        self.take_place(reservation, number, crossing.at, Some(crossing.gate), facts);
        true
    }

    /// Gives somebody a place of a reservation that was taken out, and puts the rest of it back.
    pub(crate) fn take_place(
        &mut self,
        mut reservation: Reservation,
        number: u64,
        at: Moment,
        gate: Option<GateId>,
        facts: &mut Vec<Fact>,
    ) {
        reservation.take(number);
        if let Some(gate) = gate {
            let came = reservation.last_came.map_or(at, |(_, last)| last.max(at));
            reservation.last_came = Some((gate, came));
        }
        self.seat(reservation.session, number, at, facts);
        self.put_back(reservation);
    }

    /// Puts somebody on a session by one of its places.
    pub(crate) fn seat(&mut self, session: SessionNumber, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        if let Some(trip) = self.trips.get(session) {
            let session = trip.session.clone();
            let binding = Binding { session: &session, at, took_place: true, request: None };
            self.bind(number, &binding, facts);
        }
    }

    /// Keeps a reservation open as long as a place is.
    pub(crate) fn put_back(&mut self, reservation: Reservation) {
        if reservation.places.is_none() || reservation.free() > 0 {
            self.places.add(reservation);
        }
    }

    fn mark_without_place(&self, crossing: Crossing) -> ShopperMark {
        let window = self.plan.as_ref().map_or(0, |plan| plan.settings().entry.tailgate_window_ms.saturating_mul(1000));
        let member = self.last_member.get(&crossing.gate);
        let behind = member.map(|member| crossing.at.micros_since(*member));
        if behind.is_some_and(|behind| (0..=window).contains(&behind)) {
            ShopperMark::Tailgating
        } else {
            ShopperMark::EnteredWithoutCode
        }
    }

    pub(crate) fn mark(&mut self, number: u64, mark: ShopperMark, at: Moment, facts: &mut Vec<Fact>) {
        if let Some(person) = self.people.get_mut(number)
            && person.mark(mark)
        {
            facts.push(Fact::Marked { shopper: person.shopper.clone(), session: person.session().cloned(), mark, at });
        }
    }

    pub(crate) fn tell_came_in(
        &mut self,
        number: u64,
        gate: Option<GateId>,
        at: Moment,
        spot: Option<Spot>,
        facts: &mut Vec<Fact>,
    ) {
        if let Some(person) = self.people.get(number) {
            facts.push(Fact::CameIn {
                shopper: person.shopper.clone(),
                visitor_session: person.visitor_session,
                tracks: person.tracks.clone(),
                gate,
                at,
                position: spot.map(Spot::metres),
                marks: person.marks.clone(),
            });
        }
    }

    fn cross_out(&mut self, number: u64, crossing: Crossing, plan: &Plan) {
        if let Some(person) = self.people.get_mut(number)
            && person.whereabouts == Whereabouts::Inside
            && crossing.at >= person.since
        {
            person.whereabouts = Whereabouts::Leaving(crossing);
        }
        self.people.reschedule(number, plan.settings());
    }

    /// The exit dwell is over, or somebody is given up: see [`Floor::leave`].
    pub(crate) fn went_out(&mut self, number: u64, crossing: Crossing, facts: &mut Vec<Fact>) {
        let gate = Some(crossing.gate);
        self.leave(number, crossing.at, gate, LeftBecause::Crossed, facts);
    }
}

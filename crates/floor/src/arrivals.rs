//! From tracks to shoppers: positions of known tracks, new tracks, tracks that continue somebody.

use std::sync::Arc;

use aisle_model::event::{Appearance, AppearedAt, Positions, StoreEvent, TrackAppeared, TrackLost};
use aisle_model::shopper_ids::{shopper_id, visitor_session_id};
use aisle_model::{Millis, Moment, ShopperId, SourceName, TrackId, VisitorSessionId};

use crate::looks::Looks;
use crate::people::MOST_PEOPLE;
use crate::person::{Person, Whereabouts};
use crate::plan::Plan;
use crate::spot::{Fix, Spot};
use crate::{Fact, Floor, LeftBecause};

/// A track that went out is known to be outside for so long, however far away it is.
const KNOWN_OUTSIDE: Millis = Millis(600_000);

/// A track that nobody has yet.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub track: TrackId,
    pub spot: Spot,
    pub looks: Option<Looks>,
    pub at_gate: bool,
}

impl Floor {
    /// Positions that store time has reached.
    pub(crate) fn follow(
        &mut self,
        event: &StoreEvent,
        positions: &Positions,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        let mut newcomers = Vec::new();
        for seen in &positions.people {
            let Some(spot) = Spot::new(seen.x, seen.y) else {
                continue;
            };
            self.quiet_since = self.quiet_since.max(Some(event.at));
            if let Some(number) = self.people.of_track(&seen.track_id) {
                let fix = Fix { at: event.at, spot };
                self.note_looks(number, seen.appearance.as_ref());
                self.see(number, fix, &event.source, plan, facts);
            } else {
                newcomers.push(Newcomer {
                    track: seen.track_id.clone(),
                    spot,
                    looks: seen.appearance.as_ref().and_then(Looks::of),
                    at_gate: false,
                });
            }
        }
        if !newcomers.is_empty() {
            self.admit(newcomers, event, positions.complete, plan, facts);
        }
    }

    /// Positions that came too late: only the way of people who may be asked for by a scan is mended.
    pub(crate) fn remember_late(&mut self, at: Moment, positions: &Positions, plan: &Plan) {
        for seen in &positions.people {
            let number = self.people.of_track(&seen.track_id);
            let person = number.and_then(|number| self.people.get_mut(number));
            if let Some(person) = person
                && let Some(spot) = Spot::new(seen.x, seen.y)
            {
                person.sight.seen_at = person.sight.seen_at.max(at);
                if plan.has_devices() && person.is_visitor() {
                    person.sight.trail.add(Fix { at, spot });
                }
            }
        }
    }

    pub(crate) fn begin_track(
        &mut self,
        event: &StoreEvent,
        appeared: &TrackAppeared,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        let Some(spot) = Spot::new(appeared.x, appeared.y) else {
            return;
        };
        self.quiet_since = self.quiet_since.max(Some(event.at));
        if let Some(number) = self.people.of_track(&appeared.track_id) {
            self.note_looks(number, appeared.appearance.as_ref());
            return;
        }
        let newcomer = Newcomer {
            track: appeared.track_id.clone(),
            spot,
            looks: appeared.appearance.as_ref().and_then(Looks::of),
            at_gate: appeared.place == AppearedAt::Gate,
        };
        self.admit(vec![newcomer], event, false, plan, facts);
    }

    pub(crate) fn interrupt_track(&mut self, lost: &TrackLost, plan: &Plan) {
        let Some(number) = self.people.of_track(&lost.track_id) else {
            return;
        };
        if let Some(person) = self.people.get_mut(number) {
            let sight = &mut person.sight;
            sight.lost = Some(lost.reason);
            sight.exit_ruled_out = false;
            if sight.last.is_none() {
                let spot = lost.position.and_then(|(x, y)| Spot::new(x, y));
                sight.last = spot.map(|spot| Fix { at: sight.seen_at, spot });
            }
        }
        self.people.reschedule(number, plan.settings());
    }

    fn note_looks(&mut self, number: u64, appearance: Option<&Appearance>) {
        let Some(looks) = appearance.and_then(Looks::of) else {
            return;
        };
        if let Some(person) = self.people.get_mut(number) {
            person.sight.looks = Some(looks);
        }
    }

    /// A position of somebody who is followed.
    pub(crate) fn see(&mut self, number: u64, fix: Fix, source: &SourceName, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let mut moved = std::mem::take(&mut self.scratch);
        moved.crossings.clear();
        moved.zones.clear();
        if let Some(person) = self.people.get_mut(number) {
            person.sight.see(fix, plan, &mut moved);
            if person.sight.seen_by.as_ref() != Some(source) {
                person.sight.seen_by = Some(source.clone());
            }
            if plan.has_devices() && person.is_visitor() {
                person.sight.trail.add(fix);
            }
        }
        for crossing in &moved.crossings {
            self.cross(number, *crossing, plan, facts);
        }
        for change in &moved.zones {
            self.change_zone(number, *change, fix.at, plan, facts);
        }
        self.scratch = moved;
        self.judge_where_they_stand(number, fix.at, plan, facts);
        self.people.reschedule(number, plan.settings());
    }

    /// Gives every new track to somebody: back to a person who was lost, on to one who is out of sight, or to a new one.
    fn admit(
        &mut self,
        newcomers: Vec<Newcomer>,
        event: &StoreEvent,
        complete: bool,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        let complete_by = complete.then_some(&event.source);
        let continued = self.continued(&newcomers, event.at, complete_by, plan);
        let mut is_full = false;
        for (newcomer, continued) in newcomers.into_iter().zip(continued) {
            if let Some(number) = self.people.of_track(&newcomer.track) {
                let fix = Fix { at: event.at, spot: newcomer.spot };
                self.see(number, fix, &event.source, plan, facts);
                continue;
            }
            let number = if let Some(number) = continued {
                self.people.give_track(number, newcomer.track.clone());
                self.tell_tracks(number, event.at, facts);
                Some(number)
            } else if let Some(number) = self.bring_back(&newcomer, event.at, facts) {
                Some(number)
            } else if is_full {
                self.counters.refused += 1;
                None
            } else {
                self.begin_person(&newcomer, event.at, plan, facts)
            };
            let Some(number) = number else {
                is_full = true;
                continue;
            };
            if let Some(person) = self.people.get_mut(number)
                && newcomer.looks.is_some()
            {
                person.sight.looks = newcomer.looks;
            }
            let fix = Fix { at: event.at, spot: newcomer.spot };
            self.see(number, fix, &event.source, plan, facts);
        }
    }

    fn begin_person(&mut self, newcomer: &Newcomer, at: Moment, plan: &Plan, facts: &mut Vec<Fact>) -> Option<u64> {
        let went_out = |person: &Person| match person.whereabouts {
            Whereabouts::Gone { at: left, because, .. } => {
                let crossed = matches!(because, LeftBecause::Crossed | LeftBecause::LostNearExit);
                crossed && !at.is_at_least_after(left, KNOWN_OUTSIDE)
            }
            _ => false,
        };
        let departed = self.people.departed_of_track(&newcomer.track);
        let near_only = !departed.is_some_and(went_out);
        if plan.is_outside(newcomer.spot, near_only) {
            return self.add_person(Some(&newcomer.track), Whereabouts::Before, at, plan);
        }
        let track = Some(&newcomer.track);
        let number = self.add_person(track, Whereabouts::Inside, at, plan)?;
        self.tell_came_in(number, None, at, Some(newcomer.spot), facts);
        Some(number)
    }

    /// `None` when the store is full.
    pub(crate) fn add_person(
        &mut self,
        track: Option<&TrackId>,
        whereabouts: Whereabouts,
        at: Moment,
        plan: &Plan,
    ) -> Option<u64> {
        if self.people.len() >= MOST_PEOPLE {
            let Some(stalest) = self.people.stalest_before_gate() else {
                self.counters.refused += 1;
                return None;
            };
            self.people.remove(stalest);
            self.places.forget_holder(stalest);
        }
        let number = self.people.next_number();
        let ids = self.ids(number, plan);
        let person = Person::new(number, ids, track.cloned(), whereabouts, at);
        self.people.add(person);
        self.people.reschedule(number, plan.settings());
        Some(number)
    }

    fn ids(&self, number: u64, plan: &Plan) -> (ShopperId, VisitorSessionId) {
        let key = plan.given.shopper_key;
        let shopper = shopper_id(key, self.store, number);
        (shopper, visitor_session_id(key, self.store, number))
    }

    /// Somebody who was given up as lost is seen again under the same name, and their trip is not over.
    fn bring_back(&mut self, newcomer: &Newcomer, at: Moment, facts: &mut Vec<Fact>) -> Option<u64> {
        let departed = self.people.departed_of_track(&newcomer.track)?;
        let Whereabouts::Gone { because, .. } = departed.whereabouts else {
            return None;
        };
        let was_lost = matches!(because, LeftBecause::Lost | LeftBecause::Reset);
        let session = departed.session().map(|session| session.number);
        let is_over = session.is_some_and(|session| self.trips.get(session).is_none());
        if !was_lost || is_over || self.people.len() >= MOST_PEOPLE {
            return None;
        }
        let number = departed.number;
        let mut person = self.people.take_departed(number)?;
        person.whereabouts = Whereabouts::Inside;
        person.sight.seen_at = at;
        person.sight.last = None;
        if let Some(trip) = session.and_then(|session| self.trips.get_mut(session)) {
            trip.inside += 1;
        }
        facts.push(Fact::CameBack {
            shopper: person.shopper.clone(),
            session: person.session().cloned(),
            state: person.state(),
            tracks: person.tracks.clone(),
            at,
            position: Some(newcomer.spot.metres()),
        });
        self.people.add(person);
        self.tell_employees(number, at, facts);
        Some(number)
    }

    pub(crate) fn tell_tracks(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get(number) else {
            return;
        };
        let session = person.session().map(|session| session.number);
        if let Some(trip) = session.and_then(|session| self.trips.get_mut(session)) {
            trip.add_tracks(&person.tracks);
        }
        if person.is_inside() {
            facts.push(Fact::TracksChanged { shopper: person.shopper.clone(), tracks: person.tracks.clone(), at });
        }
    }
}

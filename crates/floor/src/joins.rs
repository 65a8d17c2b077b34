//! Tracks that turn out to be one person or several, and hints about who belongs together or to the staff.

use std::sync::Arc;

use aisle_model::{Moment, SessionNumber, TrackId};

use crate::person::{Person, Whereabouts};
use crate::plan::Plan;
use crate::{Fact, Floor, LeftBecause, ReviewReason};

const SURE_ENOUGH_GROUP: f64 = 0.8;
const SURE_ENOUGH_STAFF: f64 = 0.9;

impl Floor {
    pub(crate) fn merge_tracks(&mut self, track_ids: &[TrackId], into: &TrackId, at: Moment, facts: &mut Vec<Fact>) {
        let tracks = std::iter::once(into).chain(track_ids);
        let mut people: Vec<u64> = Vec::new();
        for number in tracks.filter_map(|track| self.people.of_track(track)) {
            if !people.contains(&number) {
                people.push(number);
            }
        }
        let Some(survivor) = self.survivor(&people) else {
            self.doubt_identities(&people, at, facts);
            return;
        };
        for number in people.into_iter().filter(|number| *number != survivor) {
            self.join(number, survivor, at, facts);
        }
        self.people.give_track(survivor, into.clone());
        for track in track_ids.iter().filter(|track| *track != into) {
            self.people.take_track(track);
        }
        self.tell_tracks(survivor, at, facts);
    }

    /// Who goes on as the one person: whoever is registered, else somebody inside, else the first. `None` when they are
    /// on different sessions, or nobody is known.
    fn survivor(&self, people: &[u64]) -> Option<u64> {
        let known = || people.iter().filter_map(|number| self.people.get(*number));
        let mut sessions = known().filter_map(|p| p.session().map(|s| s.number));
        let first = sessions.next();
        if sessions.any(|session| Some(session) != first) {
            return None;
        }
        let rank = |p: &&Person| (p.session().is_none(), p.is_visitor(), !p.is_inside());
        known().min_by_key(rank).map(|p| p.number)
    }

    fn doubt_identities(&self, people: &[u64], at: Moment, facts: &mut Vec<Fact>) {
        for person in people.iter().filter_map(|number| self.people.get(*number)) {
            if let Some(session) = person.session() {
                facts.push(Fact::ReviewWanted {
                    reason: ReviewReason::IdentityConflict,
                    session: Some(session.number),
                    shopper: person.shopper.clone(),
                    at,
                });
            }
        }
    }

    fn join(&mut self, number: u64, survivor: u64, at: Moment, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get(number) else {
            return;
        };
        let (shopper, tracks) = (person.shopper.clone(), person.tracks.clone());
        let was_inside = person.is_inside();
        if was_inside {
            self.leave(number, at, None, LeftBecause::Joined, facts);
        } else {
            self.leave_before_gate(number, at, facts);
        }
        for track in tracks {
            self.people.give_track(survivor, track);
        }
        let into = self.people.get(survivor).map(|p| p.shopper.clone());
        if let Some(into) = into.filter(|_| was_inside) {
            facts.push(Fact::Joined { from: shopper, into, at });
        }
    }

    pub(crate) fn split_track(
        &mut self,
        track: &TrackId,
        into: &[TrackId],
        at: Moment,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        let Some(number) = self.people.of_track(track) else {
            return;
        };
        let goes_on = into.iter().find(|new| *new == track).or(into.first());
        let Some(goes_on) = goes_on.cloned() else {
            return;
        };
        if self.people.of_track(&goes_on).is_none() {
            self.people.give_track(number, goes_on.clone());
        }
        if goes_on != *track {
            self.people.take_track(track);
        }
        self.tell_tracks(number, at, facts);
        let Some(person) = self.people.get(number) else {
            return;
        };
        let last = person.sight.last;
        let whereabouts = match person.whereabouts {
            Whereabouts::Before => Whereabouts::Before,
            _ => Whereabouts::Inside,
        };
        for new in into.iter().filter(|new| **new != goes_on) {
            if self.people.of_track(new).is_some() {
                continue;
            }
            let Some(number) = self.add_person(Some(new), whereabouts, at, plan) else {
                return;
            };
            if let Some(person) = self.people.get_mut(number) {
                person.sight.last = last;
            }
            if whereabouts == Whereabouts::Inside {
                self.tell_came_in(number, None, at, last.map(|last| last.spot), facts);
            }
        }
    }

    /// Visitors inside who walk with a member take open places of the member's session.
    pub(crate) fn hint_group(&mut self, tracks: &[TrackId], confidence: f64, at: Moment, facts: &mut Vec<Fact>) {
        if confidence < SURE_ENOUGH_GROUP {
            return;
        }
        let people: Vec<u64> = tracks.iter().filter_map(|t| self.people.of_track(t)).collect();
        let Some(session) = self.only_session(&people) else {
            return;
        };
        for number in people {
            let person = self.people.get(number);
            let is_open_to = |p: &Person| p.is_visitor() && p.whereabouts == Whereabouts::Inside;
            if !person.is_some_and(is_open_to) {
                continue;
            }
            let Some(reservation) = self.places.for_session(session) else {
                return;
            };
            self.take_place(reservation, number, at, None, facts);
        }
    }

    /// The session of those who are registered; `None` when there are several.
    fn only_session(&self, people: &[u64]) -> Option<SessionNumber> {
        let known = people.iter().filter_map(|number| self.people.get(*number));
        let mut sessions = known.filter_map(|p| p.session().map(|s| s.number));
        let first = sessions.next()?;
        sessions.all(|session| session == first).then_some(first)
    }

    pub(crate) fn hint_staff(&mut self, track: &TrackId, confidence: f64, at: Moment, facts: &mut Vec<Fact>) {
        if confidence >= SURE_ENOUGH_STAFF
            && let Some(number) = self.people.of_track(track)
        {
            self.suspect_staff(number, at, facts);
        }
    }
}

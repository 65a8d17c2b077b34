//! Putting people on sessions: by a place, by a person's decision, inside, before the gate and after leaving.

use aisle_model::entry::{BindAsked, SessionRef};
use aisle_model::store::{Role, ShopperMark};
use aisle_model::{Moment, RequestId};

use crate::person::{Person, Standing, Whereabouts};
use crate::{Fact, Floor, LeftBecause, Verdict};

/// Onto which session somebody is put, when and why.
pub(crate) struct Binding<'a> {
    pub session: &'a SessionRef,
    pub at: Moment,
    pub took_place: bool,
    pub request: Option<RequestId>,
}

fn standing_on(session: &SessionRef) -> Standing {
    if session.role == Role::Employee {
        Standing::Employee(Some(session.clone()))
    } else {
        Standing::Registered(session.clone())
    }
}

impl Floor {
    pub(crate) fn decide_binding(&mut self, ask: &BindAsked, facts: &mut Vec<Fact>) {
        let verdict = self.judge_binding(ask, facts);
        facts.push(Fact::BindDecided {
            request: ask.request,
            shopper: ask.shopper.clone(),
            session: ask.session.number,
            verdict,
            at: ask.at,
        });
    }

    fn judge_binding(&mut self, ask: &BindAsked, facts: &mut Vec<Fact>) -> Verdict {
        let wanted = ask.session.number;
        let Some(number) = self.people.of_shopper(&ask.shopper) else {
            return self.bind_after_leaving(ask, facts);
        };
        let Some(person) = self.people.get(number) else {
            return Verdict::UnknownShopper;
        };
        if person.session().is_some_and(|session| session.number == wanted) {
            return Verdict::AlreadyThere;
        }
        let becomes_employee = ask.session.role == Role::Employee;
        match &person.standing {
            Standing::Employee(_) => return Verdict::NotAllowed,
            Standing::Registered(_) if becomes_employee => return Verdict::NotAllowed,
            Standing::Registered(_) | Standing::Visitor => {}
        }
        if self.trips.is_over(wanted) {
            return Verdict::SessionOver;
        }
        let took_place = self.use_up_place(ask);
        let binding = Binding { session: &ask.session, at: ask.at, took_place, request: Some(ask.request) };
        self.bind(number, &binding, facts);
        Verdict::Bound
    }

    /// A person who is put on a session by hand takes one of its places, if one is open.
    fn use_up_place(&mut self, ask: &BindAsked) -> bool {
        let Some(mut reservation) = self.places.for_session(ask.session.number) else {
            return false;
        };
        reservation.taken = reservation.taken.saturating_add(1);
        self.put_back(reservation);
        true
    }

    /// Puts somebody who is here on a session; off the one they are on, if any.
    pub(crate) fn bind(&mut self, number: u64, binding: &Binding<'_>, facts: &mut Vec<Fact>) {
        let from = self.people.get(number).and_then(|p| p.session().cloned());
        let is_untracked = binding.session.role == Role::Untracked;
        if from.is_some() || is_untracked {
            self.untell_zones(number, binding.at, facts);
        }
        if let Some(from) = &from {
            self.move_off(number, from, binding.at, facts);
        }
        self.places.forget_holder(number);
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        let inside = person.is_inside();
        person.standing = standing_on(binding.session);
        person.sight.trail.clear();
        if binding.took_place {
            let of_coming_in = [ShopperMark::EnteredWithoutCode, ShopperMark::Tailgating];
            person.marks.retain(|mark| !of_coming_in.contains(mark));
        }
        let trip = self.trips.begin(binding.session);
        trip.people = trip.people.saturating_add(1);
        trip.add_tracks(&person.tracks);
        if inside {
            trip.inside += 1;
        } else {
            trip.before += 1;
        }
        facts.push(Fact::Bound {
            shopper: person.shopper.clone(),
            visitor_session: person.visitor_session,
            session: binding.session.clone(),
            from: from.clone(),
            inside,
            took_place: binding.took_place,
            request: binding.request,
            marks: person.marks.clone(),
            at: binding.at,
        });
        if inside {
            let crossing = person.came.map(|came| came.at);
            let origin = crossing.filter(|_| from.is_none()).unwrap_or(binding.at);
            self.tell_entered(number, origin, facts);
            self.retell_zones(number, binding.at, facts);
            self.tell_employees(number, binding.at, facts);
        }
        if let Some(from) = from {
            self.maybe_empty(from.number, binding.at, facts);
        }
    }

    /// A member who was bound before the gate has come in.
    pub(crate) fn bring_member_in(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        let session = self.people.get(number).and_then(|p| p.session().cloned());
        let trip = session.and_then(|session| self.trips.get_mut(session.number));
        if let Some(trip) = trip {
            trip.before = trip.before.saturating_sub(1);
            trip.inside += 1;
        }
        self.tell_entered(number, at, facts);
        self.tell_zones(number, at, facts);
        self.tell_employees(number, at, facts);
    }

    fn move_off(&mut self, number: u64, from: &SessionRef, at: Moment, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        let inside = person.is_inside();
        if let Some(trip) = self.trips.get_mut(from.number) {
            if inside {
                trip.inside = trip.inside.saturating_sub(1);
                trip.last_exit = trip.last_exit.max(Some(at));
            } else {
                trip.before = trip.before.saturating_sub(1);
            }
        }
        if inside {
            facts.push(Fact::Left {
                shopper: person.shopper.clone(),
                session: Some(from.clone()),
                was: person.state(),
                gate: None,
                because: LeftBecause::Moved,
                notice: person.tell_left(from.number),
                ends_presence: false,
                at,
            });
        }
    }

    pub(crate) fn tell_entered(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        if let Some(session) = person.session().cloned()
            && person.tell_entered(session.number)
        {
            let shopper = person.shopper.clone();
            facts.push(Fact::Entered { shopper, session, at });
        }
    }

    /// A visitor who has left is put on a session: entered and left at once.
    fn bind_after_leaving(&mut self, ask: &BindAsked, facts: &mut Vec<Fact>) -> Verdict {
        let is_over = self.trips.is_over(ask.session.number);
        let Some(person) = self.people.departed_mut(&ask.shopper) else {
            return Verdict::UnknownShopper;
        };
        if let Some(refusal) = refusal_after_leaving(person, ask, is_over) {
            return refusal;
        }
        person.standing = standing_on(&ask.session);
        person.tell_entered(ask.session.number);
        person.tell_left(ask.session.number);
        let person = person.clone();
        let took_place = self.use_up_place(ask);
        self.tell_past_visit(&person, ask, took_place, facts);
        self.maybe_empty(ask.session.number, ask.at, facts);
        Verdict::Bound
    }

    fn tell_past_visit(&mut self, person: &Person, ask: &BindAsked, took_place: bool, facts: &mut Vec<Fact>) {
        let Whereabouts::Gone { at: left_at, because, gate } = person.whereabouts else {
            return;
        };
        let trip = self.trips.begin(&ask.session);
        trip.people = trip.people.saturating_add(1);
        trip.add_tracks(&person.tracks);
        trip.last_exit = trip.last_exit.max(Some(left_at));
        facts.push(Fact::Bound {
            shopper: person.shopper.clone(),
            visitor_session: person.visitor_session,
            session: ask.session.clone(),
            from: None,
            inside: false,
            took_place,
            request: Some(ask.request),
            marks: person.marks.clone(),
            at: ask.at,
        });
        let crossing = person.came.map(|came| came.at);
        facts.push(Fact::Entered {
            shopper: person.shopper.clone(),
            session: ask.session.clone(),
            at: crossing.unwrap_or(ask.at).min(left_at),
        });
        facts.push(Fact::Left {
            shopper: person.shopper.clone(),
            session: Some(ask.session.clone()),
            was: person.state(),
            gate,
            because,
            notice: true,
            ends_presence: false,
            at: left_at,
        });
    }
}

fn refusal_after_leaving(person: &Person, ask: &BindAsked, is_over: bool) -> Option<Verdict> {
    let was_joined = matches!(person.whereabouts, Whereabouts::Gone { because: LeftBecause::Joined, .. });
    match person.session() {
        Some(session) if session.number == ask.session.number => Some(Verdict::AlreadyThere),
        Some(_) => Some(Verdict::TripFinal),
        None if !person.is_visitor() || was_joined => Some(Verdict::NotAllowed),
        None => is_over.then_some(Verdict::SessionOver),
    }
}

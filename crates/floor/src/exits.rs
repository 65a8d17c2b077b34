//! Going out: crossings that stood, people lost near an exit or inside, the last of a group, and a store that only
//! seems to have people in it.

use aisle_model::store::ShopperState;
use aisle_model::{GateId, Millis, Moment, SessionNumber};

use crate::person::{Timer, Whereabouts};
use crate::zones::ZoneChange;
use crate::{Fact, Floor, LeftBecause, ReviewReason};

impl Floor {
    /// What time does to one person; the timers are set again afterwards.
    pub(crate) fn fire_person(&mut self, now: Moment, facts: &mut Vec<Fact>) {
        let Some(number) = self.people.take_woken() else {
            return;
        };
        let Some(plan) = self.plan.clone() else {
            return;
        };
        let due = self.people.get(number).and_then(|person| {
            let (due, timer) = person.timer(plan.settings())?;
            Some((timer, person.sight.seen_at, person.sight.last)).filter(|_| due <= now)
        });
        match due {
            None => {}
            Some((Timer::ExitDwell(crossing), ..)) => self.went_out(number, crossing, facts),
            Some((Timer::LostGrace, seen_at, _)) => {
                if let Some(person) = self.people.get_mut(number) {
                    person.sight.grace_over = true;
                    let left = person.sight.zones.leave_all(seen_at, now, &plan);
                    self.tell_zones_left(number, &left, facts);
                }
            }
            Some((Timer::NearExit, seen_at, last)) => {
                if last.is_some_and(|last| plan.is_near_exit(last.spot)) {
                    self.leave(number, seen_at, None, LeftBecause::LostNearExit, facts);
                } else if let Some(person) = self.people.get_mut(number) {
                    person.sight.exit_ruled_out = true;
                }
            }
            Some((Timer::LostTimeout, seen_at, _)) => self.lose(number, seen_at, facts),
            Some((Timer::PassedBy, seen_at, _)) => self.leave_before_gate(number, seen_at, facts),
        }
        self.people.reschedule(number, plan.settings());
    }

    pub(crate) fn lose(&mut self, number: u64, seen_at: Moment, facts: &mut Vec<Fact>) {
        let person = self.people.get(number);
        let who = person.map(|p| (p.shopper.clone(), p.session().map(|s| s.number)));
        self.leave(number, seen_at, None, LeftBecause::Lost, facts);
        if let Some((shopper, session)) = who {
            let reason = ReviewReason::LostShopper;
            facts.push(Fact::ReviewWanted { reason, session, shopper, at: seen_at });
        }
    }

    /// Somebody before the gate has walked on. Only a session they were put on by hand hears of it.
    pub(crate) fn leave_before_gate(&mut self, number: u64, seen_at: Moment, facts: &mut Vec<Fact>) {
        self.places.forget_holder(number);
        let Some(person) = self.people.remove(number) else {
            return;
        };
        let Some(session) = person.session().cloned() else {
            return;
        };
        if let Some(trip) = self.trips.get_mut(session.number) {
            trip.before = trip.before.saturating_sub(1);
        }
        let number = session.number;
        facts.push(Fact::Left {
            shopper: person.shopper.clone(),
            session: Some(session),
            was: person.state(),
            gate: None,
            because: LeftBecause::Lost,
            notice: false,
            ends_presence: false,
            at: seen_at,
        });
        self.maybe_empty(number, seen_at, facts);
    }

    /// Somebody inside is gone as of a moment: out of all zones first, then out of the store.
    pub(crate) fn leave(
        &mut self,
        number: u64,
        at: Moment,
        gate: Option<GateId>,
        because: LeftBecause,
        facts: &mut Vec<Fact>,
    ) {
        let (Some(plan), Some(person)) = (self.plan.clone(), self.people.get_mut(number)) else {
            return;
        };
        if !person.is_inside() {
            return;
        }
        let at = at.max(person.since);
        let left = person.sight.zones.leave_all(at, at, &plan);
        self.tell_zones_left(number, &left, facts);
        self.places.forget_holder(number);
        let Some(mut person) = self.people.remove(number) else {
            return;
        };
        person.whereabouts = Whereabouts::Gone { at, because, gate };
        let session = person.session().cloned();
        if let Some(trip) = session.as_ref().and_then(|s| self.trips.get_mut(s.number)) {
            trip.inside = trip.inside.saturating_sub(1);
            trip.last_exit = trip.last_exit.max(Some(at));
        }
        let was = person.state();
        facts.push(Fact::Left {
            shopper: person.shopper.clone(),
            session: session.clone(),
            was,
            gate,
            because,
            notice: session.as_ref().is_some_and(|s| person.tell_left(s.number)),
            ends_presence: true,
            at,
        });
        let now = self.time.now.unwrap_or(at);
        self.people.depart(person, now);
        if was == ShopperState::Employee {
            self.tell_employee_count(at, facts);
        }
        if let Some(session) = session {
            self.maybe_empty(session.number, at, facts);
        }
    }

    /// The last of the group: no member inside or before the gate, and no place open.
    pub(crate) fn maybe_empty(&mut self, session: SessionNumber, at: Moment, facts: &mut Vec<Fact>) {
        let trip = self.trips.get(session);
        let is_empty = trip.is_some_and(|trip| trip.people > 0 && trip.is_deserted());
        if !is_empty || self.places.has_open(session) {
            return;
        }
        let Some(trip) = self.trips.end(session) else {
            return;
        };
        facts.push(Fact::SessionEmptied { session, tracks: trip.tracks.clone(), last_exit: trip.last_exit, at });
        if let Some(last_exit) = trip.last_exit
            && !self.has_settled(&trip.tracks, last_exit)
        {
            facts.push(Fact::SettleAsked { up_to: last_exit, tracks: trip.tracks });
        }
    }

    pub(crate) fn tell_zones_left(&self, number: u64, left: &[ZoneChange], facts: &mut Vec<Fact>) {
        let (Some(plan), Some(person)) = (&self.plan, self.people.get(number)) else {
            return;
        };
        for change in left {
            if let ZoneChange::Left { zone, edge, told: true, .. } = change
                && let Some(zone) = plan.zones.get(*zone)
            {
                facts.push(Fact::ZoneLeft {
                    shopper: person.shopper.clone(),
                    session: person.session().cloned(),
                    zone: zone.id.clone(),
                    labels: zone.labels.clone(),
                    at: *edge,
                });
            }
        }
    }

    /// No track at all for long while all required sources are well: whoever still counts is lost.
    pub(crate) fn reset_occupancy(&mut self, facts: &mut Vec<Fact>) {
        let (Some(plan), Some(now)) = (self.plan.clone(), self.time.now) else {
            return;
        };
        if !self.sources.all_required_well(&plan.settings().perception) {
            self.quiet_since = self.quiet_since.max(Some(now));
            return;
        }
        let quiet_since = *self.quiet_since.get_or_insert(now);
        let span = Millis(plan.settings().tracking.occupancy_reset_ms.max(0));
        if !now.is_at_least_after(quiet_since, span) {
            return;
        }
        let has_stayed = |since: Moment| now.is_at_least_after(since, span);
        let inside = self.people.iter().filter(|p| p.is_inside());
        let stale: Vec<_> = inside
            .filter(|p| has_stayed(p.since) && has_stayed(p.sight.seen_at))
            .map(|p| (p.number, p.sight.seen_at, p.is_tracked()))
            .collect();
        for (number, seen_at, is_tracked) in stale {
            let at = if is_tracked { seen_at } else { now };
            self.leave(number, at, None, LeftBecause::Reset, facts);
        }
    }
}

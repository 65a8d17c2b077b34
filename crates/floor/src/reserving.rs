//! What an accepted check-in does: who the holder is, who crossed meanwhile, who stood in the scanning zone, and the
//! end of unused places.

use std::sync::Arc;

use aisle_model::entry::{CheckInPlace, CheckedIn};
use aisle_model::{CheckInDeviceId, Millis, Moment, ZoneId};

use crate::person::{Person, Whereabouts};
use crate::places::{Look, Reservation};
use crate::plan::Plan;
use crate::spot::Spot;
use crate::{Fact, Floor};

impl Floor {
    pub(crate) fn reserve(&mut self, check_in: &CheckedIn, facts: &mut Vec<Fact>) {
        let settings = self.plan.as_ref().map(|plan| plan.settings().entry.clone());
        let reservation = Reservation::new(check_in, &settings.unwrap_or_default());
        self.trips.begin(&check_in.session);
        self.places.add(reservation);
        if let Some(surplus) = self.places.surplus() {
            self.end_places(&surplus, check_in.accepted_at, facts);
        }
    }

    /// What the reservation does that is due first.
    pub(crate) fn fire_places(&mut self, at: Moment, facts: &mut Vec<Fact>) {
        let Some(mut reservation) = self.places.take_due() else {
            return;
        };
        let Some(plan) = self.plan.clone() else {
            self.end_places(&reservation, at, facts);
            return;
        };
        match reservation.look {
            Look::Done => self.end_places(&reservation, at, facts),
            Look::AtScan => {
                reservation.look = Look::Done;
                self.look_at_scan(reservation, &plan, facts);
            }
            Look::AfterGrace => {
                reservation.look = Look::Done;
                self.look_after_grace(reservation, &plan, facts);
            }
        }
    }

    fn look_at_scan(&mut self, mut reservation: Reservation, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let entry = &plan.settings().entry;
        let gap = Millis(entry.group_gap_ms);
        for older in self.places.overtaken(&reservation, plan, gap) {
            self.end_places(&older, reservation.scanned_at, facts);
        }
        if let CheckInPlace::Internal { device, zone } = reservation.place.clone() {
            let from = reservation.scanned_at.minus(Millis(entry.scan_lookback_ms));
            let span = (from, reservation.scanned_at);
            let stood = self.who_stood(&zone, device, span, plan);
            let at = reservation.accepted_at;
            self.fill(&mut reservation, &stood, at, facts);
            reservation.look = Look::AfterGrace;
            reservation.look_at = reservation.scanned_at.plus(Millis(entry.scan_grace_ms.max(0)));
            self.put_back(reservation);
            return;
        }
        if let CheckInPlace::External { device, .. } = reservation.place {
            reservation.holder = self.holder(device, reservation.scanned_at, plan);
        }
        self.catch_up(reservation, plan, facts);
    }

    /// The visitor who stood at the device when the code was presented, if it was only one.
    fn holder(&self, device: CheckInDeviceId, scanned_at: Moment, plan: &Plan) -> Option<u64> {
        let spot = plan.device_spot(device)?;
        let radius = plan.settings().entry.holder_radius_m;
        let stood_there = |person: &&Person| {
            let stood = person.sight.trail.stood_at(scanned_at);
            person.is_visitor() && stood.is_some_and(|stood| stood.distance(spot) <= radius)
        };
        let mut people = self.people.iter().filter(stood_there);
        match (people.next(), people.next()) {
            (Some(only), None) => Some(only.number),
            _ => None,
        }
    }

    /// Binds those who crossed between scan and acceptance, the holder first, then in order of crossing.
    fn catch_up(&mut self, mut reservation: Reservation, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let crossed = |person: &Person| {
            let came = person.came?;
            let fits = person.is_visitor()
                && person.whereabouts == Whereabouts::Inside
                && reservation.waits_at(came.gate, plan)
                && came.at >= reservation.scanned_at
                && came.at <= reservation.ends_at;
            let is_holder = reservation.holder == Some(person.number);
            fits.then_some((!is_holder, came.at, person.number, came.gate))
        };
        let mut waiting: Vec<_> = self.people.iter().filter_map(crossed).collect();
        waiting.sort();
        let holder_waits =
            reservation.holder.is_some_and(|holder| !waiting.iter().any(|(_, _, number, _)| *number == holder));
        for (_, came_at, number, gate) in waiting {
            let kept = u32::from(holder_waits);
            if reservation.free() <= kept {
                break;
            }
            let came = reservation.last_came.map_or(came_at, |(_, l)| l.max(came_at));
            reservation.last_came = Some((gate, came));
            let at = reservation.accepted_at;
            self.fill(&mut reservation, &[number], at, facts);
        }
        self.put_back(reservation);
    }

    fn look_after_grace(&mut self, mut reservation: Reservation, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let CheckInPlace::Internal { device, zone } = reservation.place.clone() else {
            return;
        };
        let at = reservation.look_at.max(reservation.accepted_at);
        let span = (reservation.scanned_at, reservation.look_at);
        let stood = self.who_stood(&zone, device, span, plan);
        self.fill(&mut reservation, &stood, at, facts);
        let standing = self.who_is_in(&zone, device, plan);
        self.fill(&mut reservation, &standing, at, facts);
        if reservation.places.is_none() {
            size(&mut reservation, 1, at, facts);
        }
        self.put_back(reservation);
    }

    /// Gives places to these people while there are any; counts them first if nobody said a number.
    fn fill(&mut self, reservation: &mut Reservation, people: &[u64], at: Moment, facts: &mut Vec<Fact>) {
        if reservation.places.is_none() && !people.is_empty() {
            let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
            size(reservation, count, at, facts);
        }
        for number in people {
            if reservation.free() == 0 {
                return;
            }
            reservation.take(*number);
            self.seat(reservation.session, *number, at, facts);
        }
    }

    /// Visitors who were in the zone for at least half of their positions in a span, the nearest to the device first.
    fn who_stood(&self, zone: &ZoneId, device: CheckInDeviceId, span: (Moment, Moment), plan: &Plan) -> Vec<u64> {
        let stood = |person: &Person| {
            let (mut all, mut inside, mut last) = (0, 0, None);
            for spot in person.sight.trail.between(span.0, span.1) {
                all += 1;
                inside += u32::from(plan.zone_contains(zone, spot));
                last = Some(spot);
            }
            (inside > 0 && 2 * inside >= all).then_some(last).flatten()
        };
        self.nearest_first(device, plan, stood)
    }

    fn who_is_in(&self, zone: &ZoneId, device: CheckInDeviceId, plan: &Plan) -> Vec<u64> {
        let index = plan.zone_index(zone);
        let standing = |person: &Person| {
            let is_in = index.is_some_and(|zone| person.sight.zones.is_in(zone));
            person.sight.last.filter(|_| is_in).map(|last| last.spot)
        };
        self.nearest_first(device, plan, standing)
    }

    fn nearest_first(&self, device: CheckInDeviceId, plan: &Plan, stood: impl Fn(&Person) -> Option<Spot>) -> Vec<u64> {
        let device = plan.device_spot(device);
        let visitors = self.people.iter().filter(|p| p.is_visitor());
        let mut found: Vec<(f64, u64)> = visitors
            .filter_map(|person| {
                let spot = stood(person)?;
                let distance = device.map_or(0.0, |device| device.distance(spot));
                Some((distance, person.number))
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, number)| number).collect()
    }

    /// Unused places end.
    pub(crate) fn end_places(&mut self, reservation: &Reservation, at: Moment, facts: &mut Vec<Fact>) {
        let session = reservation.session;
        let unused = match reservation.places {
            Some(_) => reservation.free(),
            None => reservation.reserved,
        };
        let people = self.trips.get(session).map_or(0, |trip| trip.people);
        facts.push(Fact::PlacesEnded { session, unused, anyone_came: people > 0, at });
        if people > 0 {
            self.maybe_empty(session, at, facts);
        } else if !self.places.has_open(session) {
            self.trips.end(session);
        }
    }
}

fn size(reservation: &mut Reservation, places: u32, at: Moment, facts: &mut Vec<Fact>) {
    reservation.places = Some(places);
    facts.push(Fact::PlacesSized { session: reservation.session, places, reserved_before: reservation.reserved, at });
}

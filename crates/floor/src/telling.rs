//! Zone changes of one person as facts, what standing somewhere means, and who must look at a trip.

use std::sync::Arc;

use aisle_model::floor_map::ZoneLabel;
use aisle_model::store::{ShopperMark, ShopperState};
use aisle_model::{Millis, Moment};

use crate::gates::Crossing;
use crate::person::{Person, Standing, Whereabouts};
use crate::plan::Plan;
use crate::zones::{AtZone, ZoneChange};
use crate::{Fact, Floor, ReviewReason};

/// A visitor who stays in a back room for so long is staff.
const BACKROOM: Millis = Millis(5000);
/// Somebody in an entry zone may still be the one whom a report of a crossing is about.
const REPORT_MAY_COME: Millis = Millis(3000);

fn zone_entered(person: &Person, at: &AtZone, plan: &Plan, moment: Moment) -> Option<Fact> {
    let zone = plan.zones.get(at.index())?;
    Some(Fact::ZoneEntered {
        shopper: person.shopper.clone(),
        session: person.session().cloned(),
        zone: zone.id.clone(),
        labels: zone.labels.clone(),
        at: moment,
    })
}

impl Floor {
    pub(crate) fn change_zone(
        &mut self,
        number: u64,
        change: ZoneChange,
        now: Moment,
        plan: &Arc<Plan>,
        facts: &mut Vec<Fact>,
    ) {
        match change {
            ZoneChange::Left { zone, edge, told, entered } => {
                let out = match self.people.get(number).map(|p| p.whereabouts) {
                    Some(Whereabouts::Leaving(crossing)) => crossing.at,
                    _ => edge,
                };
                let edge = edge.min(out).max(entered);
                let change = ZoneChange::Left { zone, edge, told, entered };
                self.tell_zones_left(number, &[change], facts);
            }
            ZoneChange::Entered { zone } => {
                self.tell_zones(number, Moment::FIRST, facts);
                let place = plan.zones.get(zone).and_then(|zone| {
                    let person = self.people.get(number)?;
                    person.is_visitor().then_some(())?;
                    self.places.for_zone(&zone.id, now)
                });
                if let Some(reservation) = place {
                    self.take_place(reservation, number, now, None, facts);
                }
            }
        }
    }

    /// Tells of the zones somebody is in that were not told of yet, not before `earliest`.
    pub(crate) fn tell_zones(&mut self, number: u64, earliest: Moment, facts: &mut Vec<Fact>) {
        let (Some(plan), Some(person)) = (self.plan.clone(), self.people.get_mut(number)) else {
            return;
        };
        if !person.tells_zones() {
            return;
        }
        let since = person.since.max(earliest);
        let mut zones = std::mem::take(&mut person.sight.zones);
        for at in zones.inside_mut().filter(|at| !at.told) {
            at.told = true;
            at.entered = at.entered.max(since);
            facts.extend(zone_entered(person, at, &plan, at.entered));
        }
        person.sight.zones = zones;
    }

    /// Tells of all zones somebody is in, who is on a session from a moment on.
    pub(crate) fn retell_zones(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        if let Some(person) = self.people.get_mut(number) {
            for zone in person.sight.zones.inside_mut() {
                zone.told = false;
            }
        }
        self.tell_zones(number, at, facts);
    }

    /// Somebody who leaves a session, or may no longer be followed, leaves its zones.
    pub(crate) fn untell_zones(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        let mut left = Vec::new();
        for zone in person.sight.zones.inside_mut() {
            let (told, entered) = (zone.told, zone.entered);
            let edge = at.max(entered);
            left.push(ZoneChange::Left { zone: zone.index(), edge, told, entered });
            zone.told = false;
        }
        self.tell_zones_left(number, &left, facts);
    }

    /// After a position: entry zones make somebody an intruder, back rooms an employee.
    pub(crate) fn judge_where_they_stand(&mut self, number: u64, now: Moment, plan: &Arc<Plan>, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get(number) else {
            return;
        };
        if !person.sight.zones.is_in_any() {
            return;
        }
        let in_zone = |label: ZoneLabel, since: Moment| {
            let mut zones = person.sight.zones.inside();
            zones.any(|at| {
                let zone = plan.zones.get(at.index());
                zone.is_some_and(|zone| zone.has(label)) && at.entered <= since
            })
        };
        let passes = |passed: &Crossing| !now.is_at_least_after(passed.at, REPORT_MAY_COME);
        let may_be_reported = person.sight.gates.passed.as_ref().is_some_and(passes);
        let before = person.whereabouts == Whereabouts::Before;
        let came_somehow = person.is_visitor() && person.is_inside() && person.came.is_none();
        let is_unmarked = !person.marks.contains(&ShopperMark::EnteredWithoutCode);
        if before && !may_be_reported && in_zone(ZoneLabel::Entry, now) {
            self.come_in(number, None, now, plan, facts);
        } else if came_somehow && is_unmarked && !may_be_reported && in_zone(ZoneLabel::Entry, now) {
            self.mark(number, ShopperMark::EnteredWithoutCode, now, facts);
        } else if in_zone(ZoneLabel::Backroom, now.minus(BACKROOM)) {
            self.suspect_staff(number, now, facts);
        }
    }

    /// A visitor becomes an employee; of a registered shopper somebody must decide.
    pub(crate) fn suspect_staff(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        let Some(person) = self.people.get_mut(number) else {
            return;
        };
        if !person.is_inside() {
            return;
        }
        match &person.standing {
            Standing::Registered(session) if !person.role_doubted => {
                let session = Some(session.number);
                person.role_doubted = true;
                let shopper = person.shopper.clone();
                let reason = ReviewReason::RoleDoubt;
                facts.push(Fact::ReviewWanted { reason, session, shopper, at });
            }
            Standing::Registered(_) | Standing::Employee(_) => {}
            Standing::Visitor => {
                person.standing = Standing::Employee(None);
                person.sight.trail.clear();
                let shopper = person.shopper.clone();
                facts.push(Fact::BecameEmployee { shopper, at });
                self.places.forget_holder(number);
                self.tell_employee_count(at, facts);
            }
        }
    }

    /// Says how many employees are inside when the one who came is one.
    pub(crate) fn tell_employees(&mut self, number: u64, at: Moment, facts: &mut Vec<Fact>) {
        let person = self.people.get(number);
        if person.is_some_and(|p| p.state() == ShopperState::Employee) {
            self.tell_employee_count(at, facts);
        }
    }

    pub(crate) fn tell_employee_count(&self, at: Moment, facts: &mut Vec<Fact>) {
        let is_employee = |p: &&Person| p.is_inside() && p.state() == ShopperState::Employee;
        let count = self.people.iter().filter(is_employee).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        facts.push(Fact::EmployeesInside { count, at });
    }

    pub(crate) fn leave_deleted_zones(&mut self, old: &Plan, new: &Plan, facts: &mut Vec<Fact>) {
        let at = new.given.at;
        let other_gates = old.given.gates != new.given.gates;
        for number in self.people.numbers() {
            let Some(person) = self.people.get_mut(number) else {
                continue;
            };
            if other_gates {
                person.sight.gates.forget();
            }
            for gone in person.sight.zones.replan(old, new) {
                if let Some(zone) = old.zones.get(gone.index()).filter(|_| gone.told) {
                    facts.push(Fact::ZoneLeft {
                        shopper: person.shopper.clone(),
                        session: person.session().cloned(),
                        zone: zone.id.clone(),
                        labels: zone.labels.clone(),
                        at: at.max(gone.entered),
                    });
                }
            }
        }
    }

    /// A required source was degraded or lost: the trips inside cannot be trusted as others.
    pub(crate) fn note_sensor_trouble(&mut self, first_fact: usize, facts: &mut Vec<Fact>) {
        let mut marked_at = None;
        let mut reviewed_at = None;
        for fact in &facts[first_fact..] {
            match fact {
                Fact::SourceDegraded { required: true, at, .. } => marked_at = Some(*at),
                Fact::SourceLost { required: true, at, .. } => reviewed_at = Some(*at),
                _ => {}
            }
        }
        if let Some(at) = marked_at.or(reviewed_at) {
            let inside = self.people.iter().filter(|p| p.is_inside());
            let numbers: Vec<u64> = inside.map(|p| p.number).collect();
            for number in numbers {
                self.mark(number, ShopperMark::LowTrackingConfidence, at, facts);
            }
        }
        if let Some(at) = reviewed_at {
            self.ask_for_reviews(at, facts);
        }
    }

    /// Everybody inside on a session that will have an order.
    pub(crate) fn ask_for_reviews(&mut self, at: Moment, facts: &mut Vec<Fact>) {
        for person in self.people.iter().filter(|p| p.is_inside()) {
            if let Standing::Registered(session) = &person.standing {
                facts.push(Fact::ReviewWanted {
                    reason: ReviewReason::SensorGap,
                    session: Some(session.number),
                    shopper: person.shopper.clone(),
                    at,
                });
            }
        }
    }
}

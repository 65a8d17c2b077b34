//! Reservations: the places an accepted check-in holds for its people.
//!
//! A reservation lives from its scan until the entry window after its acceptance. It first looks at who stood where,
//! once store time has passed the scan; until then it gives no place to anybody. At most [`MOST_RESERVATIONS`] are
//! open; the oldest ends early beyond that.

use aisle_model::entry::{CheckInPlace, CheckedIn};
use aisle_model::settings::EntrySettings;
use aisle_model::{GateId, Millis, Moment, SessionNumber, ZoneId};
use serde::{Deserialize, Serialize};

use crate::plan::Plan;

/// Far more than a store can hold.
pub const MOST_RESERVATIONS: usize = 4096;

/// What a reservation does when store time reaches a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Look {
    /// Who is the holder, who crossed meanwhile, who stood in the zone.
    AtScan,
    /// Who stood in the scanning zone since the scan.
    AfterGrace,
    /// Everything was looked at; only the end comes.
    Done,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    pub session: SessionNumber,
    pub place: CheckInPlace,
    /// Unknown until the people in the zone were counted.
    pub places: Option<u32>,
    pub taken: u32,
    /// What the database holds for it.
    pub reserved: u32,
    pub scanned_at: Moment,
    pub accepted_at: Moment,
    pub ends_at: Moment,
    pub look: Look,
    pub look_at: Moment,
    /// The person who stood at the device alone, until they have their place.
    pub holder: Option<u64>,
    pub last_came: Option<(GateId, Moment)>,
}

impl Reservation {
    pub fn new(check_in: &CheckedIn, settings: &EntrySettings) -> Self {
        let is_internal = matches!(check_in.place, CheckInPlace::Internal { .. });
        let places = check_in.places.map(|places| places.max(1));
        let window = Millis(settings.entry_window_ms.max(0));
        Self {
            session: check_in.session.number,
            place: check_in.place.clone(),
            places: if is_internal { places } else { places.or(Some(1)) },
            taken: 0,
            reserved: check_in.reserved,
            scanned_at: check_in.scanned_at,
            accepted_at: check_in.accepted_at.max(check_in.scanned_at),
            ends_at: check_in.accepted_at.max(check_in.scanned_at).plus(window),
            look: Look::AtScan,
            look_at: check_in.scanned_at,
            holder: None,
            last_came: None,
        }
    }

    /// Places that nobody has yet.
    pub fn free(&self) -> u32 {
        self.places.unwrap_or(0).saturating_sub(self.taken)
    }

    /// Somebody has one of the places.
    pub fn take(&mut self, number: u64) {
        self.taken = self.taken.saturating_add(1);
        if self.holder == Some(number) {
            self.holder = None;
        }
    }

    fn free_for(&self, number: u64) -> bool {
        let kept = u32::from(self.holder.is_some_and(|holder| holder != number));
        self.free() > kept
    }

    /// The gate in front of which its people wait; `None` for any that leads in, or none.
    pub const fn gate(&self) -> Option<GateId> {
        match self.place {
            CheckInPlace::External { gate, .. } | CheckInPlace::Gate(gate) => Some(gate),
            CheckInPlace::Internal { .. } | CheckInPlace::AnyGate => None,
        }
    }

    pub fn waits_at(&self, gate: GateId, plan: &Plan) -> bool {
        match self.place {
            CheckInPlace::AnyGate => plan.leads_in(gate),
            _ => self.gate() == Some(gate),
        }
    }

    pub const fn zone(&self) -> Option<&ZoneId> {
        match &self.place {
            CheckInPlace::Internal { zone, .. } => Some(zone),
            _ => None,
        }
    }

    fn lives_at(&self, at: Moment) -> bool {
        (self.scanned_at..=self.ends_at).contains(&at)
    }

    const fn due(&self) -> Moment {
        match self.look {
            Look::Done => self.ends_at,
            _ => self.look_at,
        }
    }
}

/// The open reservations, oldest scan first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Places(Vec<Reservation>);

impl Places {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, reservation: Reservation) {
        let older = |known: &Reservation| known.scanned_at <= reservation.scanned_at;
        let place = self.0.partition_point(older);
        self.0.insert(place, reservation);
    }

    /// The oldest one, when there are too many.
    pub fn surplus(&mut self) -> Option<Reservation> {
        (self.0.len() > MOST_RESERVATIONS).then(|| self.0.remove(0))
    }

    pub fn next_due(&self) -> Option<Moment> {
        self.0.iter().map(Reservation::due).min()
    }

    /// Takes out the reservation that is due first, the oldest of several.
    pub fn take_due(&mut self) -> Option<Reservation> {
        let due = self.next_due()?;
        let place = self.0.iter().position(|r| r.due() == due)?;
        Some(self.0.remove(place))
    }

    pub fn has_open(&self, session: SessionNumber) -> bool {
        self.0.iter().any(|r| r.session == session)
    }

    pub fn take_session(&mut self, session: SessionNumber) -> Option<Reservation> {
        let place = self.0.iter().position(|r| r.session == session)?;
        Some(self.0.remove(place))
    }

    pub fn forget_holder(&mut self, number: u64) {
        for reservation in &mut self.0 {
            if reservation.holder == Some(number) {
                reservation.holder = None;
            }
        }
    }

    /// The reservation whose place somebody takes who crosses a gate: the own one, else the oldest with a place.
    pub fn for_crossing(&mut self, gate: GateId, at: Moment, number: u64, plan: &Plan) -> Option<Reservation> {
        let fits = |r: &Reservation| r.lives_at(at) && r.waits_at(gate, plan) && r.free_for(number);
        let own = |r: &Reservation| r.holder == Some(number) && fits(r);
        let place = self.0.iter().position(own);
        let place = place.or_else(|| self.0.iter().position(fits))?;
        Some(self.0.remove(place))
    }

    /// The oldest reservation of an internal device that still has a place for somebody who enters its zone.
    pub fn for_zone(&mut self, zone: &ZoneId, at: Moment) -> Option<Reservation> {
        let fits = |r: &Reservation| r.zone() == Some(zone) && r.look == Look::Done && r.lives_at(at) && r.free() > 0;
        let place = self.0.iter().position(fits)?;
        Some(self.0.remove(place))
    }

    /// Takes out the reservation of a session if it has a place that is free for anybody.
    pub fn for_session(&mut self, session: SessionNumber) -> Option<Reservation> {
        let fits = |r: &Reservation| r.session == session && r.free_for(u64::MAX);
        let place = self.0.iter().position(fits)?;
        Some(self.0.remove(place))
    }

    /// Takes out the older reservations at a gate whose last person crossed so long before a newer scan that the group
    /// is complete.
    pub fn overtaken(&mut self, newer: &Reservation, plan: &Plan, gap: Millis) -> Vec<Reservation> {
        let Some(gate) = newer.gate() else {
            return Vec::new();
        };
        let is_over = |r: &mut Reservation| {
            r.session != newer.session
                && r.scanned_at <= newer.scanned_at
                && r.waits_at(gate, plan)
                && r.last_came.is_some_and(|(_, came)| newer.scanned_at.micros_since(came) > gap.micros())
        };
        self.0.extract_if(.., is_over).collect()
    }
}

//! The engine as a whole: takes one entry after the other, moves store time, and lets events and timers act in order.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use aisle_model::entry::{Entry, EntryBody, ServerEntry};
use aisle_model::event::{EventKind, StoreEvent};
use aisle_model::floor_map::FloorPlan;
use aisle_model::settings::PerceptionSettings;
use aisle_model::{EventId, GateId, Millis, Moment, Offset, SourceName, StoreId, TrackId};
use serde::{Deserialize, Serialize};

use crate::Fact;
use crate::gates::Crossing;
use crate::opening::Opening;
use crate::people::People;
use crate::person::Moved;
use crate::places::Places;
use crate::plan::Plan;
use crate::sources::{Source, Sources};
use crate::time::{StoreTime, Waiting};
use crate::trips::Trips;
use crate::wire;

/// Grows when an older snapshot no longer means the same.
pub const ENGINE_VERSION: u32 = 2;
/// Replacements whose originals have not come yet.
const MOST_REPLACED: usize = 256;

/// What had no effect, or not the usual one, since the store began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Events read when store time had passed them.
    pub stragglers: u64,
    /// Stragglers that broke the promise of their own source.
    pub late: u64,
    /// Events without effect: unknown gates, no plan yet, replaced ones.
    pub ignored: u64,
    /// Sightings that were not followed because the store was full.
    pub refused: u64,
    /// Events that acted ahead of their time because too much waited.
    pub pressed: u64,
}

/// One store. Its serde form is the snapshot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Floor {
    pub(crate) store: StoreId,
    pub(crate) plan: Option<Arc<Plan>>,
    pub(crate) opening: Opening,
    pub(crate) time: StoreTime,
    pub(crate) sources: Sources,
    pub(crate) waiting: Waiting,
    pub(crate) people: People,
    pub(crate) trips: Trips,
    pub(crate) places: Places,
    /// Crossings without a track that wait for the path they belong to.
    pub(crate) unnamed: Vec<Crossing>,
    /// When the last registered person or employee came through a gate.
    pub(crate) last_member: BTreeMap<GateId, Moment>,
    /// Since when there was no track while the sources were well.
    pub(crate) quiet_since: Option<Moment>,
    pub(crate) counters: Counters,
    replaced: VecDeque<EventId>,
    #[serde(skip)]
    pub(crate) scratch: Moved,
}

impl Floor {
    /// A store about which nothing is known yet; its first entry should be a plan.
    pub fn new(store: StoreId) -> Self {
        Self {
            store,
            plan: None,
            opening: Opening::default(),
            time: StoreTime::default(),
            sources: Sources::default(),
            waiting: Waiting::default(),
            people: People::default(),
            trips: Trips::default(),
            places: Places::default(),
            unnamed: Vec::new(),
            last_member: BTreeMap::new(),
            quiet_since: None,
            counters: Counters::default(),
            replaced: VecDeque::new(),
            scratch: Moved::default(),
        }
    }

    /// Which store it is.
    pub const fn store(&self) -> StoreId {
        self.store
    }

    /// Takes the next entry; entries come in the order of their offsets. Facts are added in the order they took effect.
    pub fn apply(&mut self, entry: &Entry, facts: &mut Vec<Fact>) {
        let first_fact = facts.len();
        match &entry.body {
            EntryBody::Event(event) => self.read(entry.offset, event, entry.received_at, facts),
            EntryBody::Server(server) => self.obey(server, entry.received_at, facts),
        }
        self.note_sensor_trouble(first_fact, facts);
        self.move_time();
        self.act_up_to_now(facts);
        if let EntryBody::Server(ServerEntry::Tick { .. }) = entry.body {
            self.reset_occupancy(facts);
        }
    }

    fn read(&mut self, offset: Offset, event: &StoreEvent, received: Moment, facts: &mut Vec<Fact>) {
        if self.opening.is_over() {
            self.counters.ignored += 1;
            return;
        }
        let known = self.sources.get(&event.source);
        let is_late = known.is_some_and(|source| source.promised_past(event.at));
        let plan = self.plan.clone();
        let default = PerceptionSettings::default();
        let settings = plan.as_ref().map_or(&default, |p| &p.settings().perception);
        self.sources.hear(event, received, settings, facts);
        if self.replaced.contains(&event.event_id) {
            self.counters.ignored += 1;
            return;
        }
        let Some(event) = wire::what_acts(event) else {
            return;
        };
        if event.supersedes.is_some() {
            self.waiting.retract(&event);
            self.replaced.extend(event.supersedes);
            if self.replaced.len() > MOST_REPLACED {
                self.replaced.pop_front();
            }
        }
        if is_late || self.time.has_passed(event.at) {
            self.counters.stragglers += 1;
            self.counters.late += u64::from(is_late);
            self.act(&event, true, facts);
        } else {
            self.waiting.add(offset, event);
        }
    }

    fn obey(&mut self, entry: &ServerEntry, received: Moment, facts: &mut Vec<Fact>) {
        match entry {
            ServerEntry::Tick { .. } if self.opening.is_over() => {}
            ServerEntry::Tick { now } => {
                let settings = self.perception().into_owned();
                let passed = self.time.tick(*now, settings.degraded_ms / 2);
                let clock = self.time.tick.unwrap_or(*now);
                let lost_a_gap = self.sources.tick(passed, clock, &settings, facts);
                if lost_a_gap {
                    self.ask_for_reviews(clock, facts);
                }
            }
            ServerEntry::Planned(plan) => self.replan(plan, received, facts),
            ServerEntry::CheckedIn(check_in) => {
                self.reserve(check_in, facts);
                // It was accepted while the store was decommissioned.
                if self.opening.is_over() {
                    self.end_all_places(check_in.accepted_at, facts);
                }
            }
            ServerEntry::BindAsked(ask) => self.decide_binding(ask, facts),
            ServerEntry::PlacesClosed { session, at } => {
                while let Some(reservation) = self.places.take_session(*session) {
                    self.end_places(&reservation, *at, facts);
                }
            }
        }
    }

    fn replan(&mut self, given: &FloorPlan, received: Moment, facts: &mut Vec<Fact>) {
        let new = Arc::new(Plan::from(given.clone()));
        self.sources.expect(&given.settings.perception, received.max(given.at));
        if let Some(old) = self.plan.replace(Arc::clone(&new)) {
            self.leave_deleted_zones(&old, &new, facts);
        }
        for number in self.people.numbers() {
            self.people.reschedule(number, new.settings());
        }
        self.open_or_close(given, facts);
    }

    fn move_time(&mut self) {
        let settings = self.perception();
        let common = self.sources.newest_common(&settings);
        let reorder = Millis(settings.reorder_ms.max(0));
        if let Some(newest) = common.unwrap_or(self.time.tick) {
            self.time.reach(newest.minus(reorder));
        }
    }

    /// Lets everything act that store time has passed; at one moment events come before timers, because what happens
    /// within a span includes its end.
    fn act_up_to_now(&mut self, facts: &mut Vec<Fact>) {
        loop {
            if let Some(pressed) = self.waiting.pressed_to() {
                self.counters.pressed += 1;
                self.time.reach(pressed);
            }
            let Some(now) = self.time.now else { return };
            let event = self.waiting.next_at().filter(|at| *at <= now);
            let timer = self.next_timer().filter(|at| *at <= now);
            match (event, timer) {
                (None, None) => return,
                (Some(at), timer) if timer.is_none_or(|timer| at <= timer) => {
                    if let Some(event) = self.waiting.take_first() {
                        self.act(&event, false, facts);
                    }
                }
                (_, timer) => self.fire_timer(timer.unwrap_or(now), facts),
            }
        }
    }

    fn next_timer(&self) -> Option<Moment> {
        let unnamed = self.unnamed.first().map(crate::entering::decided_at);
        let timers = [self.people.next_wake(), self.places.next_due(), unnamed, self.opening.due()];
        timers.into_iter().flatten().min()
    }

    fn fire_timer(&mut self, at: Moment, facts: &mut Vec<Fact>) {
        if self.places.next_due() == Some(at) {
            self.fire_places(at, facts);
        } else if self.people.next_wake() == Some(at) {
            self.fire_person(at, facts);
        } else if self.opening.due() == Some(at) {
            self.empty_after_closing(at, facts);
        } else {
            self.name_crossing(facts);
        }
    }

    fn act(&mut self, event: &StoreEvent, is_straggler: bool, facts: &mut Vec<Fact>) {
        let Some(plan) = self.plan.clone() else {
            self.counters.ignored += 1;
            return;
        };
        match &event.body {
            EventKind::Positions(positions) if is_straggler => {
                self.remember_late(event.at, positions, &plan);
            }
            EventKind::Positions(positions) => self.follow(event, positions, &plan, facts),
            EventKind::TrackAppeared(appeared) => self.begin_track(event, appeared, &plan, facts),
            EventKind::TrackLost(lost) => self.interrupt_track(lost, &plan),
            EventKind::TrackMerged { track_ids, into } => {
                self.merge_tracks(track_ids, into, event.at, facts);
            }
            EventKind::TrackSplit { track_id, into, .. } => {
                self.split_track(track_id, into, event.at, &plan, facts);
            }
            EventKind::GateCrossed(crossed) => {
                self.hear_crossing(crossed, event.at, is_straggler, &plan, facts);
            }
            EventKind::GroupHint { track_ids, confidence } => {
                self.hint_group(track_ids, *confidence, event.at, facts);
            }
            EventKind::StaffHint { track_id, confidence } => {
                self.hint_staff(track_id, *confidence, event.at, facts);
            }
            EventKind::CodeScanned(_) | EventKind::Settled(_) | EventKind::Heartbeat(_) | EventKind::Other { .. } => {}
        }
    }

    /// Whether time must go on although no event comes: somebody is inside, a reservation is open, a timer runs or an
    /// event waits. The runner then appends a tick once a second.
    pub fn wants_ticks(&self) -> bool {
        let waits = self.people.len() > 0
            || !self.places.is_empty()
            || !self.waiting.is_empty()
            || !self.unnamed.is_empty()
            || self.sources.want_ticks(&self.perception());
        waits && !self.opening.is_over()
    }

    /// T: the moment up to which the engine has acted.
    pub const fn store_time(&self) -> Option<Moment> {
        self.time.now
    }

    /// S: the moment up to which all required sources promised to be complete; T without required sources.
    pub fn settled_up_to(&self) -> Option<Moment> {
        self.sources.settled_up_to(&self.perception()).unwrap_or(self.time.now)
    }

    /// Whether all required sources promised everything about these tracks up to a moment.
    pub fn has_settled(&self, tracks: &[TrackId], up_to: Moment) -> bool {
        // Of a store that is no more nobody promises anything.
        if self.opening.is_over() {
            return true;
        }
        let settings = self.perception();
        let mut required = self.sources.required(&settings).peekable();
        if required.peek().is_none() {
            return self.time.has_passed(up_to);
        }
        required.all(|(_, source)| source.has_settled(tracks, up_to))
    }

    /// Every source with where it stands, for the cursor.
    pub fn sources(&self) -> impl Iterator<Item = (&SourceName, &Source)> {
        self.sources.iter()
    }

    /// What had no effect, or not the usual one.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    pub(crate) fn perception(&self) -> Cow<'_, PerceptionSettings> {
        self.plan.as_ref().map_or_else(
            || Cow::Owned(PerceptionSettings::default()),
            |plan| Cow::Borrowed(&plan.settings().perception),
        )
    }
}

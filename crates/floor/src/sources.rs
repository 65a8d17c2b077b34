//! What is known of each producer: what it sent, promised and owes, how far its clock is off and whether it is well.
//!
//! Silence is counted in ticks, and one tick counts for little: a server that was down for an hour does not take its
//! sources for dead. At most [`MOST_SOURCES`] are known; the one heard of least recently makes room.

use std::collections::{BTreeMap, VecDeque};

use aisle_model::event::{EventKind, Settled, SourceRole, SourceStatus, StoreEvent};
use aisle_model::settings::PerceptionSettings;
use aisle_model::{EventId, Millis, Moment, SourceName, TrackId, named_enum};
use serde::{Deserialize, Serialize};

use crate::Fact;
use crate::gaps::Gaps;

/// A store has a handful.
pub const MOST_SOURCES: usize = 256;
const MOST_TRACK_PROMISES: usize = 2048;
const SKEW_SAMPLES: usize = 30;
const FEWEST_SKEW_SAMPLES: usize = 3;
const SKEW_NOTICE_PAUSE: Millis = Millis(3_600_000);
/// How long a heartbeat of role `perception` makes its source a required one.
const ROLE_LASTS_MS: i64 = 600_000;

named_enum! {
    /// How a source is.
    SourceState { Ok = "ok", Degraded = "degraded", Lost = "lost" }
}

/// One producer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Highest `seq`.
    pub last_seq: Option<u64>,
    /// Event that came last.
    pub last_event: Option<EventId>,
    /// Its `at`.
    pub last_at: Option<Moment>,
    /// The latest `at` it sent.
    pub newest_at: Option<Moment>,
    /// Latest promise for the whole store.
    pub promised: Option<Moment>,
    /// What it called itself last.
    pub role: Option<SourceRole>,
    /// How it is.
    pub state: SourceState,
    /// Missing numbers.
    pub gaps: Gaps,
    heard_at: Moment,
    own_word: SourceStatus,
    silent_ms: i64,
    /// Since the last heartbeat of role `perception`, by ticks.
    role_age_ms: i64,
    /// Since when it is back, by ticks; only while not ok.
    back_ms: i64,
    skews_ms: VecDeque<i64>,
    skew_told_at: Option<Moment>,
    track_promises: BTreeMap<TrackId, Moment>,
}

impl Source {
    fn new(heard_at: Moment) -> Self {
        Self {
            last_seq: None,
            last_event: None,
            last_at: None,
            newest_at: None,
            promised: None,
            role: None,
            state: SourceState::Ok,
            gaps: Gaps::default(),
            heard_at,
            own_word: SourceStatus::Ok,
            silent_ms: 0,
            role_age_ms: ROLE_LASTS_MS,
            back_ms: 0,
            skews_ms: VecDeque::new(),
            skew_told_at: None,
            track_promises: BTreeMap::new(),
        }
    }

    /// Median of the last heartbeats: its clock less the server's, milliseconds.
    pub fn skew_ms(&self) -> Option<i64> {
        let mut sorted: Vec<i64> = self.skews_ms.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }

    /// The promise for the store, as far as no gap holds it back.
    pub fn settled_up_to(&self) -> Option<Moment> {
        self.promised.map(|promised| self.gaps.held_back(promised))
    }

    /// Whether it promised everything about these tracks up to a moment.
    pub fn has_settled(&self, tracks: &[TrackId], up_to: Moment) -> bool {
        if self.gaps.held_back(up_to) < up_to {
            return false;
        }
        let of_track = |track| self.track_promises.get(track).copied();
        self.promised >= Some(up_to)
            || (!tracks.is_empty() && tracks.iter().all(|track| of_track(track) >= Some(up_to)))
    }

    /// Whether an event of this moment breaks its promise.
    pub fn promised_past(&self, at: Moment) -> bool {
        self.promised.is_some_and(|promised| at <= promised)
    }

    fn hears(&mut self, event: &StoreEvent, received_at: Moment) {
        self.heard_at = received_at;
        self.silent_ms = 0;
        self.last_event = Some(event.event_id);
        self.last_at = Some(event.at);
        self.newest_at = self.newest_at.max(Some(event.at));
        match &event.body {
            EventKind::Heartbeat(heartbeat) => {
                self.role = Some(heartbeat.role);
                self.own_word = heartbeat.status;
                if heartbeat.role == SourceRole::Perception {
                    self.role_age_ms = 0;
                }
                self.skews_ms.push_back(event.at.micros_since(received_at) / 1000);
                if self.skews_ms.len() > SKEW_SAMPLES {
                    self.skews_ms.pop_front();
                }
            }
            EventKind::Settled(settled) => self.promises(settled),
            _ => {}
        }
    }

    fn promises(&mut self, settled: &Settled) {
        for &(from, to) in &settled.lost {
            self.gaps.close(from, to);
        }
        let Some(tracks) = &settled.track_ids else {
            self.promised = self.promised.max(Some(settled.up_to));
            return;
        };
        for track in tracks {
            let promise = self.track_promises.entry(track.clone()).or_default();
            *promise = settled.up_to.max(*promise);
        }
        while self.track_promises.len() > MOST_TRACK_PROMISES {
            let oldest = self.track_promises.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(track, _)| track.clone()) else {
                break;
            };
            self.track_promises.remove(&oldest);
        }
    }

    /// How it looks right now, without the time it must be back for. Silence says nothing about a source that is not
    /// required and never sent a heartbeat: it may have nothing to report.
    fn apparent_state(&self, required: bool, settings: &PerceptionSettings) -> SourceState {
        let may_be_silent = !required && self.role.is_none();
        let silent_ms = if may_be_silent { 0 } else { self.silent_ms };
        if silent_ms >= settings.lost_ms || self.own_word == SourceStatus::Failed {
            SourceState::Lost
        } else if silent_ms >= settings.degraded_ms || self.own_word == SourceStatus::Degraded {
            SourceState::Degraded
        } else {
            SourceState::Ok
        }
    }
}

/// All producers of a store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources(BTreeMap<SourceName, Source>);

impl Sources {
    /// By name.
    pub fn iter(&self) -> impl Iterator<Item = (&SourceName, &Source)> {
        self.0.iter()
    }

    /// One of them.
    pub fn get(&self, name: &SourceName) -> Option<&Source> {
        self.0.get(name)
    }

    /// The sources that store time and settling wait for.
    pub fn required<'a>(
        &'a self,
        settings: &'a PerceptionSettings,
    ) -> impl Iterator<Item = (&'a SourceName, &'a Source)> {
        self.0.iter().filter(move |(name, source)| is_required(name, source, settings))
    }

    /// The least of the newest moments of the required sources that are not silent: none without such sources, and none
    /// inside when one has not sent anything yet.
    pub fn newest_common(&self, settings: &PerceptionSettings) -> Option<Option<Moment>> {
        self.required(settings)
            .filter(|(_, source)| source.silent_ms < settings.degraded_ms)
            .map(|(_, source)| source.newest_at)
            .min()
    }

    /// The least promise of the required sources: none without required sources, and none inside when one has never
    /// promised.
    pub fn settled_up_to(&self, settings: &PerceptionSettings) -> Option<Option<Moment>> {
        self.required(settings).map(|(_, source)| source.settled_up_to()).min()
    }

    /// Whether required sources exist and all of them are well.
    pub fn all_required_well(&self, settings: &PerceptionSettings) -> bool {
        let mut required = self.required(settings).peekable();
        required.peek().is_some() && required.all(|(_, source)| source.state == SourceState::Ok)
    }

    /// Whether the silence of a source is being counted, or the time for which a lost one has been back.
    pub fn want_ticks(&self, settings: &PerceptionSettings) -> bool {
        let speaks = |source: &Source| source.apparent_state(true, settings) != SourceState::Lost;
        self.required(settings).any(|(_, source)| source.state != SourceState::Lost || speaks(source))
            || self.0.values().any(|source| source.gaps.is_open())
    }

    /// Makes the sources known that the settings name, so that one that never comes is missed.
    pub fn expect(&mut self, settings: &PerceptionSettings, now: Moment) {
        for name in settings.required_sources.iter().take(MOST_SOURCES) {
            self.known(name, now);
        }
    }

    fn known(&mut self, name: &SourceName, now: Moment) -> &mut Source {
        if self.0.len() >= MOST_SOURCES && !self.0.contains_key(name) {
            let stalest = self.0.iter().min_by_key(|(_, source)| source.heard_at);
            if let Some(stalest) = stalest.map(|(name, _)| name.clone()) {
                self.0.remove(&stalest);
            }
        }
        if !self.0.contains_key(name) {
            self.0.insert(name.clone(), Source::new(now));
        }
        self.0.get_mut(name).expect("it was inserted if absent")
    }

    /// Takes note of an event at the moment it is read.
    pub fn hear(
        &mut self,
        event: &StoreEvent,
        received_at: Moment,
        settings: &PerceptionSettings,
        facts: &mut Vec<Fact>,
    ) {
        let source = self.known(&event.source, received_at);
        let before = source.last_at;
        if let Some(seq) = event.seq {
            let is_next = source.last_seq.is_none_or(|last| seq > last);
            match source.last_seq {
                Some(last) if seq > last.saturating_add(1) => {
                    let gap = source.gaps.open(last + 1, seq - 1, before.unwrap_or(event.at));
                    facts.push(Fact::ResendAsked {
                        source: event.source.clone(),
                        from_seq: gap.0,
                        to_seq: gap.1,
                        at: event.at,
                    });
                }
                Some(_) if !is_next => source.gaps.close(seq, seq),
                _ => {}
            }
            source.last_seq = source.last_seq.max(Some(seq));
        }
        source.hears(event, received_at);
        if matches!(event.body, EventKind::Heartbeat(_)) {
            source.tell_skew(&event.source, received_at, settings, facts);
        }
        self.judge(&event.source.clone(), 0, received_at, settings, facts);
    }

    /// Lets `passed_ms` of silence pass for every source; `now` is the tick. Returns whether a gap of a required
    /// source was given up.
    pub fn tick(&mut self, passed_ms: i64, now: Moment, settings: &PerceptionSettings, facts: &mut Vec<Fact>) -> bool {
        let mut lost_a_gap = false;
        let names: Vec<SourceName> = self.0.keys().cloned().collect();
        for name in names {
            if let Some(source) = self.0.get_mut(&name) {
                let required = is_required(&name, source, settings);
                source.silent_ms = source.silent_ms.saturating_add(passed_ms);
                source.role_age_ms = source.role_age_ms.saturating_add(passed_ms);
                for (from_seq, to_seq) in source.gaps.age(passed_ms, settings.gap_timeout_ms) {
                    lost_a_gap |= required;
                    facts.push(Fact::GapLost { source: name.clone(), from_seq, to_seq, at: now });
                }
            }
            self.judge(&name, passed_ms, now, settings, facts);
        }
        lost_a_gap
    }

    fn judge(
        &mut self,
        name: &SourceName,
        passed_ms: i64,
        now: Moment,
        settings: &PerceptionSettings,
        facts: &mut Vec<Fact>,
    ) {
        let Some(source) = self.0.get_mut(name) else {
            return;
        };
        let required = is_required(name, source, settings);
        let apparent = source.apparent_state(required, settings);
        let (source_name, at) = (name.clone(), now);
        if apparent > source.state {
            source.state = apparent;
            source.back_ms = 0;
            facts.push(if apparent == SourceState::Lost {
                Fact::SourceLost { source: source_name, required, at }
            } else {
                Fact::SourceDegraded { source: source_name, required, at }
            });
        } else if source.state != SourceState::Ok && apparent == SourceState::Ok {
            source.back_ms = source.back_ms.saturating_add(passed_ms);
            if source.back_ms >= settings.recover_ms {
                source.state = SourceState::Ok;
                facts.push(Fact::SourceRecovered { source: source_name, required, at });
            }
        } else {
            source.back_ms = 0;
        }
    }
}

impl Source {
    fn tell_skew(&mut self, name: &SourceName, now: Moment, settings: &PerceptionSettings, facts: &mut Vec<Fact>) {
        let told_lately = self.skew_told_at.is_some_and(|told| !now.is_at_least_after(told, SKEW_NOTICE_PAUSE));
        if told_lately || self.skews_ms.len() < FEWEST_SKEW_SAMPLES {
            return;
        }
        if let Some(skew_ms) = self.skew_ms()
            && skew_ms.saturating_abs() > settings.warn_skew_ms
        {
            self.skew_told_at = Some(now);
            facts.push(Fact::ClockSkewed { source: name.clone(), skew_ms, at: now });
        }
    }
}

fn is_required(name: &SourceName, source: &Source, settings: &PerceptionSettings) -> bool {
    if settings.required_sources.is_empty() {
        source.role_age_ms < ROLE_LASTS_MS
    } else {
        settings.required_sources.contains(name)
    }
}

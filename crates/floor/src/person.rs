//! One person on one visit.

use aisle_model::entry::SessionRef;
use aisle_model::event::LostReason;
use aisle_model::settings::FloorSettings;
use aisle_model::store::{Role, ShopperMark, ShopperState};
use aisle_model::{GateId, Millis, Moment, SessionNumber, ShopperId, SourceName, TrackId, VisitorSessionId};
use serde::{Deserialize, Serialize};

use crate::LeftBecause;
use crate::gates::{Crossing, Gates};
use crate::looks::Looks;
use crate::plan::Plan;
use crate::spot::Fix;
use crate::trail::Trail;
use crate::zones::{Step, ZoneChange, Zones};

/// A person whose path was broken more often keeps the newest names.
const MOST_TRACKS: usize = 16;
/// A person who was moved more often may cause a second notice on one of the first sessions.
const MOST_TOLD: usize = 32;
/// A jump is believed when the next position is this near to it, metres.
const CONFIRMED_WITHIN_M: f64 = 0.5;
/// `track.lost` with reason `exited` near an exit needs no longer silence than this.
const EXITED_MS: i64 = 2000;
/// Nobody without a track stays longer: the exit was missed.
const TRACKLESS_MS: i64 = 86_400_000;
/// Somebody before the gate who is out of sight for longer has walked on.
const PASSED_BY_MS: i64 = 30_000;

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Whereabouts {
    /// Seen before the gate: zones and scans see it, the occupancy does not.
    Before,
    Inside,
    /// Crossed outwards; still counted until the exit dwell is over.
    Leaving(Crossing),
    Gone {
        at: Moment,
        because: LeftBecause,
        gate: Option<GateId>,
    },
}

/// What somebody is to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    Visitor,
    Registered(SessionRef),
    /// With the session of an employee's code, or by a hint.
    Employee(Option<SessionRef>),
}

/// Which notices went out about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    session: SessionNumber,
    left: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Person {
    pub number: u64,
    pub shopper: ShopperId,
    pub visitor_session: VisitorSessionId,
    pub tracks: Vec<TrackId>,
    pub whereabouts: Whereabouts,
    pub standing: Standing,
    /// The crossing that brought them in.
    pub came: Option<Crossing>,
    pub last_crossing: Option<Crossing>,
    /// First sight, or coming in.
    pub since: Moment,
    pub marks: Vec<ShopperMark>,
    pub sight: Sight,
    pub role_doubted: bool,
    told: Vec<Told>,
    /// When the timers are looked at next; never later than the first of them.
    pub wake: Option<Moment>,
}

/// What was seen of somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sight {
    /// The last believed position.
    pub last: Option<Fix>,
    doubt: Option<Fix>,
    pub seen_at: Moment,
    pub seen_by: Option<SourceName>,
    /// Perception's word since then.
    pub lost: Option<LostReason>,
    /// Zones were left because nobody saw the person.
    pub grace_over: bool,
    /// The last position was found not to be near an exit.
    pub exit_ruled_out: bool,
    pub zones: Zones,
    pub gates: Gates,
    pub trail: Trail,
    pub looks: Option<Looks>,
}

/// What the time does to somebody next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    ExitDwell(Crossing),
    LostGrace,
    NearExit,
    LostTimeout,
    PassedBy,
}

impl Person {
    pub fn new(
        number: u64,
        ids: (ShopperId, VisitorSessionId),
        track: Option<TrackId>,
        whereabouts: Whereabouts,
        at: Moment,
    ) -> Self {
        Self {
            number,
            shopper: ids.0,
            visitor_session: ids.1,
            tracks: track.into_iter().collect(),
            whereabouts,
            standing: Standing::Visitor,
            came: None,
            last_crossing: None,
            since: at,
            marks: Vec::new(),
            sight: Sight {
                last: None,
                doubt: None,
                seen_at: at,
                seen_by: None,
                lost: None,
                grace_over: false,
                exit_ruled_out: false,
                zones: Zones::default(),
                gates: Gates::default(),
                trail: Trail::default(),
                looks: None,
            },
            role_doubted: false,
            told: Vec::new(),
            wake: None,
        }
    }

    pub const fn is_inside(&self) -> bool {
        matches!(self.whereabouts, Whereabouts::Inside | Whereabouts::Leaving(_))
    }

    pub fn is_visitor(&self) -> bool {
        self.standing == Standing::Visitor
    }

    pub const fn is_tracked(&self) -> bool {
        !self.tracks.is_empty()
    }

    pub const fn state(&self) -> ShopperState {
        match self.standing {
            Standing::Visitor => ShopperState::Visitor,
            Standing::Registered(_) => ShopperState::Registered,
            Standing::Employee(_) => ShopperState::Employee,
        }
    }

    pub const fn session(&self) -> Option<&SessionRef> {
        match &self.standing {
            Standing::Visitor => None,
            Standing::Registered(session) => Some(session),
            Standing::Employee(session) => session.as_ref(),
        }
    }

    /// Whether entering a zone is told now: inside, not on the way out, and not somebody nobody may follow.
    pub fn tells_zones(&self) -> bool {
        let is_untracked = self.session().is_some_and(|s| s.role == Role::Untracked);
        self.whereabouts == Whereabouts::Inside && !is_untracked
    }

    pub fn add_track(&mut self, track: TrackId) {
        if self.tracks.contains(&track) {
            return;
        }
        self.tracks.push(track);
        if self.tracks.len() > MOST_TRACKS {
            self.tracks.remove(0);
        }
    }

    pub fn mark(&mut self, mark: ShopperMark) -> bool {
        let is_new = !self.marks.contains(&mark);
        if is_new {
            self.marks.push(mark);
        }
        is_new
    }

    /// Notes that *entered* is told for a session; false when it was before.
    pub fn tell_entered(&mut self, session: SessionNumber) -> bool {
        if self.told.iter().any(|told| told.session == session) {
            return false;
        }
        if self.told.len() >= MOST_TOLD {
            self.told.remove(0);
        }
        self.told.push(Told { session, left: false });
        true
    }

    /// Notes that *left* is told for a session; false when it was before, or *entered* never.
    pub fn tell_left(&mut self, session: SessionNumber) -> bool {
        let told = self.told.iter_mut().find(|told| told.session == session);
        told.is_some_and(|told| !std::mem::replace(&mut told.left, true))
    }

    /// The first thing that time does to the person if nothing is heard, and when.
    pub fn timer(&self, settings: &FloorSettings) -> Option<(Moment, Timer)> {
        let sight = &self.sight;
        let after = |ms: i64| sight.seen_at.plus(Millis(ms.max(0)));
        let grace = (!sight.grace_over && sight.zones.is_in_any())
            .then(|| (after(settings.zones.lost_grace_ms), Timer::LostGrace));
        let own = match self.whereabouts {
            Whereabouts::Gone { .. } => None,
            Whereabouts::Leaving(crossing) => {
                let over = crossing.at.plus(Millis(settings.exit.exit_dwell_ms.max(0)));
                Some((over, Timer::ExitDwell(crossing)))
            }
            Whereabouts::Before => Some((after(PASSED_BY_MS), Timer::PassedBy)),
            Whereabouts::Inside if !self.is_tracked() => {
                let gone = self.since.plus(Millis(TRACKLESS_MS));
                Some((gone, Timer::LostTimeout))
            }
            Whereabouts::Inside if sight.exit_ruled_out => {
                Some((after(settings.tracking.lost_timeout_ms), Timer::LostTimeout))
            }
            Whereabouts::Inside => {
                let shortest = match sight.lost {
                    Some(LostReason::Exited) => EXITED_MS.min(settings.exit.lost_ms),
                    _ => settings.exit.lost_ms,
                };
                Some((after(shortest), Timer::NearExit))
            }
        };
        match (own, grace) {
            (Some(own), Some(grace)) => Some(if grace.0 <= own.0 { grace } else { own }),
            (own, grace) => own.or(grace),
        }
    }
}

/// What a position changed for one person.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moved {
    pub crossings: Vec<Crossing>,
    pub zones: Vec<ZoneChange>,
}

impl Sight {
    /// Takes a position that store time has reached.
    pub fn see(&mut self, fix: Fix, plan: &Plan, moved: &mut Moved) {
        self.seen_at = self.seen_at.max(fix.at);
        self.lost = None;
        self.grace_over = false;
        self.exit_ruled_out = false;
        let Some(last) = self.last else {
            self.step(fix, plan, moved);
            return;
        };
        if let Some(doubt) = self.doubt.take()
            && doubt.spot.distance(fix.spot) <= CONFIRMED_WITHIN_M
        {
            self.step(doubt, plan, moved);
            self.step(fix, plan, moved);
            return;
        }
        let seconds = fix.at.micros_since(last.at) as f64 / 1e6;
        if last.spot.distance(fix.spot) > plan.settings().tracking.jump_speed_mps * seconds {
            self.doubt = Some(fix);
        } else {
            self.step(fix, plan, moved);
        }
    }

    fn step(&mut self, fix: Fix, plan: &Plan, moved: &mut Moved) {
        let from = self.last.as_ref();
        self.gates.step(from, &fix, plan, &mut moved.crossings);
        self.zones.step(&Step::new(from, &fix), plan, &mut moved.zones);
        self.last = Some(fix);
    }

    /// Whether nobody sees the person at a moment: perception said so, a complete list leaves them out, or a second
    /// has passed.
    pub fn is_unseen(&self, at: Moment, complete_by: Option<&SourceName>) -> bool {
        let left_out = complete_by.is_some() && self.seen_by.as_ref() == complete_by;
        let limit = if self.lost.is_some() || left_out { 0 } else { 999_999 };
        at.micros_since(self.seen_at) > limit
    }
}

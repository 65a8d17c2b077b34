//! One person at the edges of zones: margins, dwells, pauses and the moment of the edge.
//!
//! Only zones that matter to the person are kept: those they are in, inside of, or left a moment ago. A position costs
//! no allocation unless something changes.

use aisle_floorplan::{Nearness, Polygon};
use aisle_model::Moment;
use serde::{Deserialize, Serialize};

use crate::plan::{Limits, Plan};
use crate::spot::Fix;

/// Positions further apart leave a hole that counts for no dwell.
const COVERED_MICROS: i64 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    /// Kept only for the pause after leaving.
    Out,
    /// Inside of the polygon, not yet in. `held` runs from the position that was deep enough.
    Coming {
        edge: Moment,
        held: Option<i64>,
    },
    In,
    /// Outside of the polygon, not yet out.
    Going {
        edge: Moment,
        held: Option<i64>,
    },
}

/// A zone that matters to a person. Zones are named by their place in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AtZone {
    pub zone: u32,
    phase: Phase,
    /// The edge, for somebody who is in.
    pub entered: Moment,
    /// Whether a fact told of it.
    pub told: bool,
    not_before: Moment,
    seen: bool,
}

/// What a position changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneChange {
    Entered {
        zone: usize,
    },
    /// `told` says whether the entering was.
    Left {
        zone: usize,
        edge: Moment,
        told: bool,
        entered: Moment,
    },
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Zones(Vec<AtZone>);

impl AtZone {
    pub const fn is_in(&self) -> bool {
        matches!(self.phase, Phase::In | Phase::Going { .. })
    }

    pub const fn index(&self) -> usize {
        self.zone as usize
    }

    /// When somebody who is taken away at a moment left this zone.
    pub fn left_at(&self, gone: Moment) -> Moment {
        let edge = match self.phase {
            Phase::Going { edge, .. } => edge.min(gone),
            _ => gone,
        };
        edge.max(self.entered)
    }

    fn new(zone: u32) -> Self {
        Self { zone, phase: Phase::Out, entered: Moment::FIRST, told: false, not_before: Moment::FIRST, seen: false }
    }

    /// `distance` is positive inside. Returns whether the person is now in or out, when that changed.
    fn step(&mut self, distance: f64, step: &Step<'_>, polygon: &Polygon, limits: &Limits) -> bool {
        let running = |held: Option<i64>, starts: bool| match held {
            Some(held) => Some(held.saturating_add(step.covered)),
            None => starts.then_some(0),
        };
        match self.phase {
            Phase::Out if distance >= 0.0 => {
                let held = running(None, distance >= limits.enter_margin);
                self.phase = Phase::Coming { edge: step.edge(polygon), held };
            }
            Phase::Coming { .. } if distance < 0.0 => self.phase = Phase::Out,
            Phase::Coming { edge, held } => {
                let held = running(held, distance >= limits.enter_margin);
                self.phase = Phase::Coming { edge, held };
            }
            Phase::In if distance < 0.0 => {
                let held = running(None, distance <= -limits.leave_margin);
                self.phase = Phase::Going { edge: step.edge(polygon), held };
            }
            Phase::Going { .. } if distance > 0.0 => self.phase = Phase::In,
            Phase::Going { edge, held } => {
                let held = running(held, distance <= -limits.leave_margin);
                self.phase = Phase::Going { edge, held };
            }
            Phase::Out | Phase::In => {}
        }
        match self.phase {
            Phase::Coming { edge, held: Some(held) } if held >= limits.enter_dwell && step.to.at >= self.not_before => {
                self.phase = Phase::In;
                self.entered = edge;
                true
            }
            Phase::Going { held: Some(held), .. } => held >= limits.leave_dwell,
            _ => false,
        }
    }
}

/// From one believed position to the next.
pub(crate) struct Step<'a> {
    from: Option<&'a Fix>,
    to: &'a Fix,
    covered: i64,
}

impl<'a> Step<'a> {
    pub fn new(from: Option<&'a Fix>, to: &'a Fix) -> Self {
        let passed = from.map_or(0, |from| to.at.micros_since(from.at));
        let covered = if passed <= COVERED_MICROS { passed.max(0) } else { 0 };
        Self { from, to, covered }
    }

    fn edge(&self, polygon: &Polygon) -> Moment {
        let crossing = |from: &Fix| {
            let fraction = polygon.last_crossing(from.spot.point(), self.to.spot.point())?;
            Some(from.at.between(self.to.at, fraction))
        };
        self.from.and_then(crossing).unwrap_or(self.to.at)
    }
}

impl Zones {
    pub fn is_in_any(&self) -> bool {
        self.0.iter().any(AtZone::is_in)
    }

    pub fn is_in(&self, zone: usize) -> bool {
        self.inside().any(|at| at.index() == zone)
    }

    /// The zones the person is in, in the order of the plan.
    pub fn inside(&self) -> impl Iterator<Item = &AtZone> {
        self.0.iter().filter(|at| at.is_in())
    }

    pub fn inside_mut(&mut self) -> impl Iterator<Item = &mut AtZone> {
        self.0.iter_mut().filter(|at| at.is_in())
    }

    /// Moves the person one step and adds what changed, in the order of the plan.
    pub fn step(&mut self, step: &Step<'_>, plan: &Plan, changes: &mut Vec<ZoneChange>) {
        let Some(index) = &plan.index else { return };
        let first_change = changes.len();
        for at in &mut self.0 {
            at.seen = false;
        }
        for (zone, nearness) in index.near(step.to.spot.point()) {
            let distance = match nearness {
                Nearness::Deep => f64::INFINITY,
                Nearness::Edge(distance) => distance,
            };
            let known = self.0.binary_search_by_key(&zone, AtZone::index);
            let place = match known {
                Ok(place) => place,
                Err(_) if distance < 0.0 => continue,
                Err(place) => {
                    let name = u32::try_from(zone).unwrap_or(u32::MAX);
                    self.0.insert(place, AtZone::new(name));
                    place
                }
            };
            self.0[place].seen = true;
            self.0[place].apply(distance, step, plan, changes);
        }
        for at in self.0.iter_mut().filter(|at| !at.seen) {
            at.apply(f64::NEG_INFINITY, step, plan, changes);
        }
        self.0.retain(|at| at.phase != Phase::Out || at.not_before > step.to.at);
        if changes.len() > first_change + 1 {
            changes[first_change..].sort_by_key(ZoneChange::zone);
        }
    }

    /// Takes the person out of all zones as of `gone`, found at `now`. Returns the zones with their moment of leaving.
    pub fn leave_all(&mut self, gone: Moment, now: Moment, plan: &Plan) -> Vec<ZoneChange> {
        let mut changes = Vec::new();
        for at in &mut self.0 {
            if at.is_in() {
                let edge = at.left_at(gone);
                changes.push(at.left(edge));
                at.leave(now, plan);
            }
            at.phase = Phase::Out;
        }
        changes
    }

    /// Goes over to another plan; returns what was told of zones that are gone, by their place in the old plan.
    pub fn replan(&mut self, old: &Plan, new: &Plan) -> Vec<AtZone> {
        let mut deleted = Vec::new();
        let mut kept = Vec::new();
        for mut at in self.0.drain(..) {
            let before = old.zones.get(at.index());
            let place = before.and_then(|zone| new.zone_index(&zone.id));
            let (Some(before), Some(place)) = (before, place) else {
                deleted.push(at);
                continue;
            };
            if !new.zones[place].same_shape(before) {
                at.phase = if at.is_in() { Phase::In } else { Phase::Out };
            }
            at.zone = u32::try_from(place).unwrap_or(u32::MAX);
            kept.push(at);
        }
        kept.sort_by_key(|at| at.zone);
        self.0 = kept;
        deleted.retain(AtZone::is_in);
        deleted
    }
}

impl AtZone {
    fn apply(&mut self, distance: f64, step: &Step<'_>, plan: &Plan, changes: &mut Vec<ZoneChange>) {
        let zone = self.index();
        let (Some(planned), Some(polygon)) = (plan.zones.get(zone), plan.polygon(zone)) else {
            return;
        };
        if !self.step(distance, step, polygon, &planned.limits) {
            return;
        }
        if let Phase::Going { edge, .. } = self.phase {
            let edge = edge.max(self.entered);
            changes.push(self.left(edge));
            self.leave(step.to.at, plan);
        } else {
            changes.push(ZoneChange::Entered { zone });
        }
    }

    const fn left(&self, edge: Moment) -> ZoneChange {
        let (told, entered) = (self.told, self.entered);
        ZoneChange::Left { zone: self.index(), edge, told, entered }
    }

    fn leave(&mut self, now: Moment, plan: &Plan) {
        let pause = plan.zones.get(self.index()).map_or(0, |zone| zone.limits.pause);
        self.phase = Phase::Out;
        self.told = false;
        self.not_before = Moment::from_micros(now.micros().saturating_add(pause));
    }
}

impl ZoneChange {
    pub const fn zone(&self) -> usize {
        match self {
            Self::Entered { zone } | Self::Left { zone, .. } => *zone,
        }
    }
}

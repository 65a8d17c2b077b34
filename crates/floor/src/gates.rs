//! One person's path over gate lines.
//!
//! A derived gate counts a path from at least the hysteresis outside, over the line, to at least as far inside, and the
//! other way round. Where a track begins decides on which side of every gate somebody is, however near the line that
//! is: cameras often see people first in the gate itself. Over the line of a reported gate only the last passing is remembered, to find out who a crossing
//! without a track was.

use aisle_floorplan::Passage;
use aisle_model::event::Direction;
use aisle_model::floor_map::Crossings;
use aisle_model::{GateId, Moment};
use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::spot::Fix;

/// Crossings of one person, gate and direction nearer than this are one; so is a path and a report of it.
pub(crate) const SAME_CROSSING_MICROS: i64 = 1_000_000;

/// Somebody went through a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Crossing {
    pub gate: GateId,
    pub direction: Direction,
    pub at: Moment,
}

impl Crossing {
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.gate == other.gate
            && self.direction == other.direction
            && self.at.micros_since(other.at).abs() <= SAME_CROSSING_MICROS
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct AtGate {
    /// The side where the person was far enough from the line: inside, outside, or not yet.
    from: Option<bool>,
    /// Over the line, not yet far enough.
    over: Option<(Direction, Moment)>,
}

/// In the order of the plan's gates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gates {
    at: Vec<AtGate>,
    /// The last passing over any line, near or far.
    pub passed: Option<Crossing>,
}

impl Gates {
    pub fn forget(&mut self) {
        self.at = Vec::new();
    }

    /// Moves the person one step and adds the crossings found.
    pub fn step(&mut self, from: Option<&Fix>, to: &Fix, plan: &Plan, found: &mut Vec<Crossing>) {
        let hysteresis = plan.settings().exit.gate_hysteresis_m.max(0.0);
        if self.at.len() != plan.gates.len() {
            self.at = vec![AtGate::default(); plan.gates.len()];
        }
        for (state, gate) in self.at.iter_mut().zip(&plan.gates) {
            let passage = from.and_then(|from| {
                let crossing = gate.line.crossing(from.spot.point(), to.spot.point())?;
                let direction = match crossing.passage {
                    Passage::Inwards => Direction::In,
                    Passage::Outwards => Direction::Out,
                };
                Some((direction, from.at.between(to.at, crossing.fraction)))
            });
            if let Some((direction, at)) = passage {
                self.passed = Some(Crossing { gate: gate.id, direction, at });
            }
            if gate.crossings == Crossings::Reported {
                continue;
            }
            let depth = gate.line.signed_distance(to.spot.point());
            if from.is_none() {
                state.from = Some(depth >= 0.0);
            }
            if let Some((direction, at)) = state.step(passage, depth, hysteresis) {
                found.push(Crossing { gate: gate.id, direction, at });
            }
        }
    }
}

impl AtGate {
    fn step(
        &mut self,
        passage: Option<(Direction, Moment)>,
        depth: f64,
        hysteresis: f64,
    ) -> Option<(Direction, Moment)> {
        if let Some((direction, at)) = passage {
            let comes_from_there = self.from == Some(direction == Direction::Out);
            self.over = comes_from_there.then_some((direction, at));
        }
        if depth.abs() < hysteresis {
            return None;
        }
        let is_inside = depth > 0.0;
        self.from = Some(is_inside);
        let (direction, at) = self.over.take()?;
        ((direction == Direction::In) == is_inside).then_some((direction, at))
    }
}

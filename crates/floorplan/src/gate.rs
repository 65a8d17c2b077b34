//! The line of a gate, with an inside.
//!
//! Says on which side a point is, and where a straight path crossed. How far somebody must come for a
//! crossing to count, and what a crossing means, is the engine's.

use crate::segment::Segment;
use crate::{GeometryFault, Point};

/// A path that passes beyond an end of the line by at most this still goes through the gate, metres.
pub const GATE_OVERHANG_M: f64 = 0.2;
const SHORTEST_GATE_M: f64 = 1e-6;

/// A side for somebody who walks from `a` to `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// The way somebody goes through a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    Inwards,
    Outwards,
}

/// Where a path crossed the line of a gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateCrossing {
    pub passage: Passage,
    /// Of the path, 0 at its beginning and 1 at its end.
    pub fraction: f64,
    /// Metres from `a` towards `b`; between -0.2 and the length plus 0.2.
    pub along: f64,
}

/// The line of a gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateLine {
    segment: Segment,
    length: f64,
    inside: Side,
}

impl GateLine {
    /// Refuses a line whose ends are at the same place.
    pub fn new(a: Point, b: Point, inside: Side) -> Result<GateLine, GeometryFault> {
        let segment = Segment::new(a, b);
        let length = segment.length();
        if length < SHORTEST_GATE_M {
            return Err(GeometryFault::ZeroLengthGate);
        }
        Ok(GateLine { segment, length, inside })
    }

    /// Metres.
    pub const fn length(&self) -> f64 {
        self.length
    }

    /// The middle of the line.
    pub fn middle(&self) -> Point {
        self.segment.start.toward(self.segment.end, 0.5)
    }

    /// Metres to the endless line, positive on the inside.
    pub fn signed_distance(&self, p: Point) -> f64 {
        let to_the_left = self.segment.left_of(p) / self.length;
        match self.inside {
            Side::Left => to_the_left,
            Side::Right => -to_the_left,
        }
    }

    /// Metres from `a` towards `b` of the place on the endless line that is nearest to `p`.
    pub fn along(&self, p: Point) -> f64 {
        let (a, b) = (self.segment.start, self.segment.end);
        ((p.x() - a.x()) * (b.x() - a.x()) + (p.y() - a.y()) * (b.y() - a.y())) / self.length
    }

    /// Metres to the line between its ends.
    pub fn distance(&self, p: Point) -> f64 {
        self.segment.distance(p)
    }

    /// Where the path from one point to another changed sides, if it did so between the ends or at
    /// most 0.2 m beyond. The line itself belongs to the inside, so that a path in several steps
    /// crosses exactly once.
    pub fn crossing(&self, from: Point, to: Point) -> Option<GateCrossing> {
        let (before, after) = (self.signed_distance(from), self.signed_distance(to));
        let passage = match (before >= 0.0, after >= 0.0) {
            (false, true) => Passage::Inwards,
            (true, false) => Passage::Outwards,
            (true, true) | (false, false) => return None,
        };
        let fraction = (before / (before - after)).clamp(0.0, 1.0);
        let along = self.along(from.toward(to, fraction));
        let is_through = (-GATE_OVERHANG_M..=self.length + GATE_OVERHANG_M).contains(&along);
        is_through.then_some(GateCrossing { passage, fraction, along })
    }
}

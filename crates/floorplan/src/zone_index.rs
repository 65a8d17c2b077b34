//! Which zones are near a position, for millions of positions a second.
//!
//! Asks every zone in turn; those whose bounds are far away cost a few comparisons. With 40 zones that
//! is about 100 ns a position (`benches/zones.rs`). A grid of cells with candidates took half of that
//! and four times the code; if stores with hundreds of zones appear, it fits behind the same functions.

use crate::point::length_within_limit;
use crate::{GeometryFault, Point, Polygon};

/// How a position lies to a zone that is not further away than the margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nearness {
    /// Inside, further from the edge than the margin.
    Deep,
    /// At most the margin from the edge: the signed distance in metres, positive inside.
    Edge(f64),
}

impl Nearness {
    /// How `p` lies to `polygon`; `None` when it is outside by more than `margin` metres.
    #[inline]
    pub fn of(polygon: &Polygon, p: Point, margin: f64) -> Option<Nearness> {
        let distance = polygon.signed_distance_within(p, margin)?;
        Some(if distance > margin { Nearness::Deep } else { Nearness::Edge(distance) })
    }
}

/// The zones of a store. A zone is named by its place in the list they were given in.
#[derive(Debug, Clone)]
pub struct ZoneIndex {
    polygons: Vec<Polygon>,
    margin: f64,
}

impl ZoneIndex {
    /// `margin` in metres: the greatest distance from an edge that the caller needs to know exactly.
    /// Refuses a margin that is no length.
    pub fn new(polygons: Vec<Polygon>, margin: f64) -> Result<ZoneIndex, GeometryFault> {
        Ok(ZoneIndex { polygons, margin: length_within_limit(margin)? })
    }

    /// The polygons, in the order given.
    pub fn polygons(&self) -> &[Polygon] {
        &self.polygons
    }

    /// Metres.
    pub const fn margin(&self) -> f64 {
        self.margin
    }

    /// The zones that `p` is inside of, or outside of by at most the margin, in their order. All others
    /// are further away.
    #[inline]
    pub fn near(&self, p: Point) -> impl Iterator<Item = (usize, Nearness)> + '_ {
        let answers = self.polygons.iter().map(move |polygon| Nearness::of(polygon, p, self.margin));
        answers.enumerate().filter_map(|(zone, nearness)| Some((zone, nearness?)))
    }
}

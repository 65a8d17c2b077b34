//! What furniture covers of the floor: a convex shape, or less for furniture without thickness.
//!
//! Unlike a zone it need not have an area: a shelf without depth is a line, and a wall may be given as
//! two points.

use crate::bounds::Bounds;
use crate::segment::Segment;
use crate::{GeometryFault, Point};

/// A convex part of the floor: the hull of some points.
#[derive(Debug, Clone, PartialEq)]
pub struct Footprint {
    /// Counter-clockwise, no three in line; one or two for a point or a line.
    corners: Vec<Point>,
    edges: Vec<Segment>,
    bounds: Bounds,
}

impl Footprint {
    /// The hull of the points. Refuses none at all.
    pub fn around(points: &[Point]) -> Result<Footprint, GeometryFault> {
        if points.is_empty() {
            return Err(GeometryFault::EmptyFootprint);
        }
        Ok(Footprint::around_some(points))
    }

    pub(crate) fn around_some(points: &[Point]) -> Footprint {
        let corners = convex_hull(points);
        let count = corners.len();
        let edges = (0..count).map(|edge| Segment::new(corners[edge], corners[(edge + 1) % count])).collect();
        let bounds = Bounds::around(corners[0], &corners);
        Footprint { corners, edges, bounds }
    }

    /// Counter-clockwise.
    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    /// The smallest upright rectangle around it.
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Whether `p` is inside or on the edge.
    pub fn contains(&self, p: Point) -> bool {
        let has_area = self.corners.len() > 2;
        has_area && self.edges.iter().all(|edge| edge.left_of(p) >= 0.0)
    }

    /// Floor distance in metres; 0 inside.
    pub fn distance(&self, p: Point) -> f64 {
        if self.contains(p) { 0.0 } else { self.edge_distance(p) }
    }

    fn edge_distance(&self, p: Point) -> f64 {
        let mut squared = f64::INFINITY;
        for edge in &self.edges {
            squared = squared.min(edge.distance_squared(p));
        }
        squared.sqrt()
    }

    /// The point of the edge that is nearest to `p`, from outside or from inside.
    pub fn nearest_edge_point(&self, p: Point) -> Point {
        let mut nearest = self.corners[0];
        for edge in &self.edges {
            let candidate = edge.start.toward(edge.end, edge.nearest_fraction(p));
            if candidate.distance_squared(p) < nearest.distance_squared(p) {
                nearest = candidate;
            }
        }
        nearest
    }

    /// Whether a straight walk comes nearer than `clearance` metres.
    pub(crate) fn obstructs(&self, walk: &Segment, clearance: f64) -> bool {
        if !walk.bounds().grown(clearance).overlaps(&self.bounds) {
            return false;
        }
        if self.contains(walk.start) || self.contains(walk.end) {
            return true;
        }
        self.edges.iter().any(|edge| walk.end_distance(edge) < clearance || walk.crosses(edge))
    }

    /// Corners of a way around at `clearance` metres: straight pieces that touch the round corners of
    /// the forbidden area from outside, so that walking from one to the next keeps the distance.
    pub(crate) fn corners_around(&self, clearance: f64) -> Vec<Point> {
        let count = self.corners.len();
        let mut around = Vec::new();
        for index in 0..count {
            let corner = self.corners[index];
            let before = self.corners[(index + count - 1) % count];
            let after = self.corners[(index + 1) % count];
            let (begin, turn) = if count == 1 {
                (0.0, std::f64::consts::TAU)
            } else {
                let incoming = (corner.y() - before.y()).atan2(corner.x() - before.x());
                let outgoing = (after.y() - corner.y()).atan2(after.x() - corner.x());
                let turn = (outgoing - incoming).rem_euclid(std::f64::consts::TAU);
                (incoming - std::f64::consts::FRAC_PI_2, turn)
            };
            let pieces = (turn / std::f64::consts::FRAC_PI_4 - 1e-9).ceil().max(1.0);
            let step = turn / pieces;
            let radius = clearance / (step / 2.0).cos();
            let mut angle = begin + step / 2.0;
            while angle < begin + turn {
                around.push(Point::derived(corner.x() + radius * angle.cos(), corner.y() + radius * angle.sin()));
                angle += step;
            }
        }
        around
    }
}

/// Counter-clockwise from the leftmost point, by the monotone chain.
fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x().total_cmp(&b.x()).then(a.y().total_cmp(&b.y())));
    sorted.dedup_by(|a, b| a.distance_squared(*b) < 1e-18);
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter().copied());
    hull.pop();
    let mut upper = half_hull(sorted.iter().rev().copied());
    upper.pop();
    hull.append(&mut upper);
    hull
}

fn half_hull(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut hull: Vec<Point> = Vec::new();
    for point in points {
        while let [.., before, last] = hull[..]
            && Segment::new(before, point).left_of(last) >= -1e-12
        {
            hull.pop();
        }
        hull.push(point);
    }
    hull
}

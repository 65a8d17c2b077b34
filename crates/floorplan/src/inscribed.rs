//! The largest circle that fits into a polygon.
//!
//! Found by refining a grid, best square first, and leaving out squares that cannot hold a better
//! centre. The radius is never too large, and too small by at most a centimetre; only in polygons that
//! are kilometres long the search stops early with the best circle found until then.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::{Point, Polygon};

const PRECISION_M: f64 = 0.01;
/// Ends the search in corridors of kilometres, where thousands of circles are equally good.
const MAX_SQUARES: usize = 50_000;
/// Squares along the shorter side at the start.
const FIRST_SQUARES: f64 = 2.0;

/// A circle that lies inside a polygon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InscribedCircle {
    /// Inside the polygon.
    pub centre: Point,
    /// Metres.
    pub radius: f64,
}

impl Polygon {
    /// Radius of the largest circle that fits, metres; at most a centimetre too small.
    pub fn inradius(&self) -> f64 {
        self.inscribed_circle().radius
    }

    /// The largest circle that fits. Takes up to milliseconds: ask once per polygon, not per position.
    pub fn inscribed_circle(&self) -> InscribedCircle {
        let mut best = circle_around(self, point_inside(self));
        let around_centroid = circle_around(self, self.centroid());
        if around_centroid.radius > best.radius {
            best = around_centroid;
        }
        let mut squares = first_squares(self);
        let mut examined = squares.len();
        while let Some(square) = squares.pop() {
            if square.distance > best.radius {
                best = InscribedCircle { centre: square.centre, radius: square.distance };
            }
            if square.potential - best.radius <= PRECISION_M || examined >= MAX_SQUARES {
                break;
            }
            squares.extend(square.quarters(self));
            examined += 4;
        }
        best
    }
}

fn circle_around(polygon: &Polygon, centre: Point) -> InscribedCircle {
    InscribedCircle { centre, radius: polygon.signed_distance(centre) }
}

/// The middle of the widest stretch inside, on a line between two neighbouring heights of corners. It
/// makes sure that the search has a circle to begin with, however thin the polygon is.
fn point_inside(polygon: &Polygon) -> Point {
    let mut heights: Vec<f64> = polygon.corners().iter().map(|corner| corner.y()).collect();
    heights.sort_by(f64::total_cmp);
    let mut y = heights[0];
    let mut widest_gap = 0.0;
    for pair in heights.windows(2) {
        if pair[1] - pair[0] > widest_gap {
            widest_gap = pair[1] - pair[0];
            y = f64::midpoint(pair[0], pair[1]);
        }
    }
    let mut crossings: Vec<f64> = Vec::new();
    for edge in polygon.edges() {
        if (edge.start.y() > y) != (edge.end.y() > y) {
            let fraction = (y - edge.start.y()) / (edge.end.y() - edge.start.y());
            crossings.push(edge.start.toward(edge.end, fraction).x());
        }
    }
    crossings.sort_by(f64::total_cmp);
    let mut widest = [crossings[0], crossings[0]];
    for stretch in crossings.chunks_exact(2) {
        if stretch[1] - stretch[0] > widest[1] - widest[0] {
            widest = [stretch[0], stretch[1]];
        }
    }
    Point::derived(f64::midpoint(widest[0], widest[1]), y)
}

/// A square that may hold the centre of a better circle.
#[derive(Debug, Clone, Copy)]
struct Square {
    centre: Point,
    half: f64,
    /// Signed distance of the centre.
    distance: f64,
    /// No point of the square has a greater signed distance.
    potential: f64,
}

impl Square {
    fn new(polygon: &Polygon, centre: Point, half: f64) -> Square {
        let distance = polygon.signed_distance(centre);
        Square { centre, half, distance, potential: distance + half * std::f64::consts::SQRT_2 }
    }

    fn quarters(&self, polygon: &Polygon) -> [Square; 4] {
        let half = self.half / 2.0;
        [(-half, -half), (half, -half), (-half, half), (half, half)]
            .map(|(dx, dy)| Square::new(polygon, Point::derived(self.centre.x() + dx, self.centre.y() + dy), half))
    }
}

impl PartialEq for Square {
    fn eq(&self, other: &Square) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Square {}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Square) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Square {
    /// By potential; ties by place, so that the same polygon always gives the same circle.
    fn cmp(&self, other: &Square) -> Ordering {
        self.potential
            .total_cmp(&other.potential)
            .then(other.centre.x().total_cmp(&self.centre.x()))
            .then(other.centre.y().total_cmp(&self.centre.y()))
    }
}

/// Covers the bounds. The squares of a very long polygon are larger, so that they stay few.
fn first_squares(polygon: &Polygon) -> BinaryHeap<Square> {
    let bounds = polygon.bounds();
    let (width, height) = (bounds.width(), bounds.height());
    let side = (width.min(height) / FIRST_SQUARES).max(width.max(height) / 64.0);
    let mut squares = BinaryHeap::new();
    let mut y = bounds.min().y() + side / 2.0;
    while y - side / 2.0 < bounds.max().y() {
        let mut x = bounds.min().x() + side / 2.0;
        while x - side / 2.0 < bounds.max().x() {
            squares.push(Square::new(polygon, Point::derived(x, y), side / 2.0));
            x += side;
        }
        y += side;
    }
    squares
}

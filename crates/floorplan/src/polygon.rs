//! Simple polygons of the floor: zones, scanning areas, waiting areas.
//!
//! A polygon that exists is simple: its edges meet only at their common corner, it does not fold back,
//! has 3 to 64 corners in either direction and covers at least 0.05 m². Edges that come nearer to each
//! other than a micrometre count as touching, so floating point cannot smuggle a crossing in.
//!
//! The boundary belongs to the inside. What is asked of a polygon has no holes and no multi-part areas.

use crate::bounds::Bounds;
use crate::segment::Segment;
use crate::{GeometryFault, Point, SAME_PLACE_M};

/// Most corners of a polygon.
pub const MAX_CORNERS: usize = 64;
/// Least area of a polygon, square metres.
pub const MIN_AREA_M2: f64 = 0.05;
/// Edges that are nearer than this touch.
const TOUCHING_M: f64 = 1e-6;
/// Lets 0.5 m x 0.1 m pass in spite of rounding.
const AREA_SLACK_M2: f64 = 1e-9;

/// A simple polygon.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon {
    corners: Vec<Point>,
    edges: Vec<Segment>,
    bounds: Bounds,
    signed_area: f64,
}

impl Polygon {
    /// Corners in either direction, not closed. Refuses everything that is not a simple polygon.
    pub fn new(corners: Vec<Point>) -> Result<Polygon, GeometryFault> {
        let count = corners.len();
        if count < 3 {
            return Err(GeometryFault::TooFewCorners { count });
        }
        if count > MAX_CORNERS {
            return Err(GeometryFault::TooManyCorners { count });
        }
        let edges: Vec<Segment> =
            (0..count).map(|edge| Segment::new(corners[edge], corners[(edge + 1) % count])).collect();
        refuse_bad_neighbours(&edges)?;
        refuse_meeting_edges(&edges)?;
        let signed_area = signed_area(&corners);
        if signed_area.abs() < MIN_AREA_M2 - AREA_SLACK_M2 {
            return Err(GeometryFault::AreaTooSmall { area: signed_area.abs() });
        }
        let bounds = Bounds::around(corners[0], &corners);
        Ok(Polygon { corners, edges, bounds, signed_area })
    }

    /// As given to `new`.
    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    pub(crate) fn edges(&self) -> &[Segment] {
        &self.edges
    }

    /// The smallest upright rectangle around it.
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Square metres, positive in either direction of the corners.
    pub fn area(&self) -> f64 {
        self.signed_area.abs()
    }

    /// The centre of gravity; it may lie outside when the polygon is not convex.
    pub fn centroid(&self) -> Point {
        let origin = self.corners[0];
        let (mut x, mut y) = (0.0, 0.0);
        for edge in &self.edges {
            let (ax, ay) = (edge.start.x() - origin.x(), edge.start.y() - origin.y());
            let (bx, by) = (edge.end.x() - origin.x(), edge.end.y() - origin.y());
            let cross = ax * by - bx * ay;
            x += (ax + bx) * cross;
            y += (ay + by) * cross;
        }
        let scale = 1.0 / (6.0 * self.signed_area);
        Point::derived(origin.x() + x * scale, origin.y() + y * scale)
    }

    /// A point that stands for the polygon and lies inside: the centroid if that is inside, else the
    /// centre of the largest circle that fits.
    pub fn centre(&self) -> Point {
        let centroid = self.centroid();
        if self.contains(centroid) { centroid } else { self.inscribed_circle().centre }
    }

    /// Whether `p` is inside or on the boundary.
    pub fn contains(&self, p: Point) -> bool {
        self.signed_distance_within(p, SAME_PLACE_M).is_some()
    }

    /// Metres to the boundary, positive inside.
    #[inline]
    pub fn signed_distance(&self, p: Point) -> f64 {
        let mut nearest_squared = f64::INFINITY;
        let mut is_inside = false;
        for edge in &self.edges {
            nearest_squared = nearest_squared.min(edge.distance_squared(p));
            is_inside ^= edge.is_passed_by_ray(p);
        }
        let distance = nearest_squared.sqrt();
        if is_inside { distance } else { -distance }
    }

    /// The signed distance, or `None` when `p` is more than `reach` metres outside. Costs nearly
    /// nothing for a point that is that far from the bounds.
    #[inline]
    pub fn signed_distance_within(&self, p: Point, reach: f64) -> Option<f64> {
        if !self.bounds.grown(reach).contains(p) {
            return None;
        }
        let distance = self.signed_distance(p);
        (distance >= -reach).then_some(distance)
    }

    /// Where a straight path last changed to the side on which it ends, as a fraction of the path.
    ///
    /// For a path that ends inside this is the last entering, for one that ends outside it is the
    /// beginning of the final stretch outside. `None` when the whole path is on one side; brushing the
    /// boundary from outside is no change. A path whose ends are on different sides has an answer.
    pub fn last_crossing(&self, from: Point, to: Point) -> Option<f64> {
        let ends_inside = self.contains(to);
        let mut fractions = self.meeting_fractions(&Segment::new(from, to));
        fractions.extend([0.0, 1.0]);
        fractions.sort_by(f64::total_cmp);
        fractions.dedup();
        for stretch in fractions.windows(2).rev() {
            let middle = from.toward(to, f64::midpoint(stretch[0], stretch[1]));
            if self.contains(middle) != ends_inside {
                return Some(stretch[1]);
            }
        }
        (self.contains(from) != ends_inside).then_some(0.0)
    }

    /// Where the path meets the boundary. Corners are asked for apart, so that a path along an edge or
    /// through a corner is not missed by rounding.
    fn meeting_fractions(&self, path: &Segment) -> Vec<f64> {
        let reach = path.bounds().grown(SAME_PLACE_M);
        let mut fractions = Vec::new();
        for edge in &self.edges {
            if !edge.bounds().overlaps(&reach) {
                continue;
            }
            for corner in [edge.start, edge.end] {
                if path.distance_squared(corner) <= SAME_PLACE_M * SAME_PLACE_M {
                    fractions.push(path.nearest_fraction(corner));
                }
            }
            if let Some((on_path, on_edge)) = path.meeting_fractions(edge)
                && (0.0..=1.0).contains(&on_path)
                && (0.0..=1.0).contains(&on_edge)
            {
                fractions.push(on_path);
            }
        }
        fractions
    }
}

fn refuse_bad_neighbours(edges: &[Segment]) -> Result<(), GeometryFault> {
    for (edge, segment) in edges.iter().enumerate() {
        if segment.length() < TOUCHING_M {
            return Err(GeometryFault::ZeroLengthEdge { edge });
        }
    }
    for (first, segment) in edges.iter().enumerate() {
        let second = (first + 1) % edges.len();
        let next = &edges[second];
        if segment.distance(next.end) < TOUCHING_M || next.distance(segment.start) < TOUCHING_M {
            return Err(GeometryFault::EdgesFoldBack { first, second });
        }
    }
    Ok(())
}

fn refuse_meeting_edges(edges: &[Segment]) -> Result<(), GeometryFault> {
    for first in 0..edges.len() {
        for second in first + 2..edges.len() {
            let are_neighbours = first == 0 && second == edges.len() - 1;
            if are_neighbours {
                continue;
            }
            if edges[first].end_distance(&edges[second]) < TOUCHING_M {
                return Err(GeometryFault::EdgesTouch { first, second });
            }
            if edges[first].crosses(&edges[second]) {
                return Err(GeometryFault::EdgesCross { first, second });
            }
        }
    }
    Ok(())
}

/// Measured from the first corner: far from the origin the products would lose the small digits.
fn signed_area(corners: &[Point]) -> f64 {
    let origin = corners[0];
    let mut doubled = 0.0;
    for pair in corners.windows(2) {
        let (ax, ay) = (pair[0].x() - origin.x(), pair[0].y() - origin.y());
        let (bx, by) = (pair[1].x() - origin.x(), pair[1].y() - origin.y());
        doubled += ax * by - bx * ay;
    }
    doubled / 2.0
}

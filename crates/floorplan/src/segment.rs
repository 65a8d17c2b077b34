//! A straight piece of floor between two points, prepared for many distance questions.

use crate::Point;
use crate::bounds::Bounds;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Segment {
    pub start: Point,
    pub end: Point,
    dx: f64,
    dy: f64,
    /// 1 / length², or 0 for a segment that is a point: its start is then the nearest point.
    inverse_length_squared: f64,
}

impl Segment {
    pub fn new(start: Point, end: Point) -> Segment {
        let (dx, dy) = (end.x() - start.x(), end.y() - start.y());
        let inverse = (dx * dx + dy * dy).recip();
        let inverse_length_squared = if inverse.is_finite() { inverse } else { 0.0 };
        Segment { start, end, dx, dy, inverse_length_squared }
    }

    pub fn length(&self) -> f64 {
        self.start.distance(self.end)
    }

    /// Where the nearest point lies, 0 at the start and 1 at the end.
    #[inline]
    pub fn nearest_fraction(&self, p: Point) -> f64 {
        let dot = (p.x() - self.start.x()) * self.dx + (p.y() - self.start.y()) * self.dy;
        (dot * self.inverse_length_squared).clamp(0.0, 1.0)
    }

    #[inline]
    pub fn distance_squared(&self, p: Point) -> f64 {
        let fraction = self.nearest_fraction(p);
        let x = self.start.x() + fraction * self.dx - p.x();
        let y = self.start.y() + fraction * self.dy - p.y();
        x * x + y * y
    }

    pub fn distance(&self, p: Point) -> f64 {
        self.distance_squared(p).sqrt()
    }

    /// Twice the area of start, end and `p`: positive when `p` is on the left, 0 on the line.
    #[inline]
    pub fn left_of(&self, p: Point) -> f64 {
        self.dx * (p.y() - self.start.y()) - self.dy * (p.x() - self.start.x())
    }

    /// Whether a ray from `p` to the right (+x) passes through; an end counts for one of two
    /// neighbours, so that passing a corner counts once.
    #[inline]
    pub fn is_passed_by_ray(&self, p: Point) -> bool {
        let start_is_above = self.start.y() > p.y();
        let end_is_above = self.end.y() > p.y();
        start_is_above != end_is_above && (self.left_of(p) > 0.0) == end_is_above
    }

    /// Whether each has its ends on different sides of the other.
    pub fn crosses(&self, other: &Segment) -> bool {
        let (a, b) = (self.left_of(other.start), self.left_of(other.end));
        let (c, d) = (other.left_of(self.start), other.left_of(self.end));
        ((a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0)) && ((c > 0.0 && d < 0.0) || (c < 0.0 && d > 0.0))
    }

    /// The least distance of an end of one to the other: the distance, unless they cross.
    pub fn end_distance(&self, other: &Segment) -> f64 {
        self.distance_squared(other.start)
            .min(self.distance_squared(other.end))
            .min(other.distance_squared(self.start))
            .min(other.distance_squared(self.end))
            .sqrt()
    }

    /// Where the lines of both meet, as fractions of self and of other; `None` when they are parallel.
    pub fn meeting_fractions(&self, other: &Segment) -> Option<(f64, f64)> {
        let (x, y) = (other.start.x() - self.start.x(), other.start.y() - self.start.y());
        let cross = self.dx * other.dy - self.dy * other.dx;
        let own = (x * other.dy - y * other.dx) / cross;
        let others = (x * self.dy - y * self.dx) / cross;
        (own.is_finite() && others.is_finite()).then_some((own, others))
    }

    pub fn bounds(&self) -> Bounds {
        Bounds::around(self.start, &[self.end])
    }
}

//! Upright rectangles around shapes, for saying cheaply that something is far away.

use crate::Point;

/// The smallest upright rectangle around some points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    min: Point,
    max: Point,
}

impl Bounds {
    pub(crate) fn around(first: Point, others: &[Point]) -> Bounds {
        let mut bounds = Bounds { min: first, max: first };
        for point in others {
            bounds.min = Point::derived(bounds.min.x().min(point.x()), bounds.min.y().min(point.y()));
            bounds.max = Point::derived(bounds.max.x().max(point.x()), bounds.max.y().max(point.y()));
        }
        bounds
    }

    /// The corner with the least coordinates.
    pub const fn min(&self) -> Point {
        self.min
    }

    /// The corner with the greatest coordinates.
    pub const fn max(&self) -> Point {
        self.max
    }

    /// Metres along x.
    pub fn width(&self) -> f64 {
        self.max.x() - self.min.x()
    }

    /// Metres along y.
    pub fn height(&self) -> f64 {
        self.max.y() - self.min.y()
    }

    /// The same rectangle with every side moved outwards by `margin` metres.
    #[must_use]
    pub fn grown(&self, margin: f64) -> Bounds {
        Bounds {
            min: Point::derived(self.min.x() - margin, self.min.y() - margin),
            max: Point::derived(self.max.x() + margin, self.max.y() + margin),
        }
    }

    pub(crate) fn contains(&self, p: Point) -> bool {
        p.x() >= self.min.x() && p.x() <= self.max.x() && p.y() >= self.min.y() && p.y() <= self.max.y()
    }

    pub(crate) fn overlaps(&self, other: &Bounds) -> bool {
        self.min.x() <= other.max.x()
            && other.min.x() <= self.max.x()
            && self.min.y() <= other.max.y()
            && other.min.y() <= self.max.y()
    }
}

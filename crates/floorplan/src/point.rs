//! Points of the floor and of the room above it.
//!
//! A point made from outside is finite and at most 10 km from the origin along each axis. Points that
//! are derived from such points, like the corner of turned furniture, stay finite but may lie a little
//! beyond that limit.

use crate::GeometryFault;

/// Greatest absolute value of a coordinate, metres.
pub const COORDINATE_LIMIT_M: f64 = 10_000.0;

/// A point of the floor, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    x: f64,
    y: f64,
}

/// A point of the room, metres; z is the height above the floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point3 {
    x: f64,
    y: f64,
    z: f64,
}

impl Point {
    /// Refuses NaN, infinities and coordinates beyond 10 km.
    pub fn new(x: f64, y: f64) -> Result<Point, GeometryFault> {
        Ok(Point { x: within_limit(x)?, y: within_limit(y)? })
    }

    pub(crate) const fn derived(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// Metres.
    pub const fn x(self) -> f64 {
        self.x
    }

    /// Metres.
    pub const fn y(self) -> f64 {
        self.y
    }

    /// Metres.
    pub fn distance(self, other: Point) -> f64 {
        self.distance_squared(other).sqrt()
    }

    pub(crate) fn distance_squared(self, other: Point) -> f64 {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        dx * dx + dy * dy
    }

    /// The point at `fraction` of the way to `other`; 0 is here, 1 is there.
    #[must_use]
    pub fn toward(self, other: Point, fraction: f64) -> Point {
        Point { x: self.x + (other.x - self.x) * fraction, y: self.y + (other.y - self.y) * fraction }
    }

    /// As it is stored. Rounding moves corners: round before a polygon is made, not after.
    #[must_use]
    pub fn rounded(self) -> Point {
        Point { x: round_to_millimetre(self.x), y: round_to_millimetre(self.y) }
    }

    /// This place at `z` metres above the floor; refuses what `Point3::new` refuses.
    pub fn at_height(self, z: f64) -> Result<Point3, GeometryFault> {
        Ok(Point3 { x: self.x, y: self.y, z: within_limit(z)? })
    }
}

impl Point3 {
    /// Refuses NaN, infinities and coordinates beyond 10 km.
    pub fn new(x: f64, y: f64, z: f64) -> Result<Point3, GeometryFault> {
        Ok(Point3 { x: within_limit(x)?, y: within_limit(y)?, z: within_limit(z)? })
    }

    pub(crate) const fn derived([x, y, z]: [f64; 3]) -> Point3 {
        Point3 { x, y, z }
    }

    /// `[x, y, z]`, metres.
    pub const fn coordinates(self) -> [f64; 3] {
        [self.x, self.y, self.z]
    }

    /// The floor point under it.
    pub const fn floor(self) -> Point {
        Point { x: self.x, y: self.y }
    }

    /// Metres.
    pub fn distance(self, other: Point3) -> f64 {
        let (dx, dy, dz) = (other.x - self.x, other.y - self.y, other.z - self.z);
        (dx * dx + dy * dy + dz * dz).sqrt()
    }

    /// As it is stored.
    #[must_use]
    pub fn rounded(self) -> Point3 {
        Point3::derived(self.coordinates().map(round_to_millimetre))
    }
}

/// Metres as they are stored. Minus zero becomes zero, so that equal places look equal.
pub fn round_to_millimetre(metres: f64) -> f64 {
    (metres * 1000.0).round() / 1000.0 + 0.0
}

pub(crate) fn within_limit(value: f64) -> Result<f64, GeometryFault> {
    if !value.is_finite() {
        return Err(GeometryFault::NotFinite);
    }
    if value.abs() > COORDINATE_LIMIT_M {
        return Err(GeometryFault::OutOfRange { value });
    }
    Ok(value)
}

pub(crate) fn length_within_limit(value: f64) -> Result<f64, GeometryFault> {
    let value = within_limit(value)?;
    if value < 0.0 {
        return Err(GeometryFault::NegativeLength { value });
    }
    Ok(value)
}

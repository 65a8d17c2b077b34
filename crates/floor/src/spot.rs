//! Places on the floor in whole millimetres, as values are stored: what a snapshot holds is exactly what was known.

use aisle_floorplan::{COORDINATE_LIMIT_M, Point};
use aisle_model::Moment;
use aisle_model::floor_map::FloorPoint;
use serde::{Deserialize, Serialize};

/// A floor point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spot(i32, i32);

impl Spot {
    /// `None` for what is no place in a store: not finite, or further out than 10 km.
    #[allow(clippy::cast_possible_truncation, reason = "10 km are 10^7 mm, which fits")]
    pub fn new(x: f64, y: f64) -> Option<Self> {
        let is_in_frame = |v: f64| v.is_finite() && v.abs() <= COORDINATE_LIMIT_M;
        let millimetres = |v: f64| (v * 1000.0).round() as i32;
        (is_in_frame(x) && is_in_frame(y)).then(|| Self(millimetres(x), millimetres(y)))
    }

    pub fn point(self) -> Point {
        let (x, y) = self.metres();
        Point::new(x, y).expect("a spot is within 10 km")
    }

    pub fn metres(self) -> FloorPoint {
        (f64::from(self.0) / 1000.0, f64::from(self.1) / 1000.0)
    }

    /// Metres.
    pub fn distance(self, other: Self) -> f64 {
        let across = |a: i32, b: i32| f64::from(a) - f64::from(b);
        across(self.0, other.0).hypot(across(self.1, other.1)) / 1000.0
    }

    /// Whether the other is at most so many metres away; cheap, for crowds.
    pub fn is_within(self, other: Self, metres: f64) -> bool {
        let (x, y) = (f64::from(self.0) - f64::from(other.0), f64::from(self.1) - f64::from(other.1));
        x * x + y * y <= metres * metres * 1e6
    }

    pub const fn millimetres(self) -> (i32, i32) {
        (self.0, self.1)
    }

    pub const fn from_millimetres(x: i32, y: i32) -> Self {
        Self(x, y)
    }
}

/// Somebody was there then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fix {
    pub at: Moment,
    pub spot: Spot,
}

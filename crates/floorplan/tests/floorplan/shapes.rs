//! Random and chosen shapes for the other tests.

use std::f64::consts::TAU;

use aisle_floorplan::{GeometryFault, Point, Polygon};
use proptest::prelude::*;

pub fn point(x: f64, y: f64) -> Point {
    Point::new(x, y).unwrap()
}

pub fn polygon(corners: &[(f64, f64)]) -> Result<Polygon, GeometryFault> {
    Polygon::new(corners.iter().map(|&(x, y)| point(x, y)).collect())
}

pub fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Polygon {
    polygon(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)]).unwrap()
}

/// An aisle around a corner: its centroid is outside.
pub fn hook() -> Polygon {
    polygon(&[(0.0, 0.0), (10.0, 0.0), (10.0, 1.0), (1.0, 1.0), (1.0, 10.0), (0.0, 10.0)]).unwrap()
}

/// Star-shaped around a random middle, so always simple and seldom convex.
pub fn any_polygon() -> impl Strategy<Value = Polygon> {
    let radii = prop::collection::vec(0.4..5.0_f64, 3..24);
    (radii, -20.0..20.0_f64, -20.0..20.0_f64, 0.0..TAU, any::<bool>()).prop_map(|(radii, x, y, begin, clockwise)| {
        let count = radii.len() as f64;
        let mut corners: Vec<Point> = radii
            .iter()
            .enumerate()
            .map(|(corner, radius)| {
                let angle = begin + TAU * corner as f64 / count;
                point(x + radius * angle.cos(), y + radius * angle.sin())
            })
            .collect();
        if clockwise {
            corners.reverse();
        }
        Polygon::new(corners).unwrap()
    })
}

pub fn any_point() -> impl Strategy<Value = Point> {
    (-28.0..28.0_f64, -28.0..28.0_f64).prop_map(|(x, y)| point(x, y))
}

/// A polygon and a point that is often near it.
pub fn polygon_and_points() -> impl Strategy<Value = (Polygon, Point, Point)> {
    (any_polygon(), -1.2..1.2_f64, -1.2..1.2_f64, -1.2..1.2_f64, -1.2..1.2_f64).prop_map(|(polygon, ax, ay, bx, by)| {
        let (min, max) = (polygon.bounds().min(), polygon.bounds().max());
        let middle = min.toward(max, 0.5);
        let at = |x: f64, y: f64| {
            point(middle.x() + x * polygon.bounds().width() / 2.0, middle.y() + y * polygon.bounds().height() / 2.0)
        };
        let (a, b) = (at(ax, ay), at(bx, by));
        (polygon, a, b)
    })
}

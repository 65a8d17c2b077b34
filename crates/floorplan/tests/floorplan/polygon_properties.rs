//! What holds for every polygon.

use aisle_floorplan::{GeometryFault, Point, Polygon};
use proptest::prelude::*;

use crate::shapes::{point, polygon_and_points};

/// Exact on whole numbers: the edges meet elsewhere than at the common corner of neighbours.
fn meets_itself(corners: &[(i64, i64)]) -> bool {
    let count = corners.len();
    let edge = |index: usize| (corners[index % count], corners[(index + 1) % count]);
    for first in 0..count {
        for second in first + 1..count {
            let (a, b) = edge(first);
            let (c, d) = edge(second);
            let is_bad = if second == first + 1 {
                on_segment(a, b, d) || on_segment(c, d, a)
            } else if first == 0 && second == count - 1 {
                on_segment(a, b, c) || on_segment(c, d, b)
            } else {
                segments_meet(a, b, c, d)
            };
            if a == b || c == d || is_bad {
                return true;
            }
        }
    }
    false
}

type Whole = (i64, i64);

fn turn(a: Whole, b: Whole, c: Whole) -> i64 {
    ((b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)).signum()
}

fn on_segment(a: Whole, b: Whole, p: Whole) -> bool {
    turn(a, b, p) == 0 && (a.0.min(b.0)..=a.0.max(b.0)).contains(&p.0) && (a.1.min(b.1)..=a.1.max(b.1)).contains(&p.1)
}

fn segments_meet(a: Whole, b: Whole, c: Whole, d: Whole) -> bool {
    (turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0)
        || on_segment(a, b, c)
        || on_segment(a, b, d)
        || on_segment(c, d, a)
        || on_segment(c, d, b)
}

/// Any bits: NaN, infinities, huge, tiny and ordinary numbers.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(10_000.0),
        Just(-10_000.0),
        Just(0.0),
        -3.0..3.0_f64,
        (-3..3_i8).prop_map(f64::from),
    ]
}

fn turned_and_moved(p: Point, angle: f64, x: f64, y: f64) -> Point {
    let (sin, cos) = angle.sin_cos();
    point(cos * p.x() - sin * p.y() + x, sin * p.x() + cos * p.y() + y)
}

fn check_refuses_exactly_what_meets_itself(corners: &[Whole]) {
    let metres = |value: i64| value as f64 / 100.0;
    let made = Polygon::new(corners.iter().map(|&(x, y)| point(metres(x), metres(y))).collect());
    match made {
        Ok(_) => assert!(!meets_itself(corners), "accepted {corners:?}"),
        Err(GeometryFault::AreaTooSmall { .. }) => {}
        Err(fault) => assert!(meets_itself(corners), "{fault}: {corners:?}"),
    }
}

proptest! {
    #[test]
    fn polygons_that_meet_themselves_are_refused_and_no_others(
        // Centimetres: the nearest miss is further than a micrometre.
        corners in prop::collection::vec((0..1000_i64, 0..1000_i64), 3..8),
        coarse in prop::collection::vec((0..5_i64, 0..5_i64), 3..9),
    ) {
        check_refuses_exactly_what_meets_itself(&corners);
        let spread: Vec<Whole> = coarse.iter().map(|&(x, y)| (x * 100, y * 100)).collect();
        check_refuses_exactly_what_meets_itself(&spread);
    }

    #[test]
    fn no_number_makes_it_panic(numbers in prop::collection::vec((any_number(), any_number()), 0..70)) {
        let points: Vec<Point> = numbers.iter().filter_map(|&(x, y)| Point::new(x, y).ok()).collect();
        if let Ok(polygon) = Polygon::new(points) {
            prop_assert!(polygon.area() >= 0.049);
            prop_assert!(polygon.inscribed_circle().radius > -1e-6);
            prop_assert!(polygon.signed_distance(polygon.centre()) > -1e-6);
        }
    }

    #[test]
    fn sign_agrees_with_contains((polygon, p, _) in polygon_and_points()) {
        let distance = polygon.signed_distance(p);
        prop_assert_eq!(polygon.contains(p), distance >= -1e-9);
        prop_assert_eq!(polygon.signed_distance_within(p, 0.4), (distance >= -0.4).then_some(distance));
    }

    #[test]
    fn distance_changes_no_faster_than_the_point((polygon, p, q) in polygon_and_points()) {
        let change = (polygon.signed_distance(p) - polygon.signed_distance(q)).abs();
        prop_assert!(change <= p.distance(q) + 1e-9);
    }

    #[test]
    fn direction_and_first_corner_do_not_matter((polygon, p, q) in polygon_and_points(), by in 0..24_usize) {
        let mut corners = polygon.corners().to_vec();
        corners.reverse();
        let count = corners.len();
        corners.rotate_left(by % count);
        let other = Polygon::new(corners).unwrap();
        prop_assert!((other.signed_distance(p) - polygon.signed_distance(p)).abs() < 1e-9);
        prop_assert!((other.area() - polygon.area()).abs() < 1e-9);
        prop_assert!(other.centroid().distance(polygon.centroid()) < 1e-9);
        prop_assert_eq!(other.last_crossing(p, q).is_some(), polygon.last_crossing(p, q).is_some());
    }

    #[test]
    fn turning_and_moving_the_store_changes_nothing(
        (polygon, p, q) in polygon_and_points(),
        angle in 0.0..7.0_f64, x in -90.0..90.0_f64, y in -90.0..90.0_f64,
    ) {
        let moved = |p: Point| turned_and_moved(p, angle, x, y);
        let other = Polygon::new(polygon.corners().iter().copied().map(moved).collect()).unwrap();
        prop_assert!((other.signed_distance(moved(p)) - polygon.signed_distance(p)).abs() < 1e-9);
        prop_assert!((other.area() - polygon.area()).abs() < 1e-9);
        prop_assert!(other.centroid().distance(moved(polygon.centroid())) < 1e-9);
        prop_assert!((other.inradius() - polygon.inradius()).abs() <= 0.01);
        if let (Some(a), Some(b)) = (polygon.last_crossing(p, q), other.last_crossing(moved(p), moved(q))) {
            prop_assert!((a - b).abs() * p.distance(q) < 1e-6);
        }
    }

    #[test]
    fn a_crossing_lies_on_the_edge_and_the_rest_on_one_side((polygon, p, q) in polygon_and_points()) {
        let ends_inside = polygon.contains(q);
        match polygon.last_crossing(p, q) {
            None => prop_assert_eq!(polygon.contains(p), ends_inside),
            Some(fraction) => {
                prop_assert!((0.0..=1.0).contains(&fraction));
                prop_assert!(polygon.signed_distance(p.toward(q, fraction)).abs() < 1e-9);
                for step in 1..=20 {
                    let later = p.toward(q, fraction + (1.0 - fraction) * f64::from(step) / 20.0);
                    let distance = polygon.signed_distance(later);
                    let on_the_side_of_its_end = if ends_inside { distance } else { -distance };
                    prop_assert!(on_the_side_of_its_end >= -1e-9);
                }
            }
        }
    }

    #[test]
    fn the_inscribed_circle_fits_and_none_is_much_larger((polygon, p, q) in polygon_and_points()) {
        let circle = polygon.inscribed_circle();
        prop_assert!((polygon.signed_distance(circle.centre) - circle.radius).abs() < 1e-9);
        for candidate in [p, q, polygon.centroid()] {
            prop_assert!(polygon.signed_distance(candidate) <= circle.radius + 0.01);
        }
        prop_assert!(polygon.contains(polygon.centre()));
    }
}

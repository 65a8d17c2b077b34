//! Polygons that are refused and why, and exact answers on shapes that can be reckoned by hand.

use aisle_floorplan::{GeometryFault, Point, Point3};

use crate::shapes::{hook, point, polygon, rectangle};

fn check_refused(corners: &[(f64, f64)], expected: GeometryFault) {
    assert_eq!(polygon(corners).map(|_| ()), Err(expected), "{corners:?}");
}

#[test]
fn faults_name_the_offending_edges() {
    use GeometryFault as Fault;
    check_refused(&[], Fault::TooFewCorners { count: 0 });
    check_refused(&[(0.0, 0.0), (1.0, 0.0)], Fault::TooFewCorners { count: 2 });
    check_refused(&[(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (0.0, 1.0)], Fault::ZeroLengthEdge { edge: 1 });
    check_refused(&[(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)], Fault::ZeroLengthEdge { edge: 3 });
    let spike = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (2.0, 1.0), (0.0, 1.0)];
    check_refused(&spike, Fault::EdgesFoldBack { first: 1, second: 2 });
    let spike_at_the_end = [(2.0, 0.0), (0.0, 0.0), (0.0, 2.0), (1.0, 0.0)];
    check_refused(&spike_at_the_end, Fault::EdgesFoldBack { first: 3, second: 0 });
    let bow_tie = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)];
    check_refused(&bow_tie, Fault::EdgesCross { first: 0, second: 2 });
    let corner_on_edge = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (2.0, 0.0), (0.0, 3.0)];
    check_refused(&corner_on_edge, Fault::EdgesTouch { first: 0, second: 2 });
    let corner_on_corner = [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (2.0, 2.0), (1.0, 1.0), (0.0, 2.0)];
    check_refused(&corner_on_corner, Fault::EdgesTouch { first: 0, second: 3 });
    check_refused(&[(0.0, 0.0), (0.25, 0.0), (0.0, 0.25)], Fault::AreaTooSmall { area: 0.03125 });
}

#[test]
fn flat_triangles_are_refused() {
    assert!(polygon(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]).is_err());
    assert!(polygon(&[(0.0, 0.0), (3.0, 1e-7), (6.0, 0.0)]).is_err());
}

#[test]
fn limits_are_inclusive() {
    let ring = |count: usize| {
        let corner = |index: usize| {
            let angle = std::f64::consts::TAU * index as f64 / count as f64;
            (angle.cos(), angle.sin())
        };
        (0..count).map(corner).collect::<Vec<_>>()
    };
    assert!(polygon(&ring(64)).is_ok());
    check_refused(&ring(65), GeometryFault::TooManyCorners { count: 65 });
    assert!(polygon(&[(0.0, 0.0), (0.5, 0.0), (0.5, 0.1), (0.0, 0.1)]).is_ok());
    assert!(polygon(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0)]).is_ok(), "straight on");
    assert!(Point::new(10_000.0, -10_000.0).is_ok());
}

#[test]
fn coordinates_that_are_no_places_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Point::new(bad, 0.0), Err(GeometryFault::NotFinite));
        assert_eq!(Point3::new(0.0, 0.0, bad), Err(GeometryFault::NotFinite));
    }
    assert_eq!(Point::new(0.0, -10_000.1), Err(GeometryFault::OutOfRange { value: -10_000.1 }));
}

#[test]
fn faults_read_as_sentences() {
    let fault = polygon(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]).unwrap_err();
    assert_eq!(fault.to_string(), "edges 0 and 2 cross");
    assert_eq!(
        polygon(&[(0.0, 0.0), (1.0, 0.0)]).unwrap_err().to_string(),
        "2 corners are too few, a polygon has at least 3"
    );
}

fn check_near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected}");
}

#[test]
fn distances_of_a_rectangle() {
    let zone = rectangle(1.0, 1.0, 4.0, 2.0);
    for (x, y, expected) in
        [(3.0, 2.0, 1.0), (1.25, 2.0, 0.25), (1.0, 1.0, 0.0), (0.5, 2.0, -0.5), (-2.0, -3.0, -5.0), (8.0, 7.0, -5.0)]
    {
        check_near(zone.signed_distance(point(x, y)), expected, 1e-12);
    }
    assert!(zone.contains(point(5.0, 2.0)) && zone.contains(point(1.0, 3.0)), "the boundary is inside");
    assert!(!zone.contains(point(5.000_001, 2.0)));
    assert_eq!(zone.signed_distance_within(point(5.5, 2.0), 0.4), None);
    assert_eq!(zone.signed_distance_within(point(5.3, 3.3), 0.4), None, "within the bounds, but not in reach");
    assert_eq!(zone.signed_distance_within(point(5.5, 2.0), 0.5), Some(-0.5));
    check_near(zone.area(), 8.0, 1e-12);
}

#[test]
fn centres_lie_inside() {
    let zone = rectangle(1.0, 1.0, 4.0, 2.0);
    assert_eq!(zone.centre(), point(3.0, 2.0));
    assert!(!hook().contains(hook().centroid()));
    assert!(hook().contains(hook().centre()));
}

#[test]
fn inradius_is_right_to_a_centimetre() {
    let root = std::f64::consts::SQRT_2;
    let triangle = polygon(&[(0.0, 0.0), (4.0, 0.0), (0.0, 3.0)]).unwrap();
    let thin = polygon(&[(0.0, 0.0), (10_000.0, 0.0), (10_000.0, 0.001), (0.0, 0.001)]).unwrap();
    let slanted = polygon(&[(0.0, 0.0), (9000.0, 9000.0), (8999.0, 9001.0), (-1.0, 1.0)]).unwrap();
    for (zone, exact) in [
        (rectangle(0.0, 0.0, 4.0, 2.0), 1.0),
        (rectangle(500.0, -3.0, 0.3, 40.0), 0.15),
        (triangle, 1.0),
        // In the bend: tangent to both outer walls and to the inner corner.
        (hook(), root / (1.0 + root)),
        (thin, 0.0005),
        (slanted, root / 2.0),
    ] {
        let circle = zone.inscribed_circle();
        assert!(circle.radius > 0.0 && circle.radius <= exact + 1e-9, "{} for {exact}", circle.radius);
        check_near(circle.radius, exact, 0.01);
        check_near(zone.signed_distance(circle.centre), circle.radius, 1e-9);
    }
}

fn check_crossing(from: (f64, f64), to: (f64, f64), expected: Option<f64>) {
    let crossing = hook().last_crossing(point(from.0, from.1), point(to.0, to.1));
    match (crossing, expected) {
        (Some(actual), Some(expected)) => check_near(actual, expected, 1e-9),
        (actual, expected) => assert_eq!(actual, expected, "{from:?} to {to:?}"),
    }
}

#[test]
fn the_last_crossing_is_where_the_side_changed_for_good() {
    check_crossing((-1.0, 5.0), (0.5, 5.0), Some(2.0 / 3.0));
    check_crossing((0.5, 5.0), (3.0, 5.0), Some(0.2));
    // Out of one arm and into the other: the last entering counts.
    check_crossing((0.5, 5.5), (5.5, 0.5), Some(0.9));
    // Through both arms and out.
    check_crossing((-1.0, 7.0), (7.0, -1.0), Some(0.875));
    check_crossing((0.2, 0.2), (0.8, 0.8), None);
    check_crossing((5.0, 5.0), (6.0, 5.0), None);
    check_crossing((0.5, 12.0), (0.5, 11.0), None);
    // Brushing a corner, and ending or beginning on the edge.
    check_crossing((-1.0, 1.0), (1.0, -1.0), None);
    check_crossing((-1.0, 5.0), (0.0, 5.0), Some(1.0));
    check_crossing((0.0, 5.0), (-1.0, 5.0), Some(0.0));
    // Along the inner edge of an arm, then on over its end.
    check_crossing((1.0, 8.0), (1.0, 12.0), Some(0.5));
    check_crossing((1.0, 12.0), (1.0, 8.0), Some(0.5));
}

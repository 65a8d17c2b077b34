//! The index answers what the plain signed distance to every polygon says.

use aisle_floorplan::{Nearness, Point, Polygon, ZoneIndex};
use proptest::prelude::*;

use crate::shapes::{any_point, any_polygon, point, rectangle};

fn check_like_plain_distances(zones: &[Polygon], margin: f64, p: Point) {
    let index = ZoneIndex::new(zones.to_vec(), margin).unwrap();
    let found: Vec<(usize, Nearness)> = index.near(p).collect();
    let mut expected = Vec::new();
    for (zone, polygon) in zones.iter().enumerate() {
        let distance = polygon.signed_distance(p);
        if distance > margin {
            expected.push((zone, Nearness::Deep));
        } else if distance >= -margin {
            expected.push((zone, Nearness::Edge(distance)));
        }
    }
    assert_eq!(found, expected);
}

proptest! {
    #[test]
    fn index_equals_plain_distances(
        zones in prop::collection::vec(any_polygon(), 0..6),
        margin in 0.0..1.0_f64,
        points in prop::collection::vec(any_point(), 1..4),
    ) {
        for p in points {
            check_like_plain_distances(&zones, margin, p);
        }
    }
}

#[test]
fn borders_of_the_reach_are_covered() {
    let zones = [rectangle(0.0, 0.0, 10.0, 1.0), rectangle(5.0, -300.0, 1.0, 900.0)];
    for (x, y) in [(-0.5, 0.0), (10.5, 0.5), (10.500_001, 0.5), (5.5, 600.5), (5.5, -300.5), (5.5, -301.0)] {
        check_like_plain_distances(&zones, 0.5, point(x, y));
    }
    check_like_plain_distances(&zones, 0.5, point(10_000.0, -10_000.0));
}

#[test]
fn far_inside_no_distance_is_told() {
    let index = ZoneIndex::new(vec![rectangle(0.0, 0.0, 4.0, 4.0)], 0.3).unwrap();
    assert_eq!(index.near(point(2.0, 2.0)).collect::<Vec<_>>(), [(0, Nearness::Deep)]);
    assert_eq!(index.near(point(0.25, 2.0)).collect::<Vec<_>>(), [(0, Nearness::Edge(0.25))]);
    assert_eq!(index.near(point(-0.25, 2.0)).collect::<Vec<_>>(), [(0, Nearness::Edge(-0.25))]);
    assert_eq!(index.near(point(-0.5, 2.0)).next(), None);
}

#[test]
fn a_margin_is_a_length() {
    assert!(ZoneIndex::new(Vec::new(), -0.1).is_err());
    assert!(ZoneIndex::new(Vec::new(), f64::NAN).is_err());
    assert_eq!(ZoneIndex::new(Vec::new(), 0.5).unwrap().near(point(0.0, 0.0)).next(), None);
}

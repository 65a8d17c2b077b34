//! Poses, boxes, footprints and bins.

use std::f64::consts::{FRAC_PI_2, PI};

use aisle_floorplan::{
    BinSizes, Dimensions, Footprint, GeometryFault, OrientedBox, Point3, Pose, bin_boxes, round_to_millimetre,
};
use proptest::prelude::*;

use crate::shapes::{any_point, point};

fn furniture(translation: [f64; 3], angles: [f64; 3], size: [f64; 3]) -> OrientedBox {
    let dimensions = Dimensions::new(size[0], size[1], size[2]).unwrap();
    OrientedBox::new(Pose::new(translation, angles).unwrap(), dimensions)
}

fn hand(x: f64, y: f64, z: f64) -> Point3 {
    Point3::new(x, y, z).unwrap()
}

fn check_turned(angles: [f64; 3], expected: [f64; 3]) {
    let turned = Pose::new([10.0, 20.0, 0.0], angles).unwrap().outwards([1.0, 2.0, 3.0]);
    assert!(gap(turned, expected) < 1e-9, "{angles:?} gives {turned:?}");
}

#[test]
fn angles_are_applied_z_y_x() {
    check_turned([0.0, 0.0, 0.0], [11.0, 22.0, 3.0]);
    check_turned([0.0, 0.0, FRAC_PI_2], [8.0, 21.0, 3.0]);
    check_turned([0.0, FRAC_PI_2, 0.0], [13.0, 22.0, -1.0]);
    check_turned([FRAC_PI_2, 0.0, 0.0], [11.0, 17.0, 2.0]);
    // First to the left on the floor, then tilted about its own, turned x axis.
    check_turned([FRAC_PI_2, 0.0, FRAC_PI_2], [13.0, 21.0, 2.0]);
}

#[test]
fn a_shelf_is_placed_in_its_gondola() {
    let gondola = furniture([5.0, 5.0, 0.0], [0.0, 0.0, PI], [2.0, 0.5, 2.0]);
    let shelf = gondola.place(&Pose::new([0.5, 0.1, 1.0], [0.0; 3]).unwrap(), Dimensions::new(1.0, 0.4, 0.3).unwrap());
    assert!(gap(shelf.pose().translation(), [4.5, 4.9, 1.0]) < 1e-9);
    assert_eq!(shelf.centre().rounded(), hand(4.0, 4.7, 1.15));
    assert_eq!(shelf.front_centre().rounded(), hand(4.0, 4.9, 1.15));
    assert_eq!(shelf.standing_place(0.5).unwrap().rounded(), point(4.0, 5.4));
    assert!((shelf.distance(hand(4.0, 5.2, 1.7)) - 0.5).abs() < 1e-9);
    assert!(shelf.distance(hand(4.2, 4.8, 1.1)) < 1e-12);
    let lying = furniture([0.0; 3], [FRAC_PI_2, 0.0, 0.0], [1.0, 1.0, 1.0]);
    assert_eq!(lying.standing_place(0.5), None);
}

#[test]
fn footprints_cover_what_is_seen_from_above() {
    let gondola = furniture([1.0, 1.0, 0.0], [0.0, 0.0, FRAC_PI_2], [2.0, 0.5, 2.0]);
    let footprint = gondola.footprint();
    assert_eq!(footprint.corners().len(), 4);
    assert!(footprint.contains(point(0.75, 2.0)));
    assert!((footprint.distance(point(4.0, 7.0)) - 5.0).abs() < 1e-9);
    assert!((footprint.distance(point(0.2, 2.0)) - 0.3).abs() < 1e-9);
    let leaning = furniture([0.0; 3], [0.3, 0.2, 0.1], [1.0, 1.0, 1.0]).footprint();
    assert_eq!(leaning.corners().len(), 6);
    let board = furniture([0.0; 3], [0.0; 3], [2.0, 0.0, 1.0]).footprint();
    assert_eq!(board.corners().len(), 2);
    assert!((board.distance(point(1.0, -0.4)) - 0.4).abs() < 1e-12);
    assert_eq!(Footprint::around(&[]), Err(GeometryFault::EmptyFootprint));
}

fn check_bins(shelf_width: f64, sizes: BinSizes<'_>, expected: &[(f64, f64)]) {
    let shelf = furniture([10.0, 0.0, 1.0], [0.0; 3], [shelf_width, 0.4, 0.3]);
    let bins: Vec<(f64, f64)> = bin_boxes(&shelf, sizes)
        .unwrap()
        .iter()
        .map(|bin| {
            assert!((bin.dimensions().depth() - 0.4).abs() + (bin.dimensions().height() - 0.3).abs() < 1e-12);
            let left = bin.pose().translation()[0] - 10.0;
            (round_to_millimetre(left), round_to_millimetre(left + bin.dimensions().width()))
        })
        .collect();
    assert_eq!(bins, expected);
}

#[test]
fn bins_follow_each_other_from_the_left() {
    check_bins(1.2, BinSizes::Plates { plates: 12, sizes: &[2, 10] }, &[(0.0, 0.2), (0.2, 1.2)]);
    check_bins(1.2, BinSizes::Plates { plates: 12, sizes: &[2, 1] }, &[(0.0, 0.2), (0.2, 0.3)]);
    check_bins(1.2, BinSizes::Plates { plates: 0, sizes: &[1, 2] }, &[(0.0, 0.4), (0.4, 1.2)]);
    check_bins(1.2, BinSizes::Plates { plates: 2, sizes: &[2, 1] }, &[(0.0, 0.8), (0.8, 1.2)]);
    check_bins(1.2, BinSizes::Plates { plates: 12, sizes: &[0] }, &[(0.0, 0.0)]);
    check_bins(1.2, BinSizes::Plates { plates: 0, sizes: &[0] }, &[(0.0, 0.0)]);
    check_bins(1.0, BinSizes::Metres(&[0.25, 0.5]), &[(0.0, 0.25), (0.25, 0.75)]);
    check_bins(1.0, BinSizes::Metres(&[1.0, 1.0]), &[(0.0, 0.5), (0.5, 1.0)]);
    let shelf = furniture([0.0; 3], [0.0; 3], [1.0, 0.4, 0.3]);
    assert!(bin_boxes(&shelf, BinSizes::Metres(&[f64::NAN])).is_err());
    assert!(bin_boxes(&shelf, BinSizes::Metres(&[-0.1])).is_err());
}

#[test]
fn sizes_and_angles_that_are_none_are_refused() {
    assert_eq!(Dimensions::new(1.0, -1.0, 1.0), Err(GeometryFault::NegativeLength { value: -1.0 }));
    assert_eq!(Pose::new([0.0; 3], [0.0, f64::NAN, 0.0]), Err(GeometryFault::NotFinite));
    assert!(Pose::new([0.0, 20_000.0, 0.0], [0.0; 3]).is_err());
}

fn any_triple(reach: f64) -> impl Strategy<Value = [f64; 3]> {
    [-reach..reach, -reach..reach, -reach..reach]
}

fn gap(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn poses_lead_there_and_back(
        t in any_triple(20.0), a in any_triple(4.0), u in any_triple(2.0), b in any_triple(4.0), p in any_triple(3.0),
    ) {
        let (outer, inner) = (Pose::new(t, a).unwrap(), Pose::new(u, b).unwrap());
        let placed = outer.place(&inner);
        prop_assert!(gap(placed.outwards(p), outer.outwards(inner.outwards(p))) < 1e-9);
        prop_assert!(gap(placed.inwards(placed.outwards(p)), p) < 1e-9);
        let told = Pose::new(placed.translation(), placed.angles()).unwrap();
        prop_assert!(gap(told.outwards(p), placed.outwards(p)) < 1e-6);
    }

    #[test]
    fn an_upended_pose_tells_angles_that_give_it(x in -3.0..3.0_f64, z in -3.0..3.0_f64, up in any::<bool>(), p in any_triple(3.0)) {
        let pose = Pose::new([0.0; 3], [x, if up { FRAC_PI_2 } else { -FRAC_PI_2 }, z]).unwrap();
        let told = Pose::new([0.0; 3], pose.angles()).unwrap();
        prop_assert!(gap(told.outwards(p), pose.outwards(p)) < 1e-6);
    }

    #[test]
    fn a_box_is_no_nearer_than_its_footprint(
        t in any_triple(5.0), a in any_triple(4.0), p in any_triple(9.0),
        w in 0.0..3.0_f64, d in 0.0..3.0_f64, h in 0.0..3.0_f64,
    ) {
        let solid = furniture(t, a, [w, d, h]);
        let p = hand(p[0], p[1], p[2]);
        let distance = solid.distance(p);
        prop_assert!(solid.footprint().distance(p.floor()) <= distance + 1e-9);
        let to_nearest_corner = solid.corners().map(|corner| corner.distance(p)).into_iter().fold(f64::INFINITY, f64::min);
        prop_assert!(distance <= to_nearest_corner + 1e-9);
    }

    #[test]
    fn a_footprint_contains_its_points(points in prop::collection::vec(any_point(), 1..12)) {
        let footprint = Footprint::around(&points).unwrap();
        for p in points {
            prop_assert!(footprint.distance(p) < 1e-6);
        }
    }
}

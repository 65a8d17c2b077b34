//! Gate lines: sides, and where a path goes through.

use aisle_floorplan::{GateCrossing, GateLine, GeometryFault, Passage, Side};
use proptest::prelude::*;

use crate::shapes::{any_point, point};

fn gate(inside: Side) -> GateLine {
    GateLine::new(point(0.0, 0.0), point(2.0, 0.0), inside).unwrap()
}

fn check_crossing(from: (f64, f64), to: (f64, f64), expected: Option<(Passage, f64, f64)>) {
    let expected = expected.map(|(passage, fraction, along)| GateCrossing { passage, fraction, along });
    assert_eq!(gate(Side::Left).crossing(point(from.0, from.1), point(to.0, to.1)), expected, "{from:?} {to:?}");
}

#[test]
fn paths_through_the_line() {
    check_crossing((1.0, -1.0), (1.0, 1.0), Some((Passage::Inwards, 0.5, 1.0)));
    check_crossing((1.0, 3.0), (1.0, -1.0), Some((Passage::Outwards, 0.75, 1.0)));
    check_crossing((1.0, 1.0), (1.5, 0.5), None);
    check_crossing((1.0, -1.0), (1.0, -0.5), None);
    // Beyond the ends: 0.2 m still counts.
    check_crossing((2.1875, -1.0), (2.1875, 1.0), Some((Passage::Inwards, 0.5, 2.1875)));
    check_crossing((-0.1875, -1.0), (-0.1875, 1.0), Some((Passage::Inwards, 0.5, -0.1875)));
    check_crossing((2.25, -1.0), (2.25, 1.0), None);
    check_crossing((-0.25, -1.0), (-0.25, 1.0), None);
    // The line is inside: a stop on it crosses once.
    check_crossing((1.0, -1.0), (1.0, 0.0), Some((Passage::Inwards, 1.0, 1.0)));
    check_crossing((1.0, 0.0), (1.0, 1.0), None);
    check_crossing((1.0, 0.0), (1.0, -1.0), Some((Passage::Outwards, 0.0, 1.0)));
}

#[test]
fn distances() {
    for (side, expected) in [(Side::Left, 3.0), (Side::Right, -3.0)] {
        assert_eq!(gate(side).signed_distance(point(5.0, 3.0)).to_bits(), f64::to_bits(expected));
    }
    let gate = gate(Side::Left);
    assert!((gate.distance(point(5.0, 4.0)) - 5.0).abs() < 1e-12);
    assert!((gate.along(point(5.0, 4.0)) - 5.0).abs() < 1e-12);
    assert_eq!(gate.middle(), point(1.0, 0.0));
}

#[test]
fn a_gate_has_a_length() {
    let place = point(3.0, 3.0);
    assert_eq!(GateLine::new(place, place, Side::Left), Err(GeometryFault::ZeroLengthGate));
}

proptest! {
    #[test]
    fn crossings_lie_on_the_line_and_alternate(
        a in any_point(), b in any_point(), path in prop::collection::vec(any_point(), 2..12),
    ) {
        prop_assume!(a.distance(b) > 0.01);
        let gate = GateLine::new(a, b, Side::Right).unwrap();
        for step in path.windows(2) {
            let crossing = gate.crossing(step[0], step[1]);
            let back = gate.crossing(step[1], step[0]);
            prop_assert_eq!(crossing.is_some(), back.is_some());
            let (Some(crossing), Some(back)) = (crossing, back) else { continue };
            prop_assert_ne!(crossing.passage, back.passage);
            prop_assert!((0.0..=1.0).contains(&crossing.fraction));
            let place = step[0].toward(step[1], crossing.fraction);
            prop_assert!(gate.signed_distance(place).abs() < 1e-9);
            prop_assert!(gate.distance(place) < 0.2 + 1e-9);
        }
    }
}

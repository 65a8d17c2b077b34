//! Ways around furniture.

use aisle_floorplan::{Footprint, Point, Walkways};
use proptest::prelude::*;

use crate::shapes::{any_point, point};

fn block(x: f64, y: f64, width: f64, height: f64) -> Footprint {
    let far = (x + width, y + height);
    Footprint::around(&[point(x, y), point(far.0, y), point(far.0, far.1), point(x, far.1)]).unwrap()
}

fn wall(from: (f64, f64), to: (f64, f64)) -> Footprint {
    Footprint::around(&[point(from.0, from.1), point(to.0, to.1)]).unwrap()
}

fn length(way: &[Point]) -> f64 {
    way.windows(2).map(|step| step[0].distance(step[1])).sum()
}

/// Walks in steps of about a centimetre.
fn nearest_approach(way: &[Point], obstacles: &[Footprint]) -> f64 {
    let mut nearest = f64::INFINITY;
    for step in way.windows(2) {
        for part in 0..=200 {
            let place = step[0].toward(step[1], f64::from(part) / 200.0);
            for obstacle in obstacles {
                nearest = nearest.min(obstacle.distance(place));
            }
        }
    }
    nearest
}

#[test]
fn a_free_way_is_straight() {
    let floor = Walkways::new(vec![block(0.0, 0.0, 2.0, 1.0)], 0.3).unwrap();
    let (from, to) = (point(-1.0, -1.0), point(3.0, -1.0));
    assert_eq!(floor.route(from, to), Some(vec![from, to]));
    assert_eq!(floor.route(from, from), Some(vec![from]));
}

#[test]
fn around_a_gondola_on_the_shorter_side() {
    let obstacles = vec![block(0.0, 0.0, 1.0, 6.0)];
    let floor = Walkways::new(obstacles.clone(), 0.4).unwrap();
    let way = floor.route(point(-1.0, 2.0), point(2.0, 2.0)).unwrap();
    assert!(way.iter().all(|p| p.y() < 2.1), "below, not above: {way:?}");
    assert!(nearest_approach(&way, &obstacles) >= 0.4 - 1e-5);
    // The exact shortest way with round corners is 6.39 m long.
    assert!(length(&way) < 6.5, "{}", length(&way));
}

#[test]
fn no_way_out_of_a_closed_room() {
    let room = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];
    let walls = (0..4).map(|side| wall(room[side], room[(side + 1) % 4])).collect();
    let floor = Walkways::new(walls, 0.2).unwrap();
    assert_eq!(floor.route(point(2.0, 2.0), point(9.0, 2.0)), None);
    assert!(floor.route(point(1.0, 1.0), point(3.0, 3.0)).is_some());
}

#[test]
fn a_gap_narrower_than_twice_the_clearance_is_shut() {
    let gap = |width: f64| vec![wall((0.0, -9.0), (0.0, 0.0)), wall((0.0, width), (0.0, 9.0))];
    let length_through = |width: f64| {
        let floor = Walkways::new(gap(width), 0.3).unwrap();
        length(&floor.route(point(-1.0, 0.3), point(1.0, 0.3)).unwrap())
    };
    assert!(length_through(0.7) < 2.1);
    assert!(length_through(0.5) > 16.0);
}

#[test]
fn somebody_close_to_a_shelf_steps_away_first() {
    let obstacles = vec![block(0.0, 0.0, 2.0, 1.0)];
    let floor = Walkways::new(obstacles, 0.4).unwrap();
    let way = floor.route(point(1.0, -0.1), point(1.0, 1.1)).unwrap();
    assert_eq!(way.first().copied(), Some(point(1.0, -0.1)));
    assert_eq!(way.last().copied(), Some(point(1.0, 1.1)));
    assert!((way[1].y() + 0.4).abs() < 1e-5);
    assert!(floor.nearest_free(point(1.0, 0.3)).is_some_and(|p| floor.is_free(p)));
}

fn any_floor() -> impl Strategy<Value = Vec<Footprint>> {
    let gondola = (-10.0..10.0_f64, -10.0..10.0_f64, 0.3..4.0_f64, 0.3..4.0_f64);
    prop::collection::vec(gondola.prop_map(|(x, y, w, h)| block(x, y, w, h)), 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn ways_keep_the_clearance_and_are_the_same_again(
        obstacles in any_floor(), from in any_point(), to in any_point(), clearance in 0.1..0.6_f64,
    ) {
        let floor = Walkways::new(obstacles.clone(), clearance).unwrap();
        prop_assume!(floor.is_free(from) && floor.is_free(to));
        let way = floor.route(from, to);
        prop_assert_eq!(&way, &Walkways::new(obstacles.clone(), clearance).unwrap().route(from, to));
        let back = floor.route(to, from);
        prop_assert_eq!(way.is_some(), back.is_some());
        if let (Some(way), Some(back)) = (way, back) {
            prop_assert_eq!((way[0], way[way.len() - 1]), (from, to));
            prop_assert!(nearest_approach(&way, &obstacles) >= clearance - 1e-5);
            prop_assert!((length(&way) - length(&back)).abs() < 1e-6);
        }
    }
}

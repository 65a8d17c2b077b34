//! Ways on foot around furniture, for simulated people.
//!
//! The shortest way over the corners of the furniture, at a clearance. The corners that see each other
//! are found once per store, which takes time with the square of the pieces of furniture; a way is then
//! found quickly. Walls are footprints of two points. People do not hinder each other here.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::point::length_within_limit;
use crate::segment::Segment;
use crate::{Footprint, GeometryFault, Point};

/// Ways go along the border of the forbidden area; rounding must not forbid them.
const CLEARANCE_SLACK_M: f64 = 1e-6;
/// Somebody who stands too near is moved away from one piece of furniture after another as often.
const MOST_STEPS_AWAY: usize = 16;

/// The free floor between furniture.
#[derive(Debug, Clone)]
pub struct Walkways {
    obstacles: Vec<Footprint>,
    clearance: f64,
    corners: Vec<Point>,
    /// For each corner those it sees, with the distance in metres.
    sights: Vec<Vec<(usize, f64)>>,
}

impl Walkways {
    /// `clearance` in metres is kept between a way and every obstacle. Refuses what is no length.
    pub fn new(obstacles: Vec<Footprint>, clearance: f64) -> Result<Walkways, GeometryFault> {
        let clearance = length_within_limit(clearance)?.max(CLEARANCE_SLACK_M);
        let mut walkways = Walkways { obstacles, clearance, corners: Vec::new(), sights: Vec::new() };
        for obstacle in &walkways.obstacles {
            for corner in obstacle.corners_around(clearance + CLEARANCE_SLACK_M) {
                if walkways.is_free(corner) {
                    walkways.corners.push(corner);
                }
            }
        }
        walkways.sights = vec![Vec::new(); walkways.corners.len()];
        for first in 0..walkways.corners.len() {
            for second in first + 1..walkways.corners.len() {
                let (a, b) = (walkways.corners[first], walkways.corners[second]);
                if walkways.is_clear(a, b) {
                    let distance = a.distance(b);
                    walkways.sights[first].push((second, distance));
                    walkways.sights[second].push((first, distance));
                }
            }
        }
        Ok(walkways)
    }

    /// Whether somebody can stand there.
    pub fn is_free(&self, p: Point) -> bool {
        self.is_clear(p, p)
    }

    /// Whether the straight walk keeps the clearance.
    pub fn is_clear(&self, from: Point, to: Point) -> bool {
        let walk = Segment::new(from, to);
        !self.obstacles.iter().any(|obstacle| obstacle.obstructs(&walk, self.clearance))
    }

    /// The corners of the shortest way, both ends included. An end that is too near to furniture is
    /// left or reached by a straight step from the nearest free place. `None` when there is no way.
    pub fn route(&self, from: Point, to: Point) -> Option<Vec<Point>> {
        let (start, goal) = (self.nearest_free(from)?, self.nearest_free(to)?);
        let mut way = vec![from, start];
        if !self.is_clear(start, goal) {
            way.extend(self.corners_between(start, goal)?);
        }
        way.extend([goal, to]);
        way.dedup_by(|next, before| next.distance(*before) < CLEARANCE_SLACK_M);
        Some(way)
    }

    /// `p`, or a free place found by stepping away from the furniture that is too near.
    pub fn nearest_free(&self, p: Point) -> Option<Point> {
        let mut place = p;
        for _ in 0..MOST_STEPS_AWAY {
            let walk = Segment::new(place, place);
            let Some(obstacle) = self.obstacles.iter().find(|one| one.obstructs(&walk, self.clearance)) else {
                return Some(place);
            };
            place = step_away(obstacle, place, self.clearance + CLEARANCE_SLACK_M);
        }
        self.is_free(place).then_some(place)
    }

    /// Shortest way over the corners by A*, without its ends.
    fn corners_between(&self, start: Point, goal: Point) -> Option<Vec<Point>> {
        let count = self.corners.len();
        let sees_goal: Vec<bool> = self.corners.iter().map(|corner| self.is_clear(*corner, goal)).collect();
        let mut walked = vec![f64::INFINITY; count];
        let mut before = vec![None; count];
        let mut open = BinaryHeap::new();
        for (corner, place) in self.corners.iter().enumerate() {
            if self.is_clear(start, *place) {
                walked[corner] = start.distance(*place);
                open.push(Open { estimate: walked[corner] + place.distance(goal), corner, is_goal: false });
            }
        }
        while let Some(nearest) = open.pop() {
            if nearest.is_goal {
                return Some(self.way_back(nearest.corner, &before));
            }
            let at = nearest.corner;
            if nearest.estimate > walked[at] + self.corners[at].distance(goal) {
                continue;
            }
            if sees_goal[at] {
                open.push(Open { is_goal: true, ..nearest });
            }
            for &(next, distance) in &self.sights[at] {
                let longer = walked[at] + distance;
                if longer < walked[next] {
                    walked[next] = longer;
                    before[next] = Some(at);
                    let estimate = longer + self.corners[next].distance(goal);
                    open.push(Open { estimate, corner: next, is_goal: false });
                }
            }
        }
        None
    }

    fn way_back(&self, last: usize, before: &[Option<usize>]) -> Vec<Point> {
        let mut way = vec![self.corners[last]];
        let mut at = last;
        while let Some(earlier) = before[at] {
            way.push(self.corners[earlier]);
            at = earlier;
        }
        way.reverse();
        way
    }
}

/// A corner to go on from, or the goal seen from it. The shortest estimate is the greatest.
#[derive(Debug, Clone, Copy)]
struct Open {
    estimate: f64,
    corner: usize,
    is_goal: bool,
}

impl Ord for Open {
    /// Ties by the number of the corner, so that the same floor always gives the same way.
    fn cmp(&self, other: &Open) -> Ordering {
        other
            .estimate
            .total_cmp(&self.estimate)
            .then(self.is_goal.cmp(&other.is_goal))
            .then(other.corner.cmp(&self.corner))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Open) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Open) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}

/// Straight away from the nearest place of the edge, or out over it for somebody inside.
fn step_away(obstacle: &Footprint, p: Point, distance: f64) -> Point {
    let edge = obstacle.nearest_edge_point(p);
    let (mut x, mut y) = (p.x() - edge.x(), p.y() - edge.y());
    if obstacle.contains(p) {
        (x, y) = (-x, -y);
    }
    let length = x.hypot(y);
    if length < CLEARANCE_SLACK_M {
        let middle = obstacle.bounds().min().toward(obstacle.bounds().max(), 0.5);
        (x, y) = (p.x() - middle.x(), p.y() - middle.y());
    }
    let length = if length < CLEARANCE_SLACK_M { x.hypot(y) } else { length };
    if length < CLEARANCE_SLACK_M {
        return Point::derived(edge.x() + distance, edge.y());
    }
    Point::derived(edge.x() + x / length * distance, edge.y() + y / length * distance)
}

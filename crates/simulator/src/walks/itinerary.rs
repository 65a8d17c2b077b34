//! What the people of one trip are going to do, from the pavement and back.

use aisle_floorplan::Point;
use aisle_model::Millis;
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::floor::{beside, moved};
use super::{Act, Floor, Turn, Way};
use crate::store_map::{Gate, Stand};

/// Where people come into sight and go out of it, metres before the gate. Nearer than the 3 m within which somebody
/// new counts as being before the gate.
const IN_SIGHT_M: f64 = 2.6;
const WAITING_M: (f64, f64) = (1.9, 2.3);
/// A code is scanned at least so far outside, so that nobody is taken to have come in.
const SCANNING_M: (f64, f64) = (0.6, 1.5);
const WALKING_MPS: (f64, f64) = (0.8, 1.6);
/// Between two people of a group in the gate.
const FOLLOWING_MS: i64 = 1_200;

/// What one person does until the answer, and after either answer.
#[derive(Debug, Clone)]
pub struct Company {
    /// Metres per second.
    pub speed: f64,
    /// Ends with [`Act::AwaitAnswer`].
    pub before: Vec<Act>,
    /// Shopping, and out.
    pub admitted: Vec<Act>,
    /// Away.
    pub refused: Vec<Act>,
}

/// Builds the acts of one person and remembers where they lead.
struct Path<'floor> {
    floor: &'floor Floor,
    acts: Vec<Act>,
    place: Point,
}

/// Everybody of a group of `people`; the first one carries the code. `None` when the map has changed under the way.
pub fn itinerary(floor: &Floor, way: &Way, people: u32, chance: &mut ChaCha8Rng) -> Option<Vec<Company>> {
    let entry = floor.map.gate(way.entry)?;
    let exit = floor.map.gate(*way.exits.choose(chance)?)?;
    let errands = errands(floor, chance);
    (0..people).map(|member| company(floor, way, (entry, exit), member, &errands, chance)).collect()
}

fn company(
    floor: &Floor,
    way: &Way,
    (entry, exit): (&Gate, &Gate),
    member: u32,
    errands: &[Errand],
    chance: &mut ChaCha8Rng,
) -> Option<Company> {
    let speed = chance.random_range(WALKING_MPS.0..=WALKING_MPS.1);
    let pavement = beside(entry, chance.random_range(0.2..=0.8), -IN_SIGHT_M);
    let mut path = Path { floor, acts: vec![Act::Appear(pavement)], place: pavement };
    let through = floor.through(entry, chance.random_range(0.3..=0.7));
    let is_inside = matches!(way.device.stand, Stand::Within(_));
    if is_inside {
        path.stand(i64::from(member) * FOLLOWING_MS);
        path.come_in(through);
        path.acts.push(Act::Release(Turn::Entrance));
    }
    path.straight(&[scanning_place(floor, way, entry, member, chance)?]);
    if is_inside {
        path.mend_last_by_route();
    }
    if member == 0 {
        path.acts.push(Act::Gather);
        path.stand(chance.random_range(800..=1_500));
        path.acts.push(Act::Scan);
    }
    path.acts.push(Act::AwaitAnswer);
    let place = path.place;
    let before = std::mem::take(&mut path.acts);

    path.stand(400 + i64::from(member) * FOLLOWING_MS);
    if !is_inside {
        path.come_in(through);
        path.acts.push(Act::Release(Turn::Entrance));
    }
    for errand in errands {
        let has_moved_on = path.run(errand, chance);
        path.release_zone(is_inside && has_moved_on);
    }
    path.go_out(exit, chance)?;
    path.release_zone(is_inside);
    let admitted = path.acts;
    let back = Path { floor, acts: Vec::new(), place };
    let refused = turned_away(back, exit, is_inside, pavement, chance)?;
    Some(Company { speed, before, admitted, refused })
}

/// What somebody does who is not let in.
fn turned_away(
    mut path: Path<'_>,
    exit: &Gate,
    is_inside: bool,
    pavement: Point,
    chance: &mut ChaCha8Rng,
) -> Option<Vec<Act>> {
    path.stand(chance.random_range(600..=2_000));
    if is_inside {
        path.go_out(exit, chance)?;
        path.acts.push(Act::Release(Turn::ScanningZone));
    } else {
        path.straight(&[pavement]);
        path.acts.push(Act::Release(Turn::Entrance));
    }
    Some(path.acts)
}

impl Path<'_> {
    fn stand(&mut self, millis: i64) {
        self.acts.push(Act::Stand(Millis(millis)));
    }

    fn straight(&mut self, places: &[Point]) {
        self.place = places.last().copied().unwrap_or(self.place);
        self.acts.push(Act::Go(places.to_vec()));
    }

    fn come_in(&mut self, (outside, inside): (Point, Point)) {
        self.straight(&[outside, inside]);
    }

    /// Around the furniture; stays where it is when there is no way.
    fn walk_to(&mut self, goal: Point) -> bool {
        let Some(way) = self.floor.route(self.place, goal) else {
            return false;
        };
        self.straight(&way);
        true
    }

    /// The last straight walk was inside, where there is furniture: takes the way around it.
    fn mend_last_by_route(&mut self) {
        let goal = self.place;
        if let Some(Act::Go(places)) = self.acts.pop()
            && let Some(from) = self.last_place()
        {
            self.place = from;
            if !self.walk_to(goal) {
                self.straight(&places);
            }
        }
    }

    fn last_place(&self) -> Option<Point> {
        self.acts.iter().rev().find_map(|act| match act {
            Act::Go(places) => places.last().copied(),
            Act::Appear(place) => Some(*place),
            _ => None,
        })
    }

    /// Whether there was a way to it.
    fn run(&mut self, errand: &Errand, chance: &mut ChaCha8Rng) -> bool {
        let shift = chance.random_range(-errand.spread..=errand.spread);
        let goal = moved(errand.place, shift * errand.along.0, shift * errand.along.1);
        if !self.walk_to(goal) {
            return false;
        }
        self.stand(chance.random_range(errand.stay.0..=errand.stay.1));
        if errand.is_doubtful {
            let (dx, dy) = (chance.random_range(-1.0..=1.0), chance.random_range(-1.0..=1.0));
            if self.walk_to(moved(goal, dx, dy)) {
                self.stand(chance.random_range(300..=1_500));
                self.walk_to(goal);
            }
        }
        true
    }

    fn release_zone(&mut self, is_held: bool) {
        let release = Act::Release(Turn::ScanningZone);
        if is_held && !self.acts.contains(&release) {
            self.acts.push(release);
        }
    }

    fn go_out(&mut self, exit: &Gate, chance: &mut ChaCha8Rng) -> Option<()> {
        let along = chance.random_range(0.3..=0.7);
        let (outside, inside) = self.floor.through(exit, along);
        self.walk_to(inside).then_some(())?;
        self.straight(&[outside, beside(exit, along, -IN_SIGHT_M)]);
        Some(())
    }
}

/// A place to go to in the store.
struct Errand {
    place: Point,
    /// The direction in which the members of a group stand side by side, and how far to each side, metres.
    along: (f64, f64),
    spread: f64,
    /// Least and most milliseconds.
    stay: (i64, i64),
    /// Walks off and comes back before going on.
    is_doubtful: bool,
}

/// One to four shelves, then perhaps a zone or two, checkout zones most likely.
fn errands(floor: &Floor, chance: &mut ChaCha8Rng) -> Vec<Errand> {
    let mut errands = Vec::new();
    let visits = chance.random_range(1..=4);
    for _ in 0..visits {
        let Some(gondola) = floor.map.gondolas.choose(chance) else {
            break;
        };
        let Some(place) = gondola.standing else {
            continue;
        };
        let (left, right) = gondola.front;
        let width = left.distance(right).max(1e-6);
        errands.push(Errand {
            place,
            along: ((right.x() - left.x()) / width, (right.y() - left.y()) / width),
            spread: width * 0.4,
            stay: (700, 6_000),
            is_doubtful: chance.random_bool(0.2),
        });
    }
    for zone in &floor.map.zones {
        let likely = if zone.is_checkout { 0.8 } else { 0.15 };
        if chance.random_bool(likely) {
            errands.push(Errand {
                place: zone.polygon.centre(),
                along: (1.0, 0.0),
                spread: zone.polygon.inradius() * 0.5,
                stay: (500, 4_000),
                is_doubtful: chance.random_bool(0.3),
            });
        }
    }
    errands
}

/// The first of a group at the reader, the others out of its way; inside, all within the zone.
fn scanning_place(floor: &Floor, way: &Way, entry: &Gate, member: u32, chance: &mut ChaCha8Rng) -> Option<Point> {
    if let Stand::Within(zone) = &way.device.stand {
        let circle = floor.map.zone(zone)?.polygon.inscribed_circle();
        let angle = f64::from(member) * std::f64::consts::FRAC_PI_2;
        let away = if member == 0 { 0.0 } else { (circle.radius * 0.5).min(0.5) };
        return Some(moved(circle.centre, away * angle.cos(), away * angle.sin()));
    }
    if member > 0 {
        let before = chance.random_range(WAITING_M.0..=WAITING_M.1);
        return Some(beside(entry, chance.random_range(0.2..=0.8), -before));
    }
    let middle = beside(entry, 0.5, -SCANNING_M.0);
    let device = way.device.position.unwrap_or(middle);
    let before = (-entry.line.signed_distance(device)).clamp(SCANNING_M.0, SCANNING_M.1);
    Some(beside(entry, entry.line.along(device) / entry.line.length(), -before))
}

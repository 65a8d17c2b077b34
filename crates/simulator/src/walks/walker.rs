//! One person, moved along what they are going to do.

use std::collections::VecDeque;

use aisle_floorplan::Point;
use aisle_model::{Millis, Moment, TrackId};

use super::TICK;

/// What somebody does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Comes into sight.
    Appear(Point),
    /// Walks along these places, from the present one.
    Go(Vec<Point>),
    /// Stands still.
    Stand(Millis),
    /// Waits for the others of the group to be where they wait.
    Gather,
    /// Holds the code before the reader.
    Scan,
    /// Waits for the answer; what follows depends on it.
    AwaitAnswer,
    /// Is no longer in the way of others.
    Release(Turn),
}

/// What only one group can have at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The way in.
    Entrance,
    /// The scanning zone.
    ScanningZone,
}

/// What somebody did within a tick.
#[derive(Debug, Clone, PartialEq)]
pub enum Steps {
    /// Came into sight.
    Appeared(Point),
    /// Walked straight between two moments.
    Walked { from: Point, to: Point, begin: Moment, end: Moment },
    /// Scanned the code.
    Scanned(Moment),
    /// Gave a turn back.
    Released(Turn),
    /// Went out of sight: there is nothing more to do.
    Vanished(Point),
}

/// One person.
#[derive(Debug, Clone)]
pub(super) struct Walker {
    pub(super) track: TrackId,
    /// `None` before appearing and after vanishing.
    pub(super) place: Option<Point>,
    pub(super) script: VecDeque<Act>,
    /// Metres per second.
    speed: f64,
}

/// What a person waits for, as far as it has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cues {
    pub(super) others_gathered: bool,
    pub(super) is_answered: bool,
}

impl Walker {
    pub(super) fn new(track: TrackId, speed: f64, acts: Vec<Act>) -> Self {
        Self { track, place: None, script: acts.into(), speed }
    }

    pub(super) fn is_gathered(&self) -> bool {
        matches!(self.script.front(), Some(Act::Gather | Act::AwaitAnswer))
    }

    pub(super) fn is_done(&self) -> bool {
        self.script.is_empty() && self.place.is_none()
    }

    /// Lives through the tick that begins at `begin`.
    pub(super) fn advance(&mut self, begin: Moment, cues: Cues) -> Vec<Steps> {
        let end = begin.plus(TICK);
        let mut now = begin;
        let mut steps = Vec::new();
        while now < end {
            match self.script.pop_front() {
                None => {
                    steps.extend(self.place.take().map(Steps::Vanished));
                    break;
                }
                Some(Act::Appear(place)) => {
                    self.place = Some(place);
                    steps.push(Steps::Appeared(place));
                }
                Some(Act::Go(way)) => now = self.walk(way, now, end, &mut steps),
                Some(Act::Stand(span)) => {
                    let until = now.plus(span);
                    if until > end {
                        let rest = Millis(until.micros_since(end) / 1000);
                        self.script.push_front(Act::Stand(rest));
                    }
                    now = until.min(end);
                }
                Some(Act::Scan) => steps.push(Steps::Scanned(now)),
                Some(Act::Release(turn)) => steps.push(Steps::Released(turn)),
                Some(Act::Gather) if cues.others_gathered => {}
                Some(Act::AwaitAnswer) if cues.is_answered => {}
                Some(waiting @ (Act::Gather | Act::AwaitAnswer)) => {
                    self.script.push_front(waiting);
                    break;
                }
            }
        }
        steps
    }

    /// Walks until the end of the way or of the tick; gives when it stopped.
    fn walk(&mut self, way: Vec<Point>, mut now: Moment, end: Moment, steps: &mut Vec<Steps>) -> Moment {
        let mut rest: VecDeque<Point> = way.into();
        while let (Some(from), Some(&goal)) = (self.place, rest.front()) {
            if now >= end {
                break;
            }
            let far = from.distance(goal);
            let left_m = end.micros_since(now) as f64 / 1e6 * self.speed;
            let (to, then) = if far <= left_m {
                rest.pop_front();
                (goal, now.between(end, far / left_m))
            } else {
                (from.toward(goal, left_m / far), end)
            };
            steps.push(Steps::Walked { from, to, begin: now, end: then });
            self.place = Some(to);
            now = then;
        }
        if !rest.is_empty() {
            self.script.push_front(Act::Go(rest.into()));
        }
        now
    }
}

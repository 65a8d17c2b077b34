//! Where somebody was in the last half minute, for scans that are accepted after the person has walked on.
//!
//! Samples are at least 50 ms apart and at most [`MOST_SAMPLES`]. The serde form is a flat list of numbers.

use std::collections::VecDeque;

use aisle_model::{Millis, Moment};
use serde::{Deserialize, Serialize};

use crate::spot::{Fix, Spot};

const MOST_SAMPLES: usize = 512;
const KEPT: Millis = Millis(30_000);
const SPACING: Millis = Millis(50);

/// Ascending by moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<i64>", into = "Vec<i64>")]
pub(crate) struct Trail(VecDeque<Fix>);

impl Trail {
    pub fn add(&mut self, fix: Fix) {
        match self.0.back() {
            Some(last) if fix.at < last.at => self.insert_late(fix),
            Some(last) if !fix.at.is_at_least_after(last.at, SPACING) => {}
            _ => self.0.push_back(fix),
        }
        self.forget();
    }

    fn insert_late(&mut self, fix: Fix) {
        let place = self.0.partition_point(|known| known.at < fix.at);
        let is_apart = |known: &Fix| known.at.micros_since(fix.at).abs() >= SPACING.micros();
        let before = place.checked_sub(1).and_then(|i| self.0.get(i));
        if before.is_none_or(is_apart) && self.0.get(place).is_none_or(is_apart) {
            self.0.insert(place, fix);
        }
    }

    fn forget(&mut self) {
        while let (Some(first), Some(last)) = (self.0.front(), self.0.back()) {
            if self.0.len() <= MOST_SAMPLES && !last.at.is_at_least_after(first.at, KEPT) {
                break;
            }
            self.0.pop_front();
        }
    }

    pub fn clear(&mut self) {
        self.0 = VecDeque::new();
    }

    /// The last sample at or before a moment and not more than a second older.
    pub fn stood_at(&self, moment: Moment) -> Option<Spot> {
        let after = self.0.partition_point(|fix| fix.at <= moment);
        let fix = self.0.get(after.checked_sub(1)?)?;
        (moment.micros_since(fix.at) <= 1_000_000).then_some(fix.spot)
    }

    /// The samples between two moments, both included.
    pub fn between(&self, from: Moment, to: Moment) -> impl Iterator<Item = Spot> + '_ {
        let samples = self.0.iter().filter(move |fix| (from..=to).contains(&fix.at));
        samples.map(|fix| fix.spot)
    }
}

impl From<Trail> for Vec<i64> {
    fn from(trail: Trail) -> Self {
        let mut before = 0;
        let mut numbers = Self::with_capacity(trail.0.len() * 3);
        for fix in &trail.0 {
            let (x, y) = fix.spot.millimetres();
            numbers.extend([fix.at.micros() - before, i64::from(x), i64::from(y)]);
            before = fix.at.micros();
        }
        numbers
    }
}

impl From<Vec<i64>> for Trail {
    fn from(numbers: Vec<i64>) -> Self {
        let mut at = 0_i64;
        let mut fixes = VecDeque::with_capacity(numbers.len() / 3);
        for triple in numbers.chunks_exact(3) {
            at = at.saturating_add(triple[0]);
            let (x, y) = (i32::try_from(triple[1]), i32::try_from(triple[2]));
            if let (Ok(x), Ok(y)) = (x, y) {
                let spot = Spot::from_millimetres(x, y);
                fixes.push_back(Fix { at: Moment::from_micros(at), spot });
            }
        }
        Self(fixes)
    }
}

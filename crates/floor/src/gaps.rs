//! The missing numbers of a source.
//!
//! At most [`MOST_GAPS`] are kept; beyond that the two oldest become one, numbers between them included, so that what
//! is held back stays held back.

use aisle_model::Moment;
use serde::{Deserialize, Serialize};

const MOST_GAPS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Gap {
    from: u64,
    to: u64,
    /// Moment of the event before it: everything later may be incomplete.
    since: Moment,
    age_ms: i64,
}

/// Ranges of `seq`, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gaps(Vec<Gap>);

impl Gaps {
    /// First and last missing number of each.
    pub fn ranges(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().map(|gap| (gap.from, gap.to))
    }

    pub(crate) const fn is_open(&self) -> bool {
        !self.0.is_empty()
    }

    /// How much of a promise counts.
    pub(crate) fn held_back(&self, promised: Moment) -> Moment {
        self.0.iter().fold(promised, |held, gap| held.min(gap.since))
    }

    pub(crate) fn open(&mut self, from: u64, to: u64, since: Moment) -> (u64, u64) {
        self.0.push(Gap { from, to, since, age_ms: 0 });
        if self.0.len() > MOST_GAPS {
            let oldest = self.0.remove(0);
            if let Some(next) = self.0.first_mut() {
                next.from = oldest.from;
                next.since = next.since.min(oldest.since);
            }
        }
        (from, to)
    }

    /// The numbers came, or never will.
    pub(crate) fn close(&mut self, from: u64, to: u64) {
        let mut rest = Vec::with_capacity(self.0.len());
        for gap in self.0.drain(..) {
            if to < gap.from || from > gap.to {
                rest.push(gap);
                continue;
            }
            if from > gap.from {
                rest.push(Gap { to: from - 1, ..gap });
            }
            if to < gap.to {
                rest.push(Gap { from: to + 1, ..gap });
            }
        }
        self.0 = rest;
        self.0.truncate(MOST_GAPS);
    }

    /// Gaps that waited for `limit_ms` are given up.
    pub(crate) fn age(&mut self, passed_ms: i64, limit_ms: i64) -> Vec<(u64, u64)> {
        for gap in &mut self.0 {
            gap.age_ms = gap.age_ms.saturating_add(passed_ms);
        }
        let is_over = |gap: &Gap| gap.age_ms >= limit_ms;
        let over = self.0.iter().filter(|gap| is_over(gap));
        let ranges = over.map(|gap| (gap.from, gap.to)).collect();
        self.0.retain(|gap| !is_over(gap));
        ranges
    }
}

//! How often something may be done: so many times within so long, counted from each time it was done.

use crate::{Millis, Moment};

/// So many times within so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// At least 1.
    pub most: usize,
    /// Each time counts so long.
    pub within: Millis,
}

impl Limit {
    /// So many times in so many minutes.
    pub const fn in_minutes(most: usize, minutes: i64) -> Self {
        Self { most, within: Millis(minutes * 60_000) }
    }

    /// Drops the times that no longer count.
    pub fn forget(self, times: &mut Vec<Moment>, now: Moment) {
        times.retain(|at| !now.is_at_least_after(*at, self.within));
    }

    /// When it may be done again after these times (oldest first, those that no longer count left out); `None` when it may
    /// be done now.
    pub fn free_at(self, times: &[Moment]) -> Option<Moment> {
        let oldest_that_blocks = times.len().checked_sub(self.most)?;
        times.get(oldest_that_blocks).map(|at| at.plus(self.within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWICE: Limit = Limit::in_minutes(2, 1);

    fn at(second: i64) -> Moment {
        Moment::from_millis(second * 1000)
    }

    #[test]
    fn the_oldest_time_that_blocks_says_when_it_is_free() {
        let check = |times: &[i64], free: Option<i64>| {
            let times: Vec<Moment> = times.iter().map(|second| at(*second)).collect();
            assert_eq!(TWICE.free_at(&times), free.map(at), "{times:?}");
        };
        check(&[], None);
        check(&[5], None);
        check(&[5, 20], Some(65));
        check(&[1, 5, 20], Some(65));
    }

    #[test]
    fn a_time_counts_until_its_span_is_over() {
        let mut times = vec![at(0), at(1), at(30)];
        TWICE.forget(&mut times, at(61));
        assert_eq!(times, [at(30)]);
    }
}

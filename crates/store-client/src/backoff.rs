//! How long to wait before the next try: 0.5 s, doubling to 30 s, with jitter.

use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The shortest and the longest wait between two tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Before the second try.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

/// The waits of one series of failures.
#[derive(Debug)]
pub(crate) struct Backoff {
    waits: Waits,
    failures: u32,
    chance: ChaCha8Rng,
}

impl Backoff {
    pub(crate) fn new(waits: Waits, seed: u64) -> Self {
        Self { waits, failures: 0, chance: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Between half and all of the doubled wait, so that producers that lost one server do not return in step.
    pub(crate) fn next(&mut self) -> Duration {
        let doubled = self.waits.first.saturating_mul(1 << self.failures.min(20)).min(self.waits.longest);
        self.failures = self.failures.saturating_add(1);
        doubled.mul_f64(self.chance.random_range(0.5..=1.0))
    }

    /// Something got through.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_begin_anew_after_success() {
        let mut backoff = Backoff::new(Waits::default(), 7);
        for expected in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let wait = backoff.next().as_millis();
            assert!((expected / 2..=expected).contains(&wait), "{wait} of {expected}");
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(500));
    }

    #[test]
    fn different_seeds_wait_differently() {
        let wait = |seed| Backoff::new(Waits::default(), seed).next();
        assert_ne!(wait(1), wait(2));
    }
}

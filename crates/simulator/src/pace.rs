//! Store time as the simulator believes it to be, a little behind the server's own.

use std::time::Duration;

use aisle_model::Moment;
use tokio::time::Instant;

/// Maps the monotonic clock to the store's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    anchor: Instant,
    showed: Moment,
    rate: f64,
}

impl Pace {
    /// The store's clock was known to show `showed` at some moment before `anchor`: so this pace is never ahead.
    pub(crate) fn new(anchor: Instant, showed: Moment, rate: f64) -> Self {
        Self { anchor, showed, rate }
    }

    pub(crate) const fn rate(&self) -> f64 {
        self.rate
    }

    #[allow(clippy::cast_possible_truncation, reason = "a saturating cast of microseconds")]
    pub(crate) fn at(&self, instant: Instant) -> Moment {
        let passed = instant.saturating_duration_since(self.anchor).as_secs_f64();
        Moment::from_micros(self.showed.micros().saturating_add((passed * self.rate * 1e6) as i64))
    }

    pub(crate) fn instant_of(&self, moment: Moment) -> Instant {
        let ahead = (moment.micros_since(self.showed).max(0)) as f64 / 1e6 / self.rate;
        self.anchor + Duration::from_secs_f64(ahead.min(86_400.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_store_reaches_a_moment_sooner() {
        let anchor = Instant::now();
        let begin = Moment::from_millis(1_768_819_746_000);
        let later = Moment::from_millis(1_768_819_766_000);
        let pace = Pace::new(anchor, begin, 20.0);
        assert_eq!(pace.instant_of(later), anchor + Duration::from_secs(1));
        assert_eq!(pace.at(anchor + Duration::from_secs(1)), later);
        assert_eq!(pace.instant_of(begin), anchor);
        assert_eq!(pace.instant_of(Moment::from_millis(0)), anchor);
    }
}

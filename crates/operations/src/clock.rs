//! The server's clock: wall time at start plus monotonic time, slewed towards the wall, never stepped.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aisle_model::{Millis, Moment};

/// Reads the time. The set kind is for tests: it moves only when told.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    System(Arc<SystemClock>),
    Set(Arc<AtomicI64>),
}

struct SystemClock {
    anchor: Instant,
    slewed: Mutex<Slewed>,
}

struct Slewed {
    at: Instant,
    showed: Moment,
}

/// Most that the clock runs faster or slower than monotonic time while it nears the wall's.
const SLEW_PARTS_PER_MILLION: i64 = 500;

impl Clock {
    /// The clock of a server, started now.
    pub fn system() -> Self {
        let now = Instant::now();
        let clock = SystemClock { anchor: now, slewed: Mutex::new(Slewed { at: now, showed: wall() }) };
        Self(Kind::System(Arc::new(clock)))
    }

    /// A clock that stands still until it is moved.
    pub fn set_to(now: Moment) -> Self {
        Self(Kind::Set(Arc::new(AtomicI64::new(now.micros()))))
    }

    /// Now.
    pub fn now(&self) -> Moment {
        match &self.0 {
            Kind::System(clock) => clock.now(),
            Kind::Set(micros) => Moment::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a set clock; the system's is left alone.
    pub fn advance(&self, by: Millis) {
        if let Kind::Set(micros) = &self.0 {
            micros.fetch_add(by.micros(), Ordering::SeqCst);
        }
    }
}

impl SystemClock {
    fn now(&self) -> Moment {
        let mut slewed = self.slewed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        debug_assert!(now >= self.anchor, "monotonic time goes on");
        let passed = i64::try_from(now.duration_since(slewed.at).as_micros()).unwrap_or(i64::MAX);
        if passed == 0 {
            return slewed.showed;
        }
        let plain = Moment::from_micros(slewed.showed.micros().saturating_add(passed));
        let most = passed.saturating_mul(SLEW_PARTS_PER_MILLION) / 1_000_000;
        let off = wall().micros_since(plain).clamp(-most, most);
        *slewed = Slewed { at: now, showed: Moment::from_micros(plain.micros().saturating_add(off)) };
        slewed.showed
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn wall() -> Moment {
    jiff::Timestamp::now().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_moves_only_when_told() {
        let clock = Clock::set_to(Moment::from_millis(5));
        assert_eq!(clock.now(), clock.now());
        clock.advance(Millis(10));
        assert_eq!(clock.now(), Moment::from_millis(15));
    }

    #[test]
    fn the_system_clock_never_goes_back_and_is_near_the_wall() {
        let clock = Clock::system();
        let mut before = clock.now();
        for _ in 0..10_000 {
            let now = clock.now();
            assert!(now >= before);
            before = now;
        }
        assert!(wall().micros_since(before).abs() < 1_000_000);
    }
}

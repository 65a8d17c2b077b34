//! Instants in whole microseconds, spans in milliseconds, and the clock of a store.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An instant, whole microseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Moment(i64);

/// A span in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The span in microseconds.
    pub const fn micros(self) -> i64 {
        self.0.saturating_mul(1000)
    }
}

impl Moment {
    /// The year 9999, the last the printed form can show.
    pub const LAST: Self = Self(253_402_207_200_000_000);
    /// The year 1, before everything that is ever stored.
    pub const FIRST: Self = Self(-62_135_596_800_000_000);

    /// An instant from microseconds since 1970, held within the printable years.
    pub const fn from_micros(micros: i64) -> Self {
        if micros > Self::LAST.0 {
            return Self::LAST;
        }
        if micros < Self::FIRST.0 {
            return Self::FIRST;
        }
        Self(micros)
    }

    /// An instant from milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(1000))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The instant so much later.
    #[must_use]
    pub const fn plus(self, span: Millis) -> Self {
        Self::from_micros(self.0.saturating_add(span.micros()))
    }

    /// The instant so much earlier.
    #[must_use]
    pub const fn minus(self, span: Millis) -> Self {
        Self::from_micros(self.0.saturating_sub(span.micros()))
    }

    /// Microseconds from `earlier` to this one; negative when `earlier` is later.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether at least `span` has passed since `earlier`.
    pub const fn is_at_least_after(self, earlier: Self, span: Millis) -> bool {
        self.micros_since(earlier) >= span.micros()
    }

    /// The instant between two others, at `fraction` (0 to 1) of the way.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a fraction of an i64 span fits an i64")]
    pub fn between(self, later: Self, fraction: f64) -> Self {
        let span = later.micros_since(self) as f64;
        Self::from_micros(self.0.saturating_add((span * fraction.clamp(0.0, 1.0)).round() as i64))
    }

    /// Reads RFC 3339 with any offset; digits beyond microseconds are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(Self::from)
    }
}

/// UTC with milliseconds, as the contract prints moments: `2023-01-19T10:49:06.149Z`.
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stamp = Timestamp::from_millisecond(self.millis()).unwrap_or(Timestamp::UNIX_EPOCH);
        write!(f, "{stamp:.3}")
    }
}

impl From<Timestamp> for Moment {
    fn from(stamp: Timestamp) -> Self {
        Self::from_micros(stamp.as_microsecond())
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// The clock of one store: wall time until somebody with the Development right sets it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StoreClock {
    /// Wall time when the clock was set.
    pub set_at: Moment,
    /// What the clock showed then.
    pub showed: Moment,
    /// Store seconds per wall second, above 0.
    pub rate: f64,
}

impl StoreClock {
    /// What the clock shows at a moment of wall time.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "saturating float casts, held within the printable years")]
    pub fn at(self, wall: Moment) -> Moment {
        let passed = wall.micros_since(self.set_at).max(0) as f64 * self.rate;
        Moment::from_micros(self.showed.0.saturating_add(passed as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_print_as_the_contract_says() {
        let check = |text: &str, printed: &str| {
            assert_eq!(Moment::parse(text).expect(text).to_string(), printed);
        };
        check("2023-01-19T10:49:06.149Z", "2023-01-19T10:49:06.149Z");
        check("2023-01-19T12:49:06+02:00", "2023-01-19T10:49:06.000Z");
        check("2023-01-19T10:49:06.1499Z", "2023-01-19T10:49:06.149Z");
        check("1969-12-31T23:59:59.9996Z", "1969-12-31T23:59:59.999Z");
        assert_eq!(Moment::parse("2023-01-19"), None);
    }

    #[test]
    fn arithmetic_stays_within_the_printable_years() {
        assert_eq!(Moment::LAST.plus(Millis(i64::MAX)), Moment::LAST);
        assert_eq!(Moment::FIRST.minus(Millis(i64::MAX)), Moment::FIRST);
    }

    #[test]
    fn a_store_clock_runs_at_its_rate() {
        let clock = StoreClock { set_at: Moment::from_millis(1000), showed: Moment::from_millis(9000), rate: 20.0 };
        assert_eq!(clock.at(Moment::from_millis(1500)), Moment::from_millis(19_000));
        assert_eq!(clock.at(Moment::from_millis(500)), Moment::from_millis(9000));
    }
}

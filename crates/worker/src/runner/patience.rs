//! How long to wait before something that failed is tried again. Pure.

use std::time::Duration;

use aisle_operations::Failure;

const FIRST: Duration = Duration::from_millis(100);
/// For a database that is away: it comes back by itself, and then nobody should wait long.
const LONGEST: Duration = Duration::from_secs(5);
/// For what is broken: somebody must mend it, and trying costs the others.
const LONGEST_WHEN_BROKEN: Duration = Duration::from_mins(5);

/// What was tried in vain so far.
#[derive(Debug, Default)]
pub(super) struct Patience(Option<Duration>);

impl Patience {
    pub const fn was_tried(&self) -> bool {
        self.0.is_some()
    }

    /// The pause after another failure: twice the last one, up to the longest.
    pub fn next(&mut self, failure: &Failure) -> Duration {
        let longest = if matches!(failure, Failure::Busy(_)) { LONGEST } else { LONGEST_WHEN_BROKEN };
        let pause = self.0.map_or(FIRST, |last| last * 2).min(longest);
        self.0 = Some(pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_bound_that_is_longer_for_what_is_broken() {
        let check = |failure: &Failure, longest: u64| {
            let mut patience = Patience::default();
            assert!(!patience.was_tried());
            let pauses: Vec<Duration> = (0..20).map(|_| patience.next(failure)).collect();
            assert_eq!(pauses[..3], [100, 200, 400].map(Duration::from_millis));
            assert_eq!(pauses[19], Duration::from_secs(longest));
        };
        check(&Failure::Busy("away".to_owned()), 5);
        check(&Failure::broken("a row"), 300);
        let mut patience = Patience(Some(LONGEST_WHEN_BROKEN));
        assert_eq!(patience.next(&Failure::Busy("away".to_owned())), LONGEST);
    }
}

//! When a notice is tried again, and what an answer means for it. Pure.

use std::time::Duration;

use aisle_model::{Millis, Moment};
use aisle_partners::Attempt;

/// Waits after the first, second, … failure, in seconds; each may grow by a fifth.
const WAITS: [i64; 10] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200];
/// The most a wait grows at random.
const JITTER: f64 = 0.2;
const GONE: u16 = 410;

/// What an attempt comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Delivered,
    /// Again at this moment.
    Retry(Moment),
    /// Eleven attempts were in vain.
    GivenUp,
    /// The receiver is there no more: given up, and the setting goes off.
    Gone,
}

/// Judges the attempt after `made` earlier ones. `chance` is from 0 to 1.
pub(super) fn judge(made: i64, attempt: &Attempt, now: Moment, chance: f64) -> Verdict {
    if attempt.failure.is_none() {
        return Verdict::Delivered;
    }
    if attempt.status == Some(GONE) {
        return Verdict::Gone;
    }
    let wait = usize::try_from(made).ok().and_then(|made| WAITS.get(made));
    let Some(seconds) = wait else {
        return Verdict::GivenUp;
    };
    let scheduled = now.plus(Millis(longer(*seconds, chance)));
    let asked = attempt.retry_after.map_or(now, |wait| now.plus(millis(wait)));
    Verdict::Retry(scheduled.max(asked))
}

#[allow(clippy::cast_possible_truncation, reason = "at most 12 hours and a fifth")]
fn longer(seconds: i64, chance: f64) -> i64 {
    (seconds as f64 * 1000.0 * (1.0 + JITTER * chance.clamp(0.0, 1.0))) as i64
}

fn millis(wait: Duration) -> Millis {
    Millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aisle_partners::{Failure, FailureKind};
    use bytes::Bytes;

    fn answer(status: Option<u16>, retry_after: Option<u64>) -> Attempt {
        let failure = match status {
            Some(200..=299) => None,
            Some(_) => Some(FailureKind::Http5xx),
            None => Some(FailureKind::Timeout),
        };
        Attempt {
            status,
            failure: failure.map(|kind| Failure { kind, detail: String::new() }),
            excerpt: String::new(),
            body: Bytes::new(),
            address: None,
            connect_ms: None,
            total_ms: 1,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn eleven_attempts_on_the_contracts_schedule() {
        let now = Moment::from_millis(1_000_000);
        let check = |made: i64, attempt: Attempt, chance: f64, expected: Verdict| {
            assert_eq!(judge(made, &attempt, now, chance), expected, "{made} {attempt:?}");
        };
        let later = |seconds: i64| Verdict::Retry(now.plus(Millis(seconds * 1000)));
        for (made, seconds) in (0..).zip(WAITS) {
            check(made, answer(Some(500), None), 0.0, later(seconds));
            check(made, answer(None, None), 1.0, later(seconds + seconds / 5));
        }
        check(10, answer(Some(500), None), 0.5, Verdict::GivenUp);
        check(10, answer(Some(204), None), 0.5, Verdict::Delivered);
        check(0, answer(Some(410), None), 0.5, Verdict::Gone);
        check(0, answer(Some(503), Some(600)), 0.0, later(600));
        check(0, answer(Some(503), Some(1)), 0.0, later(5));
        check(10, answer(Some(503), Some(600)), 0.0, Verdict::GivenUp);
    }

    #[test]
    fn the_whole_schedule_takes_28_to_33_hours() {
        let total: i64 = WAITS.iter().sum();
        let rounded_hours = |seconds: i64| (seconds + 1800) / 3600;
        assert_eq!((rounded_hours(total), rounded_hours(total + total / 5)), (28, 33));
    }
}

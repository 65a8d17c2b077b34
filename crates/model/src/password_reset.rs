//! The states of a flow that resets a password: `waiting` for the code → `verified` → `ended`; five wrong codes end it too.

use crate::{Millis, Moment, named_enum};

/// How long a mailed code is good.
pub const CODE_LIVES: Millis = Millis(15 * 60_000);

/// How long the token that a right code gives is good.
pub const TOKEN_LIVES: Millis = Millis(10 * 60_000);

/// Wrong codes that end a flow.
pub const MOST_WRONG: i64 = 5;

named_enum! {
    /// Where a flow stands.
    ResetState {
        /// For the code that was mailed.
        Waiting = "waiting",
        /// The code was right; the password may be set.
        Verified = "verified",
        /// Nothing can happen but a new start.
        Ended = "ended",
    }
}

impl ResetState {
    /// Whether this state holds: nothing of a flow is good beyond its time.
    pub fn is(self, wanted: Self, expires_at: Moment, now: Moment) -> bool {
        self == wanted && now < expires_at
    }

    /// The state after so many wrong codes.
    pub const fn after_wrong(wrong_codes: i64) -> Self {
        if wrong_codes >= MOST_WRONG { Self::Ended } else { Self::Waiting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_code_ends_a_flow() {
        for (wrong, state) in [(1, ResetState::Waiting), (4, ResetState::Waiting), (5, ResetState::Ended)] {
            assert_eq!(ResetState::after_wrong(wrong), state, "{wrong}");
        }
    }

    #[test]
    fn a_state_holds_until_its_time_is_over() {
        let at = Moment::from_millis;
        let check = |now: i64, holds: bool| {
            assert_eq!(ResetState::Waiting.is(ResetState::Waiting, at(10), at(now)), holds, "{now}");
        };
        check(9, true);
        check(10, false);
        assert!(!ResetState::Ended.is(ResetState::Waiting, at(10), at(1)));
    }
}

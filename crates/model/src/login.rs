//! The chain of tokens of one log-in: each is exchanged for the next, and a later use of an exchanged one is theft.

use crate::{Millis, Moment};

/// How long a token stays good after it was exchanged: the answer to the exchange may have been lost.
pub const OVERLAP: Millis = Millis(60_000);

/// What is to be done with a token that somebody wants to exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// It is the newest of its chain: a successor is made.
    Anew,
    /// It was exchanged a moment ago: the same successor is given again.
    Again,
    /// It was exchanged long ago. Somebody else has the chain; the log-in ends.
    Stolen,
    /// It has expired.
    Expired,
}

impl Exchange {
    /// Judges a token by when it was exchanged before and when it ends.
    pub fn judge(exchanged_at: Option<Moment>, expires_at: Moment, now: Moment) -> Self {
        match (exchanged_at, now < expires_at) {
            (None, true) => Self::Anew,
            (None, false) => Self::Expired,
            (Some(_), true) => Self::Again,
            (Some(_), false) => Self::Stolen,
        }
    }
}

/// When a token that is given now ends: the chain as a whole ends at its own time.
pub fn expiry(began_at: Moment, now: Moment, lifetime: Millis, chain: Millis) -> Moment {
    now.plus(lifetime).min(began_at.plus(chain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_is_judged() {
        let at = Moment::from_millis;
        let check = |exchanged: Option<i64>, expires: i64, expected: Exchange| {
            assert_eq!(Exchange::judge(exchanged.map(at), at(expires), at(1000)), expected);
        };
        check(None, 1001, Exchange::Anew);
        check(None, 1000, Exchange::Expired);
        check(Some(900), 1001, Exchange::Again);
        check(Some(900), 1000, Exchange::Stolen);
    }

    #[test]
    fn no_token_outlives_its_chain() {
        let at = Moment::from_millis;
        assert_eq!(expiry(at(0), at(50), Millis(30), Millis(100)), at(80));
        assert_eq!(expiry(at(0), at(90), Millis(30), Millis(100)), at(100));
    }
}

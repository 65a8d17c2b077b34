//! Ten failures in a minute for one client id and address are enough.
//!
//! Counted in the memory of this node: a brake on guessing, not a promise over a fleet.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use aisle_model::{Millis, Moment};

const MOST_FAILURES: usize = 10;
const WINDOW: Millis = Millis(60_000);

/// Clients remembered before those without recent failures are thrown out.
const MOST_REMEMBERED: usize = 10_000;

type Client = (String, Option<IpAddr>);

/// The recent failures of every client.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Client, Vec<Moment>>>);

impl Throttle {
    /// Seconds until the client may try again, when it failed too often.
    pub(crate) fn wait(&self, client: &Client, now: Moment) -> Option<u32> {
        let clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = clients.get(client)?;
        let first = failures.iter().rev().nth(MOST_FAILURES - 1)?;
        let left = WINDOW.micros() - now.micros_since(*first);
        (left > 0).then(|| u32::try_from(left.div_euclid(1_000_000) + 1).unwrap_or(60))
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, client: Client, now: Moment) {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &Moment| !now.is_at_least_after(*at, WINDOW);
        if clients.len() >= MOST_REMEMBERED {
            clients.retain(|_, failures| failures.last().is_some_and(is_recent));
        }
        let failures = clients.entry(client).or_default();
        failures.retain(is_recent);
        failures.push(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_within_a_minute_and_no_more() {
        let throttle = Throttle::default();
        let client = || ("a".to_owned(), None);
        let at = |second: i64| Moment::from_millis(second * 1000);
        for second in 0..10 {
            assert_eq!(throttle.wait(&client(), at(second)), None, "{second}");
            throttle.failed(client(), at(second));
        }
        assert_eq!(throttle.wait(&client(), at(10)), Some(51));
        assert_eq!(throttle.wait(&("b".to_owned(), None), at(10)), None);
        assert_eq!(throttle.wait(&client(), at(60)), None, "the first is a minute old");
    }
}

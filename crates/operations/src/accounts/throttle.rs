//! How often something may be tried under one name, from one address, or by one customer, counted over all nodes.
//!
//! A place is taken before the work begins, in a change of its own, so tries at one instant cannot pass the limit together;
//! where only failures count, a success gives its place back. Names stand in the database as keyed hashes, whether or not
//! there is such a customer.

use std::net::IpAddr;

use aisle_database::Connection;
use aisle_database::rows::throttles as rows;
use aisle_model::limit::Limit;
use aisle_model::{CustomerId, Moment, RetailerId};

use crate::{App, Failure, Refusal};

const LOG_IN_NAME_AND_ADDRESS: Limit = Limit::in_minutes(5, 15);
const LOG_IN_NAME: Limit = Limit::in_minutes(50, 15);
const LOG_IN_ADDRESS: Limit = Limit::in_minutes(100, 15);
const REGISTRATION: Limit = Limit::in_minutes(10, 60);
const RESET_MAIL_HOUR: Limit = Limit::in_minutes(3, 60);
const RESET_MAIL_DAY: Limit = Limit::in_minutes(5, 24 * 60);
const RESET_START: Limit = Limit::in_minutes(20, 60);
const RESET_VERIFICATION: Limit = Limit::in_minutes(50, 15);
const SECRET_CHANGE: Limit = Limit::in_minutes(10, 60);

/// What is counted, and how much of it there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counter {
    key: [u8; 32],
    limit: Limit,
}

impl Counter {
    /// A counter of one kind for one text.
    pub(crate) fn new(app: &App, kind: &str, of: &str, limit: Limit) -> Self {
        Self { key: app.keys.hash(kind, of), limit }
    }

    /// Failed log-ins under a name, from an address and from everywhere.
    pub(super) fn failed_log_ins(app: &App, retailer: RetailerId, name: &str, address: Option<IpAddr>) -> [Self; 2] {
        let both = format!("{retailer} {} {name}", place(address));
        [
            Self::new(app, "failed log-ins of a name from an address", &both, LOG_IN_NAME_AND_ADDRESS),
            Self::failed_log_ins_anywhere(app, retailer, name),
        ]
    }

    /// Failed log-ins under a name, wherever from.
    pub(crate) fn failed_log_ins_anywhere(app: &App, retailer: RetailerId, name: &str) -> Self {
        Self::new(app, "failed log-ins of a name", &format!("{retailer} {name}"), LOG_IN_NAME)
    }

    pub(super) fn log_ins(app: &App, address: Option<IpAddr>) -> Self {
        Self::new(app, "log-ins from an address", &place(address), LOG_IN_ADDRESS)
    }

    pub(super) fn registrations(app: &App, address: Option<IpAddr>) -> Self {
        Self::new(app, "registrations from an address", &place(address), REGISTRATION)
    }

    pub(super) fn reset_starts(app: &App, address: Option<IpAddr>) -> Self {
        Self::new(app, "password resets from an address", &place(address), RESET_START)
    }

    pub(super) fn reset_verifications(app: &App, address: Option<IpAddr>) -> Self {
        Self::new(app, "reset codes from an address", &place(address), RESET_VERIFICATION)
    }

    pub(super) fn reset_mails(app: &App, retailer: RetailerId, email_folded: &str) -> [Self; 2] {
        let of = format!("{retailer} {email_folded}");
        [
            Self::new(app, "reset mails in an hour", &of, RESET_MAIL_HOUR),
            Self::new(app, "reset mails in a day", &of, RESET_MAIL_DAY),
        ]
    }

    /// Changes of a customer's own e-mail address or password.
    pub(super) fn secret_changes(app: &App, customer: CustomerId) -> Self {
        Self::new(app, "changes of email or password", &customer.to_string(), SECRET_CHANGE)
    }
}

/// Takes a place under every counter; when one of them has none, in none of them, and answers the seconds to wait.
pub(crate) async fn take(c: &mut Connection, counters: &[Counter], now: Moment) -> Result<Result<(), u32>, Failure> {
    let mut taken = Vec::new();
    let mut free_at: Option<Moment> = None;
    for counter in in_order(counters) {
        let mut times = rows::lock(c, counter.key, now).await?;
        counter.limit.forget(&mut times, now);
        free_at = free_at.max(counter.limit.free_at(&times));
        times.push(now);
        taken.push((counter, times));
    }
    if let Some(free_at) = free_at {
        return Ok(Err(seconds_until(free_at, now)));
    }
    for (counter, times) in taken {
        rows::save(c, counter.key, &times, now.plus(counter.limit.within)).await?;
    }
    Ok(Ok(()))
}

/// Gives back the places that were taken at that moment.
pub(super) async fn give_back(c: &mut Connection, counters: &[Counter], at: Moment) -> Result<(), Failure> {
    for counter in in_order(counters) {
        let mut times = rows::lock(c, counter.key, at).await?;
        if let Some(place) = times.iter().position(|time| *time == at) {
            times.remove(place);
        }
        let forget_at = times.last().map_or(at, |last| last.plus(counter.limit.within));
        rows::save(c, counter.key, &times, forget_at).await?;
    }
    Ok(())
}

/// Starts from nothing under every counter.
pub(super) async fn clear(c: &mut Connection, counters: &[Counter]) -> Result<(), Failure> {
    for counter in in_order(counters) {
        rows::clear(c, counter.key).await?;
    }
    Ok(())
}

/// Everybody locks in the same order.
fn in_order(counters: &[Counter]) -> Vec<Counter> {
    let mut ordered = counters.to_vec();
    ordered.sort_by_key(|counter| counter.key);
    ordered
}

/// Takes a place under every counter in a change of its own, or refuses.
pub(crate) async fn enter(app: &App, counters: Vec<Counter>, now: Moment) -> Result<(), Failure> {
    let entered = app.database.change(move |c| {
        let counters = counters.clone();
        Box::pin(async move { take(c, &counters, now).await })
    });
    entered.await?.map_err(|seconds| Refusal::TooOften { seconds }.into())
}

/// Forgets at most `most` counters that are empty by now; answers how many. For a worker.
pub async fn purge(app: &App, most: i64) -> Result<u64, Failure> {
    let now = app.clock.now();
    app.database.change(move |c| Box::pin(rows::purge(c, now, most))).await.map_err(Failure::from)
}

fn seconds_until(later: Moment, now: Moment) -> u32 {
    let seconds = later.micros_since(now).max(0).div_euclid(1_000_000) + 1;
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// Whoever has an address of version 6 has 2^64 of them.
fn place(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [one, two, three, four, ..] = address.segments();
            format!("{one:x}:{two:x}:{three:x}:{four:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_version_6_is_one_place() {
        let of = |text: &str| place(Some(text.parse().expect("an address")));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_too_short() {
        let at = Moment::from_millis;
        assert_eq!(seconds_until(at(10_000), at(0)), 11);
        assert_eq!(seconds_until(at(10_001), at(0)), 11);
    }
}

//! How many requests a token may make, and an address that shows no good one.
//!
//! A bucket each: so many at once, then one in every so often. All tokens of an application share its bucket, for it may
//! fetch as many as it likes. Counted in the memory of this node, which is bounded: good tokens are as many as there are
//! credentials, and addresses beyond the most that are remembered share one bucket.
//! Deliberately absent: a promise over a fleet, and the limits of event streams, which the intake keeps.

use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::ConnectInfo;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};
use ipnet::IpNet;

use crate::answer::Answer;
use crate::problem::Problem;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Addresses remembered before those that may ask as much as ever are forgotten.
const MOST_ADDRESSES: usize = 50_000;

/// What one token may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// One request in this time.
    pub every: Duration,
    /// So many at once after a rest.
    pub burst: NonZeroU32,
}

type Buckets<K, C> = RateLimiter<K, HashMapStateStore<K>, C, StateInformationMiddleware>;

/// The buckets of this node.
pub(crate) struct Budgets<C: Clock = MonotonicClock> {
    quota: Quota,
    refusal: StatusCode,
    credentials: Buckets<String, C>,
    addresses: Buckets<Option<IpAddr>, C>,
    most_addresses: usize,
}

/// What a request left of its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    limit: u32,
    left: u32,
    /// Until the bucket is full; of a refused request, until the next may come.
    seconds: u32,
    refused: Option<StatusCode>,
}

impl Budgets {
    /// `None` for a time of nothing.
    pub(crate) fn new(limit: RateLimit, refusal: StatusCode) -> Option<Self> {
        Self::with(limit, refusal, MonotonicClock, MOST_ADDRESSES)
    }
}

impl<C: Clock + Clone> Budgets<C> {
    fn with(limit: RateLimit, refusal: StatusCode, clock: C, most_addresses: usize) -> Option<Self> {
        let quota = Quota::with_period(limit.every)?.allow_burst(limit.burst);
        Some(Self {
            quota,
            refusal,
            credentials: RateLimiter::new(quota, HashMapStateStore::default(), clock.clone()),
            addresses: RateLimiter::new(quota, HashMapStateStore::default(), clock),
            most_addresses,
        })
    }

    /// A request of a good token.
    pub(crate) fn of_credential(&self, credential: &str) -> Spent {
        if self.credentials.len() >= self.most_addresses {
            self.credentials.retain_recent();
        }
        self.spend(&self.credentials, &credential.to_owned())
    }

    /// A request without one.
    pub(crate) fn of_address(&self, address: Option<IpAddr>) -> Spent {
        if self.addresses.len() >= self.most_addresses {
            self.addresses.retain_recent();
        }
        let has_room = self.addresses.len() < self.most_addresses;
        self.spend(&self.addresses, &address.map(network).filter(|_| has_room))
    }

    fn spend<K: Hash + Eq + Clone>(&self, buckets: &Buckets<K, C>, key: &K) -> Spent {
        let limit = self.quota.burst_size().get();
        match buckets.check_key(key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let seconds = whole_seconds(self.quota.replenish_interval() * limit.saturating_sub(left));
                Spent { limit, left, seconds, refused: None }
            }
            Err(until) => {
                let seconds = whole_seconds(until.wait_time_from(buckets.clock().now())).max(1);
                Spent { limit, left: 0, seconds, refused: Some(self.refusal) }
            }
        }
    }
}

impl Spent {
    /// The refusal of a request that was one too many.
    pub(crate) fn refusal(&self) -> Result<(), Problem> {
        match self.refused {
            Some(status) => Err(Problem::RateLimited { seconds: self.seconds, status }),
            None => Ok(()),
        }
    }

    /// Tells what is left.
    pub(crate) fn told(&self, answer: Answer) -> Answer {
        answer
            .header(LIMIT, HeaderValue::from(self.limit))
            .header(REMAINING, HeaderValue::from(self.left))
            .header(RESET, HeaderValue::from(self.seconds))
    }
}

fn whole_seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Whoever has one address of version 6 has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

/// Who asks: the peer, or whom the operator's own proxies say they heard.
pub(crate) fn address(proxies: &[IpNet], headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
    let mut address = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let said = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = said.flat_map(|text| text.split(',')).collect();
    // Each proxy writes whom it heard behind what it was told, so only the end can be believed.
    for before in said.into_iter().rev() {
        if !proxies.iter().any(|range| range.contains(&address)) {
            break;
        }
        match before.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const LIMITED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

    fn budgets(most_addresses: usize) -> (Budgets<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit { every: Duration::from_secs(2), burst: NonZeroU32::new(3).unwrap() };
        (Budgets::with(limit, LIMITED, clock.clone(), most_addresses).unwrap(), clock)
    }

    fn told(spent: Spent) -> (u32, u32, bool) {
        (spent.left, spent.seconds, spent.refused.is_none())
    }

    #[test]
    fn a_burst_then_one_in_every_so_often_for_each() {
        let (budgets, clock) = budgets(10);
        let ask = |who: &str| told(budgets.of_credential(who));
        assert_eq!([ask("a"), ask("a"), ask("a")], [(2, 2, true), (1, 4, true), (0, 6, true)]);
        assert_eq!([ask("a"), ask("a")], [(0, 2, false); 2], "what is refused costs nothing");
        assert_eq!(ask("b"), (2, 2, true));
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(ask("a"), (0, 1, false));
        clock.advance(Duration::from_millis(500));
        assert_eq!(ask("a"), (0, 6, true));
        clock.advance(Duration::from_hours(1));
        assert_eq!(ask("a"), (2, 2, true));
    }

    #[test]
    fn addresses_beyond_the_most_share_a_bucket_until_others_have_rested() {
        let (budgets, clock) = budgets(10);
        let ask = |n: u8| told(budgets.of_address(Some(IpAddr::from([10, 0, 0, n])))).2;
        assert!((0..10).all(ask));
        assert!(ask(10) && ask(11) && ask(12));
        assert!(!ask(13) && !ask(14));
        assert_eq!(budgets.addresses.len(), 11);
        clock.advance(Duration::from_secs(60));
        assert!((15..25).all(ask));
        let of_v6 = |text: &str| told(budgets.of_address(Some(text.parse().unwrap()))).0;
        clock.advance(Duration::from_secs(60));
        assert_eq!([of_v6("2001:db8::1"), of_v6("2001:db8::2"), of_v6("2001:db8:0:1::1")], [2, 1, 2]);
    }

    #[test]
    fn only_the_operators_proxies_are_believed() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let check = |peer: &str, said: &[&'static str], expected: &str| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            let mut headers = HeaderMap::new();
            for said in said {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(said));
            }
            assert_eq!(address(&proxies, &headers, &extensions), Some(expected.parse().unwrap()), "{peer} {said:?}");
        };
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.2"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.9", "198.51.100.7"], "198.51.100.7");
        check("::ffff:10.0.0.1", &["nonsense"], "10.0.0.1");
        check("10.0.0.1", &["2001:db8::7"], "2001:db8::7");
    }
}

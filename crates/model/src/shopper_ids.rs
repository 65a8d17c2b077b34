//! Shopper ids and provisional session ids: a keyed permutation of store and counter, so that they look random, never
//! repeat over the server, and come out the same when a stream is read again.

use uuid::{Builder, Uuid};

use crate::{ShopperId, StoreId, VisitorSessionId};

const HALF_BITS: u32 = 25;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
const COUNTER_BITS: u32 = 30;
const SPAN: u64 = 900_000_000_000_000;
const FIRST: u64 = 100_000_000_000_000;

/// The id of the `counter`-th shopper of a store: 15 digits.
///
/// Distinct for stores below 2^19 and counters below 2^30; both wrap beyond, far past the life of a server.
pub fn shopper_id(key: u64, store: StoreId, counter: u64) -> ShopperId {
    let mut value = plain(store, counter);
    loop {
        value = permuted(key, value);
        if value < SPAN {
            return ShopperId((value + FIRST).to_string());
        }
    }
}

/// The provisional session of the `counter`-th shopper of a store.
pub fn visitor_session_id(key: u64, store: StoreId, counter: u64) -> VisitorSessionId {
    let value = plain(store, counter);
    let high = mixed(key ^ 0x5bd1_e995_9e37_79b9 ^ value);
    let low = mixed(high ^ value.rotate_left(32) ^ key);
    let random = Uuid::from_u64_pair(high, low).into_bytes();
    VisitorSessionId(Builder::from_random_bytes(random).into_uuid())
}

fn plain(store: StoreId, counter: u64) -> u64 {
    let store = store.0.unsigned_abs() & ((1 << 19) - 1);
    (store << COUNTER_BITS) | (counter & ((1 << COUNTER_BITS) - 1))
}

/// A Feistel network over 50 bits.
fn permuted(key: u64, value: u64) -> u64 {
    let (mut left, mut right) = (value >> HALF_BITS, value & HALF_MASK);
    for round in 0..6_u64 {
        let next =
            left ^ (mixed(right ^ key.rotate_left(7 * u32::try_from(round).unwrap_or(0)) ^ (round << 56)) & HALF_MASK);
        left = right;
        right = next;
    }
    (left << HALF_BITS) | right
}

/// The finaliser of splitmix64.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_have_fifteen_digits_and_never_repeat() {
        let mut seen = HashSet::new();
        for store in 1..20 {
            for counter in 0..2000 {
                let id = shopper_id(42, StoreId(store), counter);
                assert_eq!(id.as_str().len(), 15);
                assert!(seen.insert(id));
            }
        }
    }

    #[test]
    fn provisional_sessions_never_repeat() {
        let ids: HashSet<_> = (0..20_000).map(|counter| visitor_session_id(7, StoreId(3), counter)).collect();
        assert_eq!(ids.len(), 20_000);
    }

    #[test]
    fn another_key_gives_other_ids() {
        assert_ne!(shopper_id(1, StoreId(1), 1), shopper_id(2, StoreId(1), 1));
    }
}

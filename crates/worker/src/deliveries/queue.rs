//! What is in memory of one setting: claimed lanes, calls under way, and whether only failures came lately.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aisle_database::rows::deliveries::Head;
use aisle_database::rows::lanes::Claim;
use aisle_operations::webhooks::Endpoint;

use super::Limits;

/// This many failures without a success between them, and calls are made one at a time.
const FAILURES_TO_SLOW_DOWN: u32 = 5;
/// Opened secrets are read again after this, since one of them may have ended.
const FRESH: Duration = Duration::from_mins(1);

/// A claimed lane with the next message to send.
#[derive(Debug)]
pub(super) struct Lane {
    pub claim: Claim,
    pub head: Head,
}

/// A setting that can be called, as it was read.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub endpoint: Arc<Endpoint>,
    pub version: i64,
    /// Whether it had only failures when it was read.
    pub failing: bool,
    pub at: Instant,
}

impl Loaded {
    pub fn is_fresh(&self, version: i64) -> bool {
        self.version == version && self.at.elapsed() < FRESH
    }
}

/// One setting's share.
#[derive(Debug)]
pub(super) struct Queue {
    pub loaded: Loaded,
    pub waiting: VecDeque<Lane>,
    /// Claimed and not yet written down as released.
    pub in_hand: usize,
    pub under_way: usize,
    failures: u32,
}

impl Queue {
    pub fn new(loaded: Loaded) -> Self {
        let failures = if loaded.failing { FAILURES_TO_SLOW_DOWN } else { 0 };
        Self { loaded, waiting: VecDeque::new(), in_hand: 0, under_way: 0, failures }
    }

    /// How many more lanes may be claimed.
    pub fn room(&self, limits: &Limits) -> usize {
        let most = if self.only_fails() { 1 } else { limits.lanes_each };
        most.saturating_sub(self.in_hand)
    }

    /// The next lane to call, if another call may start.
    pub fn next_to_call(&mut self, limits: &Limits) -> Option<Lane> {
        let most = if self.only_fails() { 1 } else { limits.calls };
        if self.under_way >= most {
            return None;
        }
        let lane = self.waiting.pop_front()?;
        self.under_way += 1;
        Some(lane)
    }

    /// Notes how a call went; answers the lanes to give back, for when a setting begins to only fail its queue is not
    /// held any longer.
    pub fn note(&mut self, success: bool) -> VecDeque<Lane> {
        self.under_way = self.under_way.saturating_sub(1);
        if success {
            self.failures = 0;
            return VecDeque::new();
        }
        self.failures = self.failures.saturating_add(1);
        if self.only_fails() {
            return std::mem::take(&mut self.waiting);
        }
        VecDeque::new()
    }

    pub fn only_fails(&self) -> bool {
        self.failures >= FAILURES_TO_SLOW_DOWN
    }
}

//! Writing down what became of calls: deliveries, lanes, the log and the health of settings, all in one change.

use std::collections::BTreeMap;

use aisle_database::Connection;
use aisle_database::rows::attempts::{self, NewAttempt};
use aisle_database::rows::deliveries::{self, DeliveryState, Outcome};
use aisle_database::rows::lanes::{self, LaneProgress};
use aisle_model::{Moment, WebhookId};
use aisle_operations::{App, Failure, webhooks};

use super::calling::Called;
use super::schedule::Verdict;

/// Something to write down about a claimed lane.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub lane: i64,
    pub claimed_at: Moment,
    pub webhook: WebhookId,
    /// Absent when nothing was called.
    pub call: Option<SettledCall>,
    /// How many deliveries are settled beside the call's: those of a lane that counts some and holds none.
    pub leftovers: i64,
    /// When the lane is due next.
    pub due_at: Moment,
    /// Whether the claim ends.
    pub release: bool,
}

/// A call to be written down.
#[derive(Debug, Clone)]
pub(super) struct SettledCall {
    outcome: Outcome,
    attempt: NewAttempt,
    gone: bool,
}

impl Settled {
    /// A lane that is given back as it is.
    pub fn back(lane: i64, claimed_at: Moment, webhook: WebhookId, due_at: Moment) -> Self {
        Self { lane, claimed_at, webhook, call: None, leftovers: 0, due_at, release: true }
    }

    /// A lane without a delivery in it.
    pub fn hollow(lane: i64, claimed_at: Moment, all: i64) -> Self {
        Self { leftovers: all, ..Self::back(lane, claimed_at, WebhookId(0), claimed_at) }
    }

    /// A call, and whether the lane is done with for now.
    pub fn call(called: &Called, now: Moment, release: bool) -> Self {
        let state = match called.verdict {
            Verdict::Delivered => DeliveryState::Delivered,
            Verdict::Retry(_) => DeliveryState::Waiting,
            Verdict::GivenUp | Verdict::Gone => DeliveryState::Dead,
        };
        let due_at = match called.verdict {
            Verdict::Retry(at) => at,
            Verdict::Delivered | Verdict::GivenUp | Verdict::Gone => now,
        };
        let outcome = Outcome { delivery: called.lane.head.delivery, state, attempts: called.attempt.attempt };
        let gone = called.verdict == Verdict::Gone;
        Self {
            lane: called.lane.id,
            claimed_at: called.lane.claimed_at,
            webhook: called.lane.head.webhook,
            call: Some(SettledCall { outcome, attempt: called.attempt.clone(), gone }),
            leftovers: 0,
            due_at,
            release,
        }
    }

    fn settles(&self) -> i64 {
        let state = self.call.as_ref().map(|call| call.outcome.state);
        self.leftovers + i64::from(state.is_some_and(|state| state != DeliveryState::Waiting))
    }
}

/// Writes a batch. Answers whether something of its lanes can leave at once. What was taken over by another node is left
/// to that node; the calls are logged all the same, for they were made.
pub(super) async fn write(app: &App, batch: Vec<Settled>) -> Result<bool, Failure> {
    let this = app.clone();
    let change = app.database.change(move |c| {
        let (app, batch) = (this.clone(), batch.clone());
        Box::pin(async move { write_in(c, &app, &batch).await })
    });
    change.await
}

async fn write_in(c: &mut Connection, app: &App, batch: &[Settled]) -> Result<bool, Failure> {
    let now = app.clock.now();
    let progress = progress(batch);
    let left = lanes::settle(c, &app.node, &progress).await?;
    let ours = |one: &&Settled| left.iter().any(|lane| lane.lane == one.lane);
    let calls: Vec<&SettledCall> = batch.iter().filter_map(|one| one.call.as_ref()).collect();
    let outcomes: Vec<Outcome> =
        batch.iter().filter(ours).filter_map(|one| one.call.as_ref().map(|call| call.outcome.clone())).collect();
    deliveries::settle(c, &outcomes, now).await?;
    let attempts: Vec<NewAttempt> = calls.iter().map(|call| call.attempt.clone()).collect();
    attempts::insert(c, &attempts).await?;
    let noted: Vec<webhooks::Outcome<'_>> =
        attempts.iter().map(|call| webhooks::Outcome { call, success: call.delivered, is_question: false }).collect();
    let told = webhooks::note_calls(c, app, &noted).await?;
    for call in calls.iter().filter(|call| call.gone) {
        webhooks::receiver_gone(c, app, call.attempt.webhook, now).await?;
    }
    let released = |lane: i64| progress.iter().any(|one| one.lane == lane && one.release && one.due_at <= now);
    Ok(told || left.iter().any(|lane| lane.pending > 0 && released(lane.lane)))
}

/// One row per lane: what is later in the batch counts for the rest.
fn progress(batch: &[Settled]) -> Vec<LaneProgress> {
    let mut lanes: BTreeMap<i64, LaneProgress> = BTreeMap::new();
    for one in batch {
        let lane = lanes.entry(one.lane).or_insert(LaneProgress {
            lane: one.lane,
            claimed_at: one.claimed_at,
            settled: 0,
            due_at: one.due_at,
            release: false,
        });
        lane.settled += one.settles();
        lane.due_at = one.due_at;
        lane.release |= one.release;
    }
    lanes.into_values().collect()
}

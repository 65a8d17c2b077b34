//! Writing down what became of calls: deliveries, lanes, the log and the health of settings, all in one change.
//!
//! To write the same twice changes nothing, for the answer to a commit may be lost on its way.

use std::collections::{BTreeMap, HashSet};

use aisle_database::Connection;
use aisle_database::rows::attempts::{self, NewAttempt};
use aisle_database::rows::deliveries::{self, DeliveryState, Outcome};
use aisle_database::rows::lanes::{self, Claim, LaneProgress};
use aisle_model::{Moment, WebhookId};
use aisle_operations::{App, Failure, webhooks};

use super::calling::Called;
use super::schedule::Verdict;

/// Something to write down about a claimed lane.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub claim: Claim,
    pub webhook: WebhookId,
    /// Absent when nothing was called.
    pub call: Option<SettledCall>,
    /// How many deliveries are settled beside the call's: those of a lane that counts some and holds none.
    pub leftovers: i64,
    /// When the lane is due next; `None`: at once.
    pub due_at: Option<Moment>,
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

/// What writing a batch came to.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Whether something can leave at once.
    pub more: bool,
    /// What has to be written again, in its order: others were writing to its lanes.
    pub put_off: Vec<Settled>,
}

impl Settled {
    /// A lane that is given back as it is.
    pub fn back(claim: Claim, webhook: WebhookId) -> Self {
        Self { claim, webhook, call: None, leftovers: 0, due_at: None, release: true }
    }

    /// A lane without a delivery in it.
    pub fn hollow(claim: Claim, all: i64) -> Self {
        Self { leftovers: all, ..Self::back(claim, WebhookId(0)) }
    }

    /// A call, and whether the lane is done with for now.
    pub fn call(called: &Called, release: bool) -> Self {
        let state = match called.verdict {
            Verdict::Delivered => DeliveryState::Delivered,
            Verdict::Retry(_) => DeliveryState::Waiting,
            Verdict::GivenUp | Verdict::Gone => DeliveryState::Dead,
        };
        let due_at = match called.verdict {
            Verdict::Retry(at) => Some(at),
            Verdict::Delivered | Verdict::GivenUp | Verdict::Gone => None,
        };
        let outcome = Outcome { delivery: called.lane.head.delivery, state, attempts: called.attempt.attempt };
        let gone = called.verdict == Verdict::Gone;
        Self {
            claim: called.lane.claim,
            webhook: called.lane.head.webhook,
            call: Some(SettledCall { outcome, attempt: called.attempt.clone(), gone }),
            leftovers: 0,
            due_at,
            release,
        }
    }
}

/// Writes a batch. What was taken over by another node is left to that node; the calls are logged all the same, for they
/// were made.
pub(super) async fn write(app: &App, batch: Vec<Settled>) -> Result<Written, Failure> {
    let this = app.clone();
    let change = app.database.change(move |c| {
        let (app, batch) = (this.clone(), batch.clone());
        Box::pin(async move { write_in(c, &app, batch).await })
    });
    change.await
}

async fn write_in(c: &mut Connection, app: &App, batch: Vec<Settled>) -> Result<Written, Failure> {
    let now = app.clock.now();
    let claims: HashSet<Claim> = batch.iter().map(|one| one.claim).collect();
    let claims: Vec<Claim> = claims.into_iter().collect();
    let held: HashSet<i64> = lanes::hold(c, &app.node, &claims).await?.into_iter().collect();
    let missing: Vec<Claim> = claims.into_iter().filter(|claim| !held.contains(&claim.lane)).collect();
    let locked: HashSet<i64> = lanes::still_claimed(c, &app.node, &missing).await?.into_iter().collect();
    let (put_off, batch): (Vec<Settled>, Vec<Settled>) =
        batch.into_iter().partition(|one| locked.contains(&one.claim.lane));

    let calls: Vec<&SettledCall> = batch.iter().filter_map(|one| one.call.as_ref()).collect();
    let ours: Vec<Settled> = batch.iter().filter(|one| held.contains(&one.claim.lane)).cloned().collect();
    let outcomes: Vec<Outcome> = ours.iter().filter_map(|one| Some(one.call.as_ref()?.outcome.clone())).collect();
    let changed = deliveries::settle(c, &outcomes, now).await?;
    let mut settled: BTreeMap<i64, i64> = BTreeMap::new();
    for one in changed.iter().filter(|one| one.settled) {
        *settled.entry(one.lane).or_default() += 1;
    }
    let leaving = lanes::settle(c, &progress(&ours, &settled)).await?;

    let changed: HashSet<i64> = changed.iter().map(|one| one.delivery).collect();
    let news = news(c, &calls, &changed).await?;
    attempts::insert(c, &news).await?;
    let noted: Vec<webhooks::Outcome<'_>> =
        news.iter().map(|call| webhooks::Outcome { call, success: call.delivered, is_question: false }).collect();
    let told = webhooks::note_calls(c, app, &noted).await?;
    for call in calls.iter().filter(|call| call.gone) {
        webhooks::receiver_gone(c, app, call.attempt.webhook, now).await?;
    }
    Ok(Written { more: told || !leaving.is_empty(), put_off })
}

/// The calls that are not in the log. Of one whose outcome changed nothing, because its lane was taken over or because it
/// was written before, only the log can tell.
async fn news(c: &mut Connection, calls: &[&SettledCall], changed: &HashSet<i64>) -> Result<Vec<NewAttempt>, Failure> {
    let is_sure = |call: &&SettledCall| changed.contains(&call.outcome.delivery);
    let doubtful: Vec<&NewAttempt> =
        calls.iter().copied().filter(|call| !is_sure(call)).map(|call| &call.attempt).collect();
    let logged = attempts::logged(c, &doubtful).await?;
    let is_news = |call: &&SettledCall| is_sure(call) || !logged.contains(&call.attempt.log_key());
    Ok(calls.iter().copied().filter(is_news).map(|call| call.attempt.clone()).collect())
}

/// One row per lane: what is later in the batch counts for the rest.
fn progress(batch: &[Settled], settled: &BTreeMap<i64, i64>) -> Vec<LaneProgress> {
    let mut lanes: BTreeMap<i64, LaneProgress> = BTreeMap::new();
    for one in batch {
        let lane = one.claim.lane;
        let row = lanes.entry(lane).or_insert(LaneProgress {
            lane,
            settled: settled.get(&lane).copied().unwrap_or(0),
            due_at: one.due_at,
            release: false,
        });
        row.settled += one.leftovers;
        row.due_at = one.due_at;
        row.release |= one.release;
    }
    lanes.into_values().collect()
}

//! Sending messages again: the same bytes under the same `webhook-id`, behind whatever waits for the same session.
//!
//! A replay of many is queued in slices, so that nobody waits for it. A crash between two slices leaves the first ones
//! queued; asking again then sends some twice, which their name makes harmless.

use aisle_database::rows::deliveries::kept::{self, ReplayFilter, Replayable};
use aisle_database::rows::deliveries::{self, DeliveryState};
use aisle_model::{MessageId, Millis, WebhookId};

use super::settings::found;
use crate::{App, Caller, Failure, FieldFault, Refusal, notices};

/// Most messages in one replay.
const MOST: usize = 100_000;
/// Messages queued in one change.
const SLICE: usize = 200;
const KEPT: Millis = Millis(30 * 24 * 60 * 60 * 1000);

/// What to send again.
#[derive(Debug, Clone)]
pub enum Replay {
    /// These messages.
    Messages(Vec<MessageId>),
    /// Those that match.
    Matching(ReplayFilter),
}

/// What a replay came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// Messages that will be sent, those that waited anyway included.
    pub queued: usize,
    /// Questions and tests, which are not sent again.
    pub skipped: usize,
}

/// Queues messages of a setting again, oldest first.
pub async fn replay(app: &App, caller: &Caller, id: WebhookId, replay: Replay) -> Result<Replayed, Failure> {
    if let Replay::Matching(filter) = &replay {
        refuse_bad_period(app, filter)?;
    }
    let (found, skipped) = find(app, caller, id, replay).await?;
    let queued = found.len();
    let to_queue: Vec<Replayable> = found.into_iter().filter(|one| !one.is_waiting).collect();
    for slice in to_queue.chunks(SLICE) {
        queue(app, caller, id, slice.to_vec()).await?;
        notices::ring(app);
    }
    Ok(Replayed { queued, skipped })
}

fn refuse_bad_period(app: &App, filter: &ReplayFilter) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    if filter.from < app.clock.now().minus(KEPT) {
        faults.push(FieldFault::invalid("filter.from", "must be within the last 30 days"));
    }
    if filter.to <= filter.from {
        faults.push(FieldFault::invalid("filter.to", "must be later than \"filter.from\""));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

/// What is to be sent, and how many of the named messages are not.
async fn find(app: &App, caller: &Caller, id: WebhookId, replay: Replay) -> Result<(Vec<Replayable>, usize), Failure> {
    let retailer = caller.retailer;
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let setting = found(c, retailer, id).await?;
            if setting.kind.asks() {
                return Err(Refusal::conflict("Questions are not replayed").into());
            }
            if !setting.enabled {
                return Err(Refusal::conflict("Webhook is disabled").into());
            }
            let wanted = match replay {
                Replay::Matching(filter) => {
                    let most = i64::try_from(MOST + 1).map_err(Failure::broken)?;
                    let found = kept::matching(c, retailer, id, &filter, most).await?;
                    refuse_too_many(found.len())?;
                    return Ok((found, 0));
                }
                Replay::Messages(wanted) => wanted,
            };
            let found = kept::named(c, id, &wanted).await?;
            let missing = |one: &&MessageId| !found.iter().any(|other| other.message == **one);
            let missing: Vec<MessageId> = wanted.iter().filter(missing).cloned().collect();
            let asked = if missing.is_empty() { Vec::new() } else { kept::asked(c, id, &missing).await? };
            refuse_unknown(&wanted, &missing, &asked)?;
            Ok((found, asked.len()))
        })
    });
    read.await
}

fn refuse_too_many(found: usize) -> Result<(), Refusal> {
    if found <= MOST {
        return Ok(());
    }
    Err(Refusal::Invalid(vec![FieldFault {
        field: "filter".to_owned(),
        rule: "number.max",
        text: format!("matches more than {MOST} messages"),
    }]))
}

fn refuse_unknown(wanted: &[MessageId], missing: &[MessageId], asked: &[MessageId]) -> Result<(), Refusal> {
    let is_unknown = |one: &MessageId| missing.contains(one) && !asked.contains(one);
    let faults: Vec<FieldFault> = wanted
        .iter()
        .enumerate()
        .filter(|(_, one)| is_unknown(one))
        .map(|(place, _)| FieldFault::invalid(format!("messageIds[{place}]"), "is no message of this webhook"))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

async fn queue(app: &App, caller: &Caller, id: WebhookId, slice: Vec<Replayable>) -> Result<(), Failure> {
    let retailer = caller.retailer;
    let change = app.database.change(move |c| {
        let slice = slice.clone();
        Box::pin(async move {
            if !found(c, retailer, id).await?.enabled {
                return Err(Refusal::conflict("Webhook is disabled").into());
            }
            for one in &slice {
                deliveries::enqueue(c, id, &one.order_key, one.row, "replay").await?;
            }
            Ok::<_, Failure>(())
        })
    });
    change.await
}

/// The filter's names of what became of a message.
pub fn replayed_state(name: &str) -> Option<DeliveryState> {
    match name {
        "givenUp" => Some(DeliveryState::Dead),
        "delivered" => Some(DeliveryState::Delivered),
        _ => None,
    }
}

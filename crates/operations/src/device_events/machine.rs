//! Events that a vendor's machines put under their own names, cancels included.

use aisle_database::Connection;
use aisle_database::rows::device_events::{self, DeviceEvent, DeviceEventKind, DispensedProduct};
use aisle_model::{EventId, Moment, StoreId};
use serde_json::Value;

use super::faults::refuse_faults;
use super::other_values;
use crate::{App, Caller, Failure, Refusal, stores};

/// The whole truth about an event, as its machine says it now.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineEvent {
    /// Made by the machine once.
    pub id: EventId,
    /// The machine.
    pub source: String,
    /// Store clock.
    pub happened_at: Moment,
    /// Whether it is taken back.
    pub is_cancelled: bool,
    /// What it gave out; a cancel need not say it.
    pub products: Vec<DispensedProduct>,
    /// The vendor's own.
    pub metadata: Option<Value>,
}

/// Confirms what the server holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineReceipt {
    /// As sent.
    pub id: EventId,
    /// As sent.
    pub source: String,
    /// Whether it is cancelled, by this call or before.
    pub is_cancelled: bool,
}

/// Keeps an event of the machines that the token speaks for.
pub async fn put_machine_event(app: &App, caller: &Caller, new: MachineEvent) -> Result<MachineReceipt, Failure> {
    let Some(store) = caller.store else {
        return Err(Refusal::Forbidden("This token speaks for no store".to_owned()).into());
    };
    let (here, who) = (app.clone(), caller.clone());
    let kept = app.database.change(move |c| {
        let (app, caller, new) = (here.clone(), who.clone(), new.clone());
        Box::pin(async move {
            let store = stores::found_in(c, caller.retailer, store).await?;
            let now = store.now(app.clock.now());
            if let Some(known) = device_events::lock(c, store.id, new.id).await? {
                return merge(c, store.id, &caller, known, new, now).await;
            }
            refuse_faults(new.happened_at, now, new.metadata.as_ref())?;
            if device_events::insert(c, store.id, &first(&caller, &new, now)).await? {
                return Ok(receipt(&new, new.is_cancelled));
            }
            let known = device_events::lock(c, store.id, new.id).await?;
            let known = known.ok_or_else(|| Failure::broken("a known event is gone"))?;
            merge(c, store.id, &caller, known, new, now).await
        })
    });
    kept.await
}

fn first(caller: &Caller, new: &MachineEvent, now: Moment) -> DeviceEvent {
    DeviceEvent {
        id: new.id,
        kind: DeviceEventKind::Machine,
        source: new.source.clone(),
        vendor: caller.vendor.clone(),
        happened_at: new.happened_at,
        products: if new.is_cancelled { Vec::new() } else { new.products.clone() },
        metadata: new.metadata.clone(),
        shopper: None,
        received_at: now,
        cancelled_at: new.is_cancelled.then_some(now),
    }
}

/// A cancel of what is known, the event behind its cancel, or a repeat.
async fn merge(
    c: &mut Connection,
    store: StoreId,
    caller: &Caller,
    mut known: DeviceEvent,
    new: MachineEvent,
    now: Moment,
) -> Result<MachineReceipt, Failure> {
    let is_own = known.kind == DeviceEventKind::Machine && known.vendor == caller.vendor && known.source == new.source;
    if !is_own {
        return Err(other_values().into());
    }
    let came_cancelled = known.products.is_empty();
    if new.is_cancelled {
        if known.cancelled_at.is_none() {
            known.cancelled_at = Some(now);
            device_events::save(c, store, &known).await?;
        }
    } else if came_cancelled {
        refuse_faults(new.happened_at, now, new.metadata.as_ref())?;
        (known.happened_at, known.products) = (new.happened_at, new.products.clone());
        known.metadata = new.metadata.clone().or(known.metadata);
        device_events::save(c, store, &known).await?;
    } else if (&known.products, known.happened_at) != (&new.products, new.happened_at) {
        return Err(other_values().into());
    }
    Ok(receipt(&new, known.cancelled_at.is_some()))
}

fn receipt(new: &MachineEvent, is_cancelled: bool) -> MachineReceipt {
    MachineReceipt { id: new.id, source: new.source.clone(), is_cancelled }
}

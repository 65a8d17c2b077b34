//! Events of third-party devices and hand-offs that a retailer's program reports.

use aisle_database::rows::device_events::{self, DeviceEvent, DeviceEventKind, DispensedProduct};
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::{ApiKeyId, ApplicationId, EventId, Moment, RetailerId, ShopperId, StoreId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::faults::refuse_faults;
use super::other_values;
use crate::{App, Caller, Failure, Refusal, stores};

/// Where products came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reporter {
    /// A third-party device, by its own id.
    Device(String),
    /// Somebody's hands, into those of this shopper.
    Handoff(ShopperId),
}

/// Products that left a device or a hand.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDeviceEvent {
    /// Made by the caller; the key against double counting.
    pub id: EventId,
    /// From where.
    pub from: Reporter,
    /// Store clock.
    pub happened_at: Moment,
    /// What.
    pub products: Vec<DispensedProduct>,
    /// The caller's own.
    pub metadata: Option<Value>,
}

/// Confirms that an event is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// As sent.
    pub id: EventId,
    /// The device; for a hand-off the client id or key prefix of who first reported it.
    pub source: String,
}

/// Keeps an event.
pub async fn report(app: &App, caller: &Caller, store: StoreId, new: NewDeviceEvent) -> Result<Receipt, Failure> {
    let (here, who) = (app.clone(), caller.clone());
    let kept = app.change_once(caller, move |c| {
        let (app, caller, new) = (here.clone(), who.clone(), new.clone());
        Box::pin(async move {
            let store = stores::found_in(c, caller.retailer, store).await?;
            if let Some(known) = device_events::lock(c, store.id, new.id).await? {
                return same(known, &new);
            }
            let now = store.now(app.clock.now());
            refuse_faults(new.happened_at, now, new.metadata.as_ref())?;
            let event = event_of(c, &caller, &store, &new, now).await?;
            if device_events::insert(c, store.id, &event).await? {
                return Ok(Receipt { id: event.id, source: event.source });
            }
            let known = device_events::lock(c, store.id, new.id).await?;
            same(known.ok_or_else(|| Failure::broken("a known event is gone"))?, &new)
        })
    });
    kept.await
}

/// The same answer for the same event.
fn same(known: DeviceEvent, new: &NewDeviceEvent) -> Result<Receipt, Failure> {
    let from = match (known.kind, &known.shopper) {
        (DeviceEventKind::Device, _) => Some(Reporter::Device(known.source.clone())),
        (DeviceEventKind::Handoff, Some(shopper)) => Some(Reporter::Handoff(shopper.clone())),
        _ => None,
    };
    let is_same = from.as_ref() == Some(&new.from)
        && known.happened_at == new.happened_at
        && known.products == new.products
        && known.metadata == new.metadata;
    if !is_same {
        return Err(other_values().into());
    }
    Ok(Receipt { id: known.id, source: known.source })
}

async fn event_of(
    c: &mut Connection,
    caller: &Caller,
    store: &Store,
    new: &NewDeviceEvent,
    now: Moment,
) -> Result<DeviceEvent, Failure> {
    let (kind, source, shopper) = match &new.from {
        Reporter::Device(device) => (DeviceEventKind::Device, device.clone(), None),
        Reporter::Handoff(shopper) => {
            judge_shopper(c, store.id, shopper).await?;
            (DeviceEventKind::Handoff, name_of(c, caller).await?, Some(shopper.clone()))
        }
    };
    Ok(DeviceEvent {
        id: new.id,
        kind,
        source,
        vendor: None,
        happened_at: new.happened_at,
        products: new.products.clone(),
        metadata: new.metadata.clone(),
        shopper,
        received_at: now,
        cancelled_at: None,
    })
}

/// Somebody must be known, and what the trip costs still open.
async fn judge_shopper(c: &mut Connection, store: StoreId, id: &ShopperId) -> Result<(), Failure> {
    let shopper = rows::shoppers::find(c, store, id).await?;
    let shopper = shopper.ok_or_else(|| Refusal::invalid("shopperId", "names no shopper of the store"))?;
    let Some(session) = shopper.session else {
        return Ok(());
    };
    if device_events::trip_is_final(c, session).await? {
        return Err(Refusal::conflict("Trip is already final").into());
    }
    Ok(())
}

/// The client id of an application or the prefix of a key.
async fn name_of(c: &mut Connection, caller: &Caller) -> Result<String, Failure> {
    let retailer: RetailerId = caller.retailer;
    let named = match caller.credential.split_once(':') {
        Some(("app", id)) => {
            let id = ApplicationId(id.parse().map_err(Failure::broken)?);
            rows::applications::find(c, retailer, id).await?.map(|application| application.client_id)
        }
        Some(("key", id)) => {
            let id = ApiKeyId(id.parse().map_err(Failure::broken)?);
            rows::api_keys::find(c, retailer, id).await?.map(|key| key.prefix)
        }
        _ => None,
    };
    Ok(named.unwrap_or_else(|| caller.credential.clone()))
}

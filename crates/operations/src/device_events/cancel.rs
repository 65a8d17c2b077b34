//! Takes back what a device reported.

use aisle_database::rows::device_events::{self, DeviceEvent, DeviceEventKind};
use aisle_model::{EventId, StoreId};

use crate::{App, Caller, Failure, Refusal, stores};

/// Cancels an event of a device, whoever reported it; a second time it changes nothing.
pub async fn cancel(app: &App, caller: &Caller, store: StoreId, device: String, id: EventId) -> Result<(), Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let cancelled = app.database.change(move |c| {
        let (app, device) = (here.clone(), device.clone());
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            let known = device_events::lock(c, store.id, id).await?;
            let is_meant = |event: &DeviceEvent| event.kind != DeviceEventKind::Handoff && event.source == device;
            let mut event = known.filter(is_meant).ok_or(Refusal::NotFound("Event"))?;
            if event.cancelled_at.is_none() {
                event.cancelled_at = Some(store.now(app.clock.now()));
                device_events::save(c, store.id, &event).await?;
            }
            Ok::<_, Failure>(())
        })
    });
    cancelled.await
}

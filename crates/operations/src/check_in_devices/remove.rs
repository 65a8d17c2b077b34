//! Removes a device.

use aisle_database::rows;
use aisle_model::{CheckInDeviceId, StoreId};

use super::device_in;
use crate::{App, Caller, Failure, Refusal, plan, stores};

/// Removes a device that waits for nobody. Its id is never used again.
pub async fn delete(app: &App, caller: &Caller, store: StoreId, id: CheckInDeviceId) -> Result<(), Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let deleted = app.database.change(move |c| {
        let app = here.clone();
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            device_in(c, store.id, id).await?;
            if rows::check_in_devices::waits_for_people(c, retailer, id).await? {
                return Err(Refusal::conflict("Check-in device waits for people").into());
            }
            rows::check_in_devices::delete(c, id).await?;
            plan::republish(c, &app, &store).await?;
            Ok::<_, Failure>(())
        })
    });
    deleted.await?;
    plan::wake(app);
    Ok(())
}

//! Sets the clock of a store, so that simulated and replayed days run faster than life without breaking a rule.

use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_model::access::Scope;
use aisle_model::store::DeploymentStatus;
use aisle_model::{Moment, StoreClock, StoreId};

use super::locked_in;
use crate::{App, Caller, Failure, Refusal, plan};

/// Lets the clock of a store show `at` now and run at `rate` store seconds per wall second. Only a Development token with the
/// right to simulate may, and only for a store that is not LIVE: the flag alone is no right, for whoever may make
/// applications can set it.
pub async fn set_clock(app: &App, caller: &Caller, id: StoreId, at: Moment, rate: f64) -> Result<Store, Failure> {
    if !caller.development || !caller.may(Scope::Simulation) {
        let message = "Only a Development token with the scope simulation may set a clock";
        return Err(Refusal::Forbidden(message.to_owned()).into());
    }
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.change_once(caller, move |c| {
        let app = here.clone();
        Box::pin(async move {
            let mut store = locked_in(c, retailer, id).await?;
            if store.deployment_status == DeploymentStatus::Live {
                return Err(Refusal::conflict("Store is live").into());
            }
            let now = app.clock.now();
            store.clock = Some(StoreClock { set_at: now, showed: at, rate });
            rows::stores::save(c, &store, now).await?;
            store.version += 1;
            store.updated_at = now;
            plan::announce(c, &app, &store).await?;
            Ok(store)
        })
    });
    let changed = changed.await?;
    plan::wake(app);
    Ok(changed)
}

//! Deletes a zone. Everybody inside leaves it, because the plan that follows in the stream does not have it.

use aisle_database::{Connection, rows};
use aisle_model::{StoreId, ZoneId};

use super::change::refuse_used;
use super::{device_at, zone_in};
use crate::{App, Caller, Failure, Refusal, plan, stores};

/// Deletes a zone that no device and no machine uses; gates forget it.
pub async fn delete(app: &App, caller: &Caller, store: StoreId, id: ZoneId) -> Result<(), Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let deleted = app.database.change(move |c| {
        let (app, id) = (here.clone(), id.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            zone_in(c, store.id, &id).await?;
            refuse_used(device_at(c, store.id, &id).await?)?;
            forget_in_map(c, store.id, &id).await?;
            rows::zones::delete(c, store.id, &id, app.clock.now()).await?;
            plan::republish(c, &app, &store).await?;
            Ok::<_, Failure>(())
        })
    });
    deleted.await?;
    plan::wake(app);
    Ok(())
}

async fn forget_in_map(c: &mut Connection, store: StoreId, id: &ZoneId) -> Result<(), Failure> {
    let mut map = rows::layouts::find(c, store).await?;
    let user = map.machines.iter().find(|machine| machine.zone_id.as_ref() == Some(id));
    if let Some(machine) = user {
        let message = format!("Zone is used by machine {}", machine.source_id);
        return Err(Refusal::conflict(message).into());
    }
    let mut is_named = false;
    for gate in map.gates.iter_mut().filter(|gate| gate.entry_zone_id.as_ref() == Some(id)) {
        gate.entry_zone_id = None;
        is_named = true;
    }
    if is_named {
        rows::layouts::replace(c, store, &map).await?;
    }
    Ok(())
}

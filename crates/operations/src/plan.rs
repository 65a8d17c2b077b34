//! The floor plan of a store: everything of its configuration that changes what the engine concludes.
//!
//! Promises: a change that alters the map, a zone, a device, a threshold or the status puts the whole new plan into the
//! stream in the same transaction, so the engine never works with half of an edit. Whoever edits holds the lock of the
//! store ([`rows::stores::lock`]), so the last plan in the stream is the one of the rows.

use aisle_database::rows::check_in_devices::CheckInDevice;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::entry::ServerEntry;
use aisle_model::floor_map::{FloorPlan, PlannedDevice};

use crate::commands::{self, Command};
use crate::{App, Failure, stream};

/// The plan that the rows say, in force from now on by the store's clock.
pub async fn current(c: &mut Connection, app: &App, store: &Store) -> Result<FloorPlan, Failure> {
    let map = rows::layouts::find(c, store.id).await?;
    let zones = rows::zones::list(c, store.id).await?;
    let devices = rows::check_in_devices::list(c, store.id).await?;
    Ok(FloorPlan {
        version: store.layout_version,
        at: store.now(app.clock.now()),
        shopper_key: app.keys.shoppers(),
        store: store.id,
        gates: map.gates,
        zones: zones.into_iter().map(|stored| stored.zone).collect(),
        devices: devices.into_iter().map(planned).collect(),
        status: store.status,
        deployment: store.deployment_status,
        settings: store.thresholds()?.floor,
    })
}

/// After an edit of the map, a zone or a device: counts the version up, puts the plan into the stream and tells the
/// devices to fetch the map. `store` must be the locked row. Answers the new version. Ring [`wake`] after the commit.
pub async fn republish(c: &mut Connection, app: &App, store: &Store) -> Result<i64, Failure> {
    let version = rows::layouts::next_version(c, store.id, app.clock.now()).await?;
    let store = Store { layout_version: version, ..store.clone() };
    announce(c, app, &store).await?;
    commands::issue(c, app, &store, &Command::LayoutChanged { version }).await?;
    Ok(version)
}

/// After an edit of the thresholds, the clock or the status: puts the plan into the stream; the map keeps its version.
pub async fn announce(c: &mut Connection, app: &App, store: &Store) -> Result<(), Failure> {
    let plan = current(c, app, store).await?;
    let entry = ServerEntry::Planned(Box::new(plan));
    stream::append_server(c, app, store, &[entry]).await?;
    Ok(())
}

/// Wakes those who wait for what an edit wrote. For after the commit.
pub fn wake(app: &App) {
    app.nudges.streams().notify_waiters();
    app.nudges.commands().notify_waiters();
}

fn planned(device: CheckInDevice) -> PlannedDevice {
    PlannedDevice {
        id: device.id,
        kind: device.fields.kind,
        gate: device.fields.gate,
        zone: device.fields.scanning_zone,
        position: device.fields.position,
    }
}

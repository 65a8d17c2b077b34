//! Takes the events of a request, batch by batch.

use std::collections::BTreeSet;

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::event::EventKind;
use aisle_model::settings::StoreSettings;
use aisle_model::store::DeploymentStatus;
use aisle_model::{CheckInDeviceId, GateId, Millis, Moment, StoreId};

use super::commit::Batch;
use super::incoming::{Appended, Decision, Incoming};
use super::intake::Connected;
use super::judge::judge_moment;
use crate::{App, Caller, Failure, Refusal};

/// A view of the store older than this is read again before a batch is judged by it.
const VIEW_LASTS: Millis = Millis(1000);

/// One producer's request: what it needs to know of its store.
pub struct Ingest {
    view: View,
    _connected: Connected,
}

struct View {
    store: Store,
    settings: StoreSettings,
    gates: BTreeSet<GateId>,
    devices: BTreeSet<CheckInDeviceId>,
    /// Wall time.
    read_at: Moment,
}

impl Ingest {
    /// Opens a connection. Busy when the store has too many.
    pub async fn open(app: &App, caller: &Caller, store: StoreId) -> Result<Self, Failure> {
        super::store_of(app, caller, store).await?;
        let connected = app
            .intake
            .connect(store)
            .ok_or_else(|| Failure::Busy("the store has too many open event connections".to_owned()))?;
        Ok(Self { view: View::read(app, store).await?, _connected: connected })
    }

    /// The store's clock.
    pub fn now(&self, app: &App) -> Moment {
        self.view.store.now(app.clock.now())
    }

    /// Looks whether events may still be sent: a conflict means that the store was decommissioned meanwhile.
    pub async fn look_again(&mut self, app: &App) -> Result<(), Failure> {
        self.view = View::read(app, self.view.store.id).await?;
        Ok(())
    }

    /// Puts a batch into the log; each event is decided for itself. What is accepted is durable when this returns.
    ///
    /// A conflict means that the store was decommissioned meanwhile.
    pub async fn append(&mut self, app: &App, events: Vec<Incoming>) -> Result<Appended, Failure> {
        let wall = app.clock.now();
        let names_unknown = events.iter().any(|event| self.view.unknown(event).is_some());
        if names_unknown || wall.is_at_least_after(self.view.read_at, VIEW_LASTS) {
            self.view = View::read(app, self.view.store.id).await?;
        }
        let now = self.view.store.now(wall);
        let mut decisions: Vec<Option<Decision>> = Vec::with_capacity(events.len());
        let mut good = Vec::with_capacity(events.len());
        for event in events {
            let refused = self.view.refuses(&event, now);
            if refused.is_none() {
                good.push(event);
            }
            decisions.push(refused);
        }
        let batch = Batch {
            store: self.view.store.id,
            received_at: now,
            appearance_life: Millis(self.view.settings.retention.appearance_minutes * 60_000),
            bytes: good.iter().map(|event| event.bytes).sum(),
            events: good,
        };
        let mut appended = app.intake.commit(app, batch).await?;
        let mut of_good = std::mem::take(&mut appended.decisions).into_iter();
        appended.decisions = decisions.into_iter().filter_map(|refused| refused.or_else(|| of_good.next())).collect();
        Ok(appended)
    }
}

impl View {
    async fn read(app: &App, store: StoreId) -> Result<Self, Failure> {
        let read_at = app.clock.now();
        let read = app.database.read(move |c| Box::pin(async move { Self::of_rows(c, store, read_at).await }));
        read.await
    }

    async fn of_rows(c: &mut Connection, id: StoreId, read_at: Moment) -> Result<Self, Failure> {
        let store = rows::stores::find_any(c, id).await?;
        let store = store.ok_or(Refusal::NotFound("Store"))?;
        if store.deployment_status == DeploymentStatus::Decommissioned {
            return Err(Refusal::conflict("Store is decommissioned").into());
        }
        let map = rows::layouts::find(c, id).await?;
        let devices = rows::check_in_devices::list(c, id).await?;
        Ok(Self {
            settings: store.thresholds()?,
            gates: map.gates.iter().map(|gate| gate.id).collect(),
            devices: devices.iter().map(|device| device.id).collect(),
            store,
            read_at,
        })
    }

    fn refuses(&self, incoming: &Incoming, now: Moment) -> Option<Decision> {
        let perception = &self.settings.floor.perception;
        let retention = &self.settings.retention;
        if let Some(field) = self.unknown(incoming) {
            return Some(Decision::Unknown { field });
        }
        judge_moment(&incoming.event, now, perception, retention).map(Decision::Refused)
    }

    /// The field that names a gate or a device which the store does not have.
    fn unknown(&self, incoming: &Incoming) -> Option<&'static str> {
        match &incoming.event.body {
            EventKind::GateCrossed(crossed) => (!self.gates.contains(&crossed.gate_id)).then_some("gateId"),
            EventKind::CodeScanned(scan) => (!self.devices.contains(&scan.device)).then_some("checkInDeviceId"),
            EventKind::TrackAppeared(appeared) => {
                appeared.gate_id.is_some_and(|gate| !self.gates.contains(&gate)).then_some("gateId")
            }
            _ => None,
        }
    }
}

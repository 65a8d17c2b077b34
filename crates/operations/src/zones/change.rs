//! Changes a zone.

use aisle_database::rows;
use aisle_database::rows::zones::StoredZone;
use aisle_model::floor_map::{FloorPoint, Zone, ZoneLabel, ZoneThresholds};
use aisle_model::{StoreId, ZoneId};

use super::faults::{at_least_none, label_faults, polygon_faults, rounded};
use super::{device_at, zone_in};
use crate::patch::Patch;
use crate::{App, Caller, Failure, Refusal, plan, stores};

/// What is to change; what is not named keeps its value.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's ZoneUpdate")]
pub struct ZoneEdit {
    pub name: Option<String>,
    pub labels: Option<Vec<ZoneLabel>>,
    pub polygon: Option<Vec<FloorPoint>>,
    pub thresholds: ThresholdsEdit,
}

/// Overrides to change.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's ZoneThresholds")]
pub struct ThresholdsEdit {
    pub enter_margin_m: Patch<f64>,
    pub leave_margin_m: Patch<f64>,
    pub enter_dwell_ms: Patch<i64>,
    pub leave_dwell_ms: Patch<i64>,
}

/// Changes a zone of a store of the caller's retailer.
pub async fn update(
    app: &App,
    caller: &Caller,
    store: StoreId,
    id: ZoneId,
    edit: ZoneEdit,
) -> Result<StoredZone, Failure> {
    let polygon = edit.polygon.as_deref().and_then(polygon_faults);
    let labels = edit.labels.as_deref().and_then(label_faults);
    let faults: Vec<_> = labels.into_iter().chain(polygon).collect();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let (app, id, edit) = (here.clone(), id.clone(), edit.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            let before = zone_in(c, store.id, &id).await?;
            let zone = edit.applied_to(before.zone.clone());
            if zone == before.zone {
                return Ok(before);
            }
            let scans = |zone: &Zone| zone.labels.contains(&ZoneLabel::Scanning);
            if scans(&before.zone) && !scans(&zone) {
                refuse_used(device_at(c, store.id, &id).await?)?;
            }
            let now = app.clock.now();
            rows::zones::save(c, store.id, &zone, now).await?;
            plan::republish(c, &app, &store).await?;
            Ok::<_, Failure>(StoredZone { zone, updated_at: now, ..before })
        })
    });
    let changed = changed.await?;
    plan::wake(app);
    Ok(changed)
}

pub(super) fn refuse_used(by: Option<aisle_model::CheckInDeviceId>) -> Result<(), Refusal> {
    by.map_or(Ok(()), |device| {
        let message = format!("Zone is used by check-in device {device}");
        Err(Refusal::conflict(message))
    })
}

impl ZoneEdit {
    fn applied_to(self, zone: Zone) -> Zone {
        Zone {
            id: zone.id,
            name: self.name.unwrap_or(zone.name),
            labels: self.labels.map_or(zone.labels, at_least_none),
            polygon: self.polygon.map_or(zone.polygon, rounded),
            thresholds: self.thresholds.applied_to(zone.thresholds),
        }
    }
}

impl ThresholdsEdit {
    /// What results on top of other overrides.
    pub fn applied_to(self, mut thresholds: ZoneThresholds) -> ZoneThresholds {
        self.enter_margin_m.apply(&mut thresholds.enter_margin_m);
        self.leave_margin_m.apply(&mut thresholds.leave_margin_m);
        self.enter_dwell_ms.apply(&mut thresholds.enter_dwell_ms);
        self.leave_dwell_ms.apply(&mut thresholds.leave_dwell_ms);
        thresholds
    }
}

//! Adds a device, or changes one.

use aisle_database::rows::check_in_devices::{CheckInDevice, DeviceFields};
use aisle_database::{Connection, rows};
use aisle_model::floor_map::{DeviceKind, DeviceOwnership, DevicePurpose, FloorPoint, Gate, ZoneLabel};
use aisle_model::{CheckInDeviceId, GateId, StoreId, ZoneId};

use super::device_in;
use crate::layout::replace::round_point;
use crate::patch::Patch;
use crate::{App, Caller, Failure, FieldFault, Refusal, plan, stores};

/// What is to change; what is not named keeps its value.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's CheckInDeviceUpdate")]
pub struct DeviceEdit {
    pub name: Option<String>,
    pub kind: Option<DeviceKind>,
    pub ownership: Option<DeviceOwnership>,
    pub purpose: Option<DevicePurpose>,
    pub gate: Patch<GateId>,
    pub scanning_zone: Patch<ZoneId>,
    pub position: Patch<FloorPoint>,
    pub opens_gate: Option<bool>,
    pub enabled: Option<bool>,
}

/// Adds a device to a store of the caller's retailer.
pub async fn create(app: &App, caller: &Caller, store: StoreId, new: DeviceFields) -> Result<CheckInDevice, Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let made = app.change_once(caller, move |c| {
        let (app, new) = (here.clone(), rounded(new.clone()));
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            refuse_misplaced(c, store.id, &new).await?;
            let made = rows::check_in_devices::insert(c, store.id, &new, app.clock.now()).await?;
            plan::republish(c, &app, &store).await?;
            Ok(made)
        })
    });
    let made = made.await?;
    plan::wake(app);
    Ok(made)
}

/// Changes a device; the result must be a legal one of its kind.
pub async fn update(
    app: &App,
    caller: &Caller,
    store: StoreId,
    id: CheckInDeviceId,
    edit: DeviceEdit,
) -> Result<CheckInDevice, Failure> {
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let (app, edit) = (here.clone(), edit.clone());
        Box::pin(async move {
            let store = stores::locked_in(c, retailer, store).await?;
            let before = device_in(c, store.id, id).await?;
            let fields = rounded(edit.applied_to(before.fields.clone()));
            if fields == before.fields {
                return Ok(before);
            }
            refuse_misplaced(c, store.id, &fields).await?;
            let saved = rows::check_in_devices::save(c, id, &fields, app.clock.now()).await?;
            plan::republish(c, &app, &store).await?;
            Ok::<_, Failure>(saved.ok_or(Refusal::NotFound("Check-in device"))?)
        })
    });
    let changed = changed.await?;
    plan::wake(app);
    Ok(changed)
}

impl DeviceEdit {
    fn applied_to(self, mut fields: DeviceFields) -> DeviceFields {
        self.gate.apply(&mut fields.gate);
        self.scanning_zone.apply(&mut fields.scanning_zone);
        self.position.apply(&mut fields.position);
        DeviceFields {
            name: self.name.unwrap_or(fields.name),
            kind: self.kind.unwrap_or(fields.kind),
            ownership: self.ownership.unwrap_or(fields.ownership),
            purpose: self.purpose.unwrap_or(fields.purpose),
            opens_gate: self.opens_gate.unwrap_or(fields.opens_gate),
            enabled: self.enabled.unwrap_or(fields.enabled),
            ..fields
        }
    }
}

fn rounded(fields: DeviceFields) -> DeviceFields {
    DeviceFields { position: fields.position.map(round_point), ..fields }
}

/// The place that its kind needs must be named, and whatever is named must be there.
async fn refuse_misplaced(c: &mut Connection, store: StoreId, fields: &DeviceFields) -> Result<(), Failure> {
    let gates = rows::layouts::find(c, store).await?.gates;
    let zone = match &fields.scanning_zone {
        Some(id) => rows::zones::find(c, store, id).await?,
        None => None,
    };
    let labels = zone.map(|stored| stored.zone.labels);
    let faults: Vec<_> = gate_fault(fields, &gates).into_iter().chain(zone_fault(fields, labels.as_deref())).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(faults).into())
}

fn gate_fault(fields: &DeviceFields, gates: &[Gate]) -> Option<FieldFault> {
    match fields.gate {
        None if fields.kind == DeviceKind::External => Some(missing("gateId", "is required for an external device")),
        Some(id) if !gates.iter().any(|gate| gate.id == id) => {
            Some(FieldFault::invalid("gateId", "names no gate of the store"))
        }
        _ => None,
    }
}

fn zone_fault(fields: &DeviceFields, labels: Option<&[ZoneLabel]>) -> Option<FieldFault> {
    if fields.scanning_zone.is_none() {
        let text = "is required for an internal device";
        let is_needed = fields.kind == DeviceKind::Internal;
        return is_needed.then(|| missing("scanningZoneId", text));
    }
    let text = match labels {
        None => "names no zone of the store",
        Some(labels) if !labels.contains(&ZoneLabel::Scanning) => "names a zone without the label scanning",
        Some(_) => return None,
    };
    Some(FieldFault::invalid("scanningZoneId", text))
}

fn missing(field: &str, text: &str) -> FieldFault {
    FieldFault { field: field.to_owned(), rule: "any.required", text: text.to_owned() }
}

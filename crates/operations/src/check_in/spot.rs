//! The place where a code is presented, and whether a check can be made there at all.

use aisle_database::rows::check_in_devices::CheckInDevice;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::entry::CheckInPlace;
use aisle_model::floor_map::{DeviceKind, GateKind};
use aisle_model::store::DeploymentStatus;
use aisle_model::{CheckInDeviceId, GateId, StoreId};

use super::{At, Presented};
use crate::{Failure, Refusal};

/// Where a check-in happens.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The store.
    pub store: Store,
    /// Where its people will come from.
    pub place: CheckInPlace,
    /// The device that webhooks name and that is told the verdict.
    pub device: Option<CheckInDeviceId>,
    /// The gate to open for its people, if it can be opened by us.
    pub opens: Option<GateId>,
}

impl Spot {
    /// The same place in the store as it is now.
    pub fn at(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }
}

/// The spot of a presented code.
///
/// # Errors
/// 404 where there is no such place for this retailer, 409 where codes are not examined.
pub(super) async fn find(c: &mut Connection, presented: &Presented) -> Result<Spot, Failure> {
    let store = rows::stores::find(c, presented.retailer, presented.store).await?.ok_or(Refusal::NotFound("Store"))?;
    let spot = match presented.at {
        At::Device(id) => at_device(c, store, id).await?,
        At::Gate(gate) => at_gate(c, store, gate).await?,
        At::AnyGate => Spot { store, place: CheckInPlace::AnyGate, device: None, opens: None },
    };
    if spot.store.deployment_status == DeploymentStatus::Decommissioned {
        return Err(Refusal::conflict("Store is decommissioned").into());
    }
    Ok(spot)
}

async fn at_device(c: &mut Connection, store: Store, id: CheckInDeviceId) -> Result<Spot, Failure> {
    let device = rows::check_in_devices::find(c, store.id, id).await?.ok_or(Refusal::NotFound("Check-in device"))?;
    if !device.fields.enabled {
        return Err(Refusal::conflict("Check-in device is disabled").into());
    }
    Ok(Spot {
        place: place_of(&device)?,
        device: Some(device.id),
        opens: device.fields.gate.filter(|_| device.fields.opens_gate),
        store,
    })
}

fn place_of(device: &CheckInDevice) -> Result<CheckInPlace, Failure> {
    let fields = &device.fields;
    match (fields.kind, fields.gate, &fields.scanning_zone) {
        (DeviceKind::External, Some(gate), _) => Ok(CheckInPlace::External { device: device.id, gate }),
        (DeviceKind::Internal, _, Some(zone)) => Ok(CheckInPlace::Internal { device: device.id, zone: zone.clone() }),
        _ => Err(Failure::broken(format!("check-in device {} has no place", device.id))),
    }
}

/// Webhooks name the external device of the gate where there is exactly one.
async fn at_gate(c: &mut Connection, store: Store, id: GateId) -> Result<Spot, Failure> {
    let map = rows::layouts::find(c, store.id).await?;
    let leads_in = map.gates.iter().any(|gate| gate.id == id && gate.kind != GateKind::Exit);
    if !leads_in {
        return Err(Refusal::NotFound("Gate").into());
    }
    let device = only_device(c, store.id, id).await?;
    let opens = device.as_ref().is_none_or(|device| device.fields.opens_gate);
    Ok(Spot {
        place: CheckInPlace::Gate(id),
        device: device.map(|device| device.id),
        opens: opens.then_some(id),
        store,
    })
}

async fn only_device(c: &mut Connection, store: StoreId, gate: GateId) -> Result<Option<CheckInDevice>, Failure> {
    let mut devices = rows::check_in_devices::list(c, store).await?;
    devices.retain(|device| device.fields.kind == DeviceKind::External && device.fields.gate == Some(gate));
    Ok(if devices.len() == 1 { devices.pop() } else { None })
}

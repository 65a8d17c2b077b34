//! Issues a command to the devices of a store.

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{CheckInDeviceId, CommandId, EventId, GateId, GondolaId, Millis, Moment, TrackId};
use serde::Serialize;

use crate::{App, Failure};

/// A door must not open for somebody who has gone.
const LIFE_AT_THE_DOOR: Millis = Millis(10_000);
const LIFE_OF_OTHERS: Millis = Millis(60_000);

/// What a device should do. The serde form is the payload of the contract's `StoreCommand`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Command {
    /// Let people pass.
    GateOpen {
        /// Which gate.
        gate_id: GateId,
        /// How many may pass.
        places: u32,
        /// Where they identified themselves.
        check_in_device_id: Option<CheckInDeviceId>,
    },
    /// The verdict on a scan.
    DeviceResult {
        /// Where it was scanned.
        check_in_device_id: CheckInDeviceId,
        /// The `code.scanned` that is answered; absent when it came by a call.
        scan_event_id: Option<EventId>,
        /// OK or FAILED.
        status: ScanStatus,
        /// Why it was refused.
        reason: Option<ScanReason>,
        /// Places of the group when accepted.
        group_size: Option<u32>,
    },
    /// Show the registration screen.
    DeviceRegister {
        /// At which device.
        check_in_device_id: CheckInDeviceId,
        /// For the screen.
        token: String,
        /// What the token is.
        token_type: String,
    },
    /// The required sources should promise now.
    SettleRequest {
        /// Up to when.
        #[serde(serialize_with = "as_printed")]
        up_to: Moment,
        /// About whom; everybody when absent.
        track_ids: Option<Vec<TrackId>>,
    },
    /// Fetch the map again.
    LayoutChanged {
        /// Its version.
        version: i64,
    },
    /// Fetch the planogram again.
    PlanogramChanged {
        /// Of which gondola.
        gondola_id: GondolaId,
    },
    /// The store was opened or closed.
    StoreStatus {
        /// Now.
        status: StoreStatus,
        /// Now.
        deployment_status: DeploymentStatus,
    },
}

/// Whether a code was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ScanStatus {
    /// Accepted.
    Ok,
    /// Refused.
    Failed,
}

/// Why a code was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScanReason {
    /// For people.
    pub message: String,
    /// Of the contract's list.
    pub code: u8,
}

impl Command {
    /// The wire name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::GateOpen { .. } => "gate.open",
            Self::DeviceResult { .. } => "device.result",
            Self::DeviceRegister { .. } => "device.register",
            Self::SettleRequest { .. } => "settle.request",
            Self::LayoutChanged { .. } => "layout.changed",
            Self::PlanogramChanged { .. } => "planogram.changed",
            Self::StoreStatus { .. } => "store.status",
        }
    }

    /// How long devices may act on it, by the store's clock.
    pub const fn life(&self) -> Millis {
        match self {
            Self::GateOpen { .. } | Self::DeviceResult { .. } | Self::DeviceRegister { .. } => LIFE_AT_THE_DOOR,
            Self::SettleRequest { .. }
            | Self::LayoutChanged { .. }
            | Self::PlanogramChanged { .. }
            | Self::StoreStatus { .. } => LIFE_OF_OTHERS,
        }
    }
}

/// Issues a command. After the commit ring `app.nudges.commands()` (`notify_waiters`), or polls find it a second later.
pub async fn issue(c: &mut Connection, app: &App, store: &Store, command: &Command) -> Result<(), Failure> {
    // Under the lock of the store's stream commands are numbered in the order of their commits, so that a poll which has
    // seen one has seen all before it.
    rows::streams::reserve(c, store.id, 0).await?;
    let now = store.now(app.clock.now());
    let payload = serde_json::to_string(command).map_err(Failure::broken)?;
    let id = CommandId(app.chance.uuid());
    let expires_at = now.plus(command.life());
    rows::commands::insert(c, store.id, id, command.kind(), payload, now, expires_at).await?;
    Ok(())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_printed<S: serde::Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(moment)
}

//! What a refusal tells: the retailer, and the device.

use aisle_database::rows::check_ins::Examined;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::EntryCode;
use aisle_model::check_in::Reason;

use crate::commands::{self, Command, ScanReason, ScanStatus};
use crate::notices::{self, Refused};
use crate::{App, Failure};

/// A refused check-in and why.
pub(super) struct Refusal<'a> {
    pub store: &'a Store,
    pub examined: &'a Examined,
    /// Absent for a code the retailer does not have.
    pub session: Option<&'a Session>,
    pub code: EntryCode,
    pub reason: Reason,
    /// What the retailer gave as reason.
    pub external: Option<String>,
}

/// Tells of a refusal, in the change that writes it.
pub(super) async fn tell(c: &mut Connection, app: &App, refusal: Refusal<'_>) -> Result<(), Failure> {
    let Refusal { store, examined, reason, .. } = refusal;
    let notice = Refused {
        session: refusal.session,
        device: examined.device,
        code: refusal.code,
        reason,
        external_reason: refusal.external,
        at: examined.scanned_at,
    };
    notices::entry_code_notify(c, app, store, notice).await?;
    if let Some(device) = examined.device {
        let result = Command::DeviceResult {
            check_in_device_id: device,
            scan_event_id: examined.scan_event,
            status: ScanStatus::Failed,
            reason: Some(ScanReason {
                message: reason.message().to_owned(),
                code: u8::try_from(reason.code()).map_err(Failure::broken)?,
            }),
            group_size: None,
        };
        commands::issue(c, app, store, &result).await?;
    }
    if let Some(event) = examined.scan_event {
        rows::scans::delete_by_event(c, store.id, event).await?;
    }
    Ok(())
}

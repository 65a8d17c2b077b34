//! A scan that came through the stream: examined once, as if the device had called.

use aisle_database::rows::scans::Scan;
use aisle_database::{Connection, rows};
use aisle_model::floor_map::DevicePurpose;
use aisle_model::{EntryCode, Millis};

use super::verify::decide;
use super::{At, CheckInResult, Presented, Scanned};
use crate::stream::SCAN_PLACE;
use crate::{App, Failure};

/// What became of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanOutcome {
    /// Examined; the device was told.
    Examined(CheckInResult),
    /// It was examined before, or somebody else is at it.
    Taken,
    /// Not examined: it is too old, so the person has walked on, or no check can be made where it was scanned.
    Dropped,
    /// Left alone: the code belongs to a loyalty partner.
    ForLoyalty,
}

/// Examines a scan. Its row goes away in the change that writes the outcome, so it is never lost and never examined twice.
pub async fn run_scan(app: &App, scan: &Scan) -> Result<ScanOutcome, Failure> {
    let found = scan.clone();
    let read = app.database.read(move |c| Box::pin(async move { door_of(c, &found).await }));
    let Some((store, purpose)) = read.await? else {
        return drop_scan(app, scan).await;
    };
    if purpose == DevicePurpose::Loyalty {
        drop_scan(app, scan).await?;
        return Ok(ScanOutcome::ForLoyalty);
    }
    let longest = Millis(store.thresholds()?.floor.entry.max_scan_age_ms);
    let now = store.now(app.clock.now());
    if now.micros_since(scan.at) > longest.micros() {
        return drop_scan(app, scan).await;
    }
    let code = app.keys.open(SCAN_PLACE, &scan.code).map_err(Failure::broken)?;
    let presented = Presented {
        retailer: store.retailer,
        store: store.id,
        at: At::Device(scan.device),
        code: EntryCode(String::from_utf8(code).map_err(Failure::broken)?),
        group_size: scan.group_size.map(i64::from),
        scan: Some(Scanned { event: scan.event, at: scan.at }),
        once: None,
    };
    match decide(app, presented).await {
        Ok(Some(result)) => Ok(ScanOutcome::Examined(result)),
        Ok(None) => Ok(ScanOutcome::Taken),
        // No such device, disabled, decommissioned: there is nobody to tell.
        Err(Failure::Refused(refusal)) => {
            tracing::info!(scan = scan.id, %refusal, "a scan is not examined");
            drop_scan(app, scan).await
        }
        Err(failure) => Err(failure),
    }
}

async fn door_of(c: &mut Connection, scan: &Scan) -> Result<Option<(rows::stores::Store, DevicePurpose)>, Failure> {
    let store = rows::stores::find_any(c, scan.store).await?;
    let device = rows::check_in_devices::find(c, scan.store, scan.device).await?;
    Ok(store.zip(device.map(|device| device.fields.purpose)))
}

async fn drop_scan(app: &App, scan: &Scan) -> Result<ScanOutcome, Failure> {
    let id = scan.id;
    let change =
        app.database.change(move |c| Box::pin(async move { Ok::<_, Failure>(rows::scans::delete(c, id).await?) }));
    change.await?;
    Ok(ScanOutcome::Dropped)
}

//! What an accepted check-in changes.

use aisle_database::rows::check_ins::Examined;
use aisle_database::rows::entry_codes::CodeRow;
use aisle_database::rows::sessions::Session;
use aisle_database::{Connection, rows};
use aisle_model::entry::{CheckInPlace, CheckedIn, ServerEntry};
use aisle_model::entry_code::CodeMove;
use aisle_model::session::{SessionMove, SessionStatus};
use aisle_model::store::Role;

use super::CheckInResult;
use super::card::default_card;
use super::spot::Spot;
use crate::commands::{self, Command, ScanStatus};
use crate::{App, Failure, stream};

/// A check-in that nobody and nothing speaks against, its places reserved, code and trip locked.
pub(super) struct Acceptance<'a> {
    pub spot: &'a Spot,
    pub examined: &'a Examined,
    pub code: &'a CodeRow,
    pub session: Session,
    pub role: Role,
    /// The number of people that was said at the scan.
    pub said: Option<i64>,
}

/// Code used, trip active, its people awaited, the gate opened.
pub(super) async fn accept(c: &mut Connection, app: &App, accepted: Acceptance<'_>) -> Result<CheckInResult, Failure> {
    let Acceptance { spot, examined, code, mut session, role, said } = accepted;
    let store = &spot.store;
    let now = store.now(app.clock.now());
    let used = code.state.after(CodeMove::Accept).map_err(Failure::broken)?;
    rows::entry_codes::change_state(c, code.id, code.state, used).await?;
    // A person may have put somebody on the trip while the retailer was asked.
    if session.status != SessionStatus::Active {
        session.status = session.status.after(SessionMove::CheckIn).map_err(Failure::broken)?;
    }
    session.role = role;
    session.store = Some(store.id);
    session.card = match session.customer {
        Some(customer) => {
            let cards = rows::customers::cards(c, customer).await?;
            default_card(&cards).map(|card| card.id)
        }
        None => None,
    };
    session.first_scanned_at = session.first_scanned_at.or(Some(examined.scanned_at));
    session.last_scanned_at = Some(examined.scanned_at);
    session.places += examined.places;
    session.group_size = said.or(session.group_size);
    if !rows::sessions::save(c, &session, app.clock.now()).await? {
        return Err(Failure::broken("a locked trip was changed by another"));
    }
    let checked_in = CheckedIn {
        session: session.to_ref(),
        place: examined.place.clone(),
        places: places_said(&examined.place, said.or(code.group_size), examined.places)?,
        reserved: count(examined.places)?,
        scanned_at: examined.scanned_at,
        accepted_at: now,
    };
    stream::append_server(c, app, store, &[ServerEntry::CheckedIn(checked_in)]).await?;
    tell_devices(c, app, spot, examined).await?;
    Ok(CheckInResult::Accepted { session: session.token, role, group: examined.places })
}

/// At an internal device where nobody said a number, the engine counts who stands there.
fn places_said(place: &CheckInPlace, said: Option<i64>, reserved: i64) -> Result<Option<u32>, Failure> {
    match place {
        CheckInPlace::Internal { .. } => said.map(count).transpose(),
        _ => count(reserved).map(Some),
    }
}

fn count(people: i64) -> Result<u32, Failure> {
    u32::try_from(people).map_err(Failure::broken)
}

async fn tell_devices(c: &mut Connection, app: &App, spot: &Spot, examined: &Examined) -> Result<(), Failure> {
    let places = count(examined.places)?;
    if let Some(gate) = spot.opens {
        let map = rows::layouts::find(c, spot.store.id).await?;
        if map.gates.iter().any(|g| g.id == gate && g.controllable) {
            let open = Command::GateOpen { gate_id: gate, places, check_in_device_id: spot.device };
            commands::issue(c, app, &spot.store, &open).await?;
        }
    }
    if let Some(device) = spot.device {
        let result = Command::DeviceResult {
            check_in_device_id: device,
            scan_event_id: examined.scan_event,
            status: ScanStatus::Ok,
            reason: None,
            group_size: Some(places),
        };
        commands::issue(c, app, &spot.store, &result).await?;
    }
    if let Some(event) = examined.scan_event {
        rows::scans::delete_by_event(c, spot.store.id, event).await?;
    }
    Ok(())
}

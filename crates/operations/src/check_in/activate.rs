//! A trip that begins without a check-in: a person, or the store itself, put somebody on it.

use aisle_database::rows::sessions::Session;
use aisle_database::{Connection, rows};
use aisle_model::StoreId;
use aisle_model::entry_code::{CodeMove, CodeState};
use aisle_model::session::{SessionMove, SessionStatus};
use aisle_model::store::Role;

use super::card::default_card;
use crate::Failure;

/// Makes a pending trip active without the checks, for a person decided this; its code counts as used, so that nobody
/// comes in on it a second time. For the change that writes the engine's verdict: a refused binding activates nothing.
/// The caller holds the locks of code and trip, and saves the trip. A trip that is active already is left as it is. While
/// the engine is asked, nothing else ends a pending trip, so there is none here that is over.
pub(crate) async fn activate(
    c: &mut Connection,
    store: StoreId,
    session: &mut Session,
    role: Role,
) -> Result<(), Failure> {
    if session.status != SessionStatus::Pending {
        return Ok(());
    }
    session.status = session.status.after(SessionMove::CheckIn).map_err(Failure::broken)?;
    session.store = Some(store);
    session.role = role;
    if let Some(customer) = session.customer {
        let cards = rows::customers::cards(c, customer).await?;
        session.card = default_card(&cards).map(|card| card.id);
    }
    // A code that is being asked about, or was declined meanwhile, keeps its own way; the answer finds the trip active.
    if let Some(code) = rows::entry_codes::lock_by_session(c, session.number).await?
        && code.state == CodeState::Registered
        && let Ok(used) = code.state.after(CodeMove::Accept)
    {
        rows::entry_codes::change_state(c, code.id, code.state, used).await?;
    }
    Ok(())
}

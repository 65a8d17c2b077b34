//! Confirms a session by hand: staff vouch for who somebody is, and the checks are made all the same.

use aisle_database::rows;
use aisle_database::rows::sessions::Session;
use aisle_model::check_in::Reason;
use aisle_model::entry::CheckInPlace;
use aisle_model::session::SessionStatus;
use aisle_model::store::Role;
use aisle_model::{SessionNumber, SessionToken, StoreId};

use crate::check_in::{self, At, CheckInResult, Presented};
use crate::{App, Caller, Failure, Refusal};

/// A session that is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The trip.
    pub session: SessionToken,
    /// Its internal number.
    pub number: SessionNumber,
    /// Whether a person activated it; else a scan did.
    pub by_hand: bool,
    /// Role in force.
    pub role: Role,
}

/// Makes the checks of a scan on a pending session and lets its people come in through any gate. An active session is left
/// as it is.
///
/// # Errors
/// 404 for the store or session; 409 with the message of the check that failed, or when the session is over.
pub async fn confirm_session(
    app: &App,
    caller: &Caller,
    store: StoreId,
    token: SessionToken,
) -> Result<Confirmation, Failure> {
    let session = find(app, caller, store, token.clone()).await?;
    if session.status == SessionStatus::Pending {
        let presented = Presented {
            retailer: caller.retailer,
            store,
            at: At::AnyGate,
            code: session.code.clone(),
            group_size: None,
            scan: None,
            once: None,
        };
        // A code that was used meanwhile made the session active: then all is as it was asked for.
        if let CheckInResult::Refused(reason) = check_in::verify(app, presented).await?
            && reason != Reason::Used
        {
            return Err(Refusal::conflict(reason.message()).into());
        }
    }
    let session = find(app, caller, store, token).await?;
    confirmation(app, session).await
}

/// A session that can be confirmed in this store.
async fn find(app: &App, caller: &Caller, store: StoreId, token: SessionToken) -> Result<Session, Failure> {
    let retailer = caller.retailer;
    let read = app.database.read(move |c| {
        Box::pin(async move {
            rows::stores::find(c, retailer, store).await?.ok_or(Refusal::NotFound("Store"))?;
            let session = rows::sessions::find(c, retailer, &token).await?;
            let session = session.ok_or(Refusal::NotFound("Session"))?;
            match session.status {
                // Whether a pending session may be used here is one of the checks.
                SessionStatus::Pending => Ok(session),
                SessionStatus::Active if session.store == Some(store) => Ok(session),
                SessionStatus::Active => Err(Refusal::conflict("Session belongs to another store").into()),
                SessionStatus::Completed | SessionStatus::Expired | SessionStatus::Declined => {
                    Err(Refusal::conflict("Session is closed").into())
                }
            }
        })
    });
    read.await
}

async fn confirmation(app: &App, session: Session) -> Result<Confirmation, Failure> {
    let number = session.number;
    let read = app
        .database
        .read(move |c| Box::pin(async move { Ok::<_, Failure>(rows::check_ins::accepted_place(c, number).await?) }));
    Ok(Confirmation {
        by_hand: !matches!(
            read.await?,
            Some(CheckInPlace::External { .. } | CheckInPlace::Internal { .. } | CheckInPlace::Gate(_))
        ),
        session: session.token,
        number,
        role: session.role,
    })
}

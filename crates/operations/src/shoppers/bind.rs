//! Puts a shopper on a session, by decision of a person.
//!
//! The question goes into the store's stream; the engine binds, or says why not, and writes its verdict together with
//! everything it causes. A pending session becomes active in that same change (`check_in::activate`), so a binding that is
//! refused activates nothing.

use std::time::Duration;

use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_floor::Verdict;
use aisle_model::entry::{BindAsked, ServerEntry, SessionRef};
use aisle_model::session::SessionStatus;
use aisle_model::store::DeploymentStatus;
use aisle_model::{RequestId, SessionToken, ShopperId, StoreId};
use tokio::time::{Instant, timeout_at};

use crate::{App, Caller, Failure, Refusal, stream};

/// How long the engine's verdict is waited for (decisions 13).
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a verdict is looked for that another node may have written.
const LOOK: Duration = Duration::from_millis(100);

/// Puts a shopper on a session of this store. Asking again for what is so already changes nothing.
///
/// # Errors
/// 404 for the store or shopper, 422 for the session, 409 where it is impossible; late when the engine does not answer in
/// time: the binding may still happen, and asking again is harmless.
pub async fn bind_to_session(
    app: &App,
    caller: &Caller,
    store: StoreId,
    shopper: ShopperId,
    session: SessionToken,
) -> Result<(), Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let change = app.database.change(move |c| {
        let (app, shopper, session) = (this.clone(), shopper.clone(), session.clone());
        Box::pin(async move {
            let store = rows::stores::find(c, retailer, store).await?.ok_or(Refusal::NotFound("Store"))?;
            ask(c, &app, &store, &shopper, &session).await
        })
    });
    let Some(request) = change.await? else {
        return Ok(());
    };
    app.nudges.streams().notify_waiters();
    match verdict(app, request).await? {
        Verdict::Bound | Verdict::AlreadyThere => Ok(()),
        Verdict::UnknownShopper | Verdict::TripFinal => Err(Refusal::conflict("Trip is already final").into()),
        Verdict::SessionOver => Err(Refusal::conflict("Session is closed").into()),
        Verdict::NotAllowed => {
            Err(Refusal::conflict("Shopper cannot change between customer and employee inside the store").into())
        }
    }
}

/// Puts the question into the stream; `None` when the shopper is on the session already. Stream, code and trip are locked,
/// so that nothing ends the trip before the question is written; and while it is open, the trip is not ended for its code.
async fn ask(
    c: &mut Connection,
    app: &App,
    store: &Store,
    shopper: &ShopperId,
    token: &SessionToken,
) -> Result<Option<RequestId>, Failure> {
    if store.deployment_status == DeploymentStatus::Decommissioned {
        return Err(Refusal::conflict("Store is decommissioned").into());
    }
    rows::streams::reserve(c, store.id, 0).await?;
    let shopper = rows::shoppers::find(c, store.id, shopper).await?.ok_or(Refusal::NotFound("Shopper"))?;
    let session = rows::sessions::find(c, store.retailer, token).await?;
    let session = session.ok_or_else(|| Refusal::invalid("sessionId", "is no session of this retailer"))?;
    if shopper.session == Some(session.number) {
        return Ok(None);
    }
    rows::entry_codes::lock_by_session(c, session.number).await?;
    let session = rows::sessions::lock(c, session.number).await?;
    let session = session.ok_or_else(|| Failure::broken("a session was deleted"))?;
    let session = open_here(c, store, &session).await?;
    let now = store.now(app.clock.now());
    let request = RequestId(app.chance.uuid());
    // Wall time: it only says when the question may be forgotten.
    rows::bind_requests::insert(c, request, store.id, session.number, app.clock.now()).await?;
    let asked = BindAsked { request, shopper: shopper.id, session, at: now };
    stream::append_server(c, app, store, &[ServerEntry::BindAsked(asked)]).await?;
    Ok(Some(request))
}

/// The session as the engine knows it, if people may be put on it here. One that is pending takes the role that its
/// customer has now.
async fn open_here(c: &mut Connection, store: &Store, session: &Session) -> Result<SessionRef, Failure> {
    let elsewhere = |place: Option<StoreId>| place.is_some_and(|id| id != store.id);
    if elsewhere(session.store) || elsewhere(session.store_scannable_at) {
        return Err(Refusal::conflict("Session belongs to another store").into());
    }
    let closed = || Failure::from(Refusal::conflict("Session is closed"));
    if !session.status.is_open() {
        return Err(closed());
    }
    let mut session = session.clone();
    if session.status == SessionStatus::Pending {
        let id = session.customer.ok_or_else(closed)?;
        let customer = rows::customers::find(c, store.retailer, id).await?;
        session.role = customer.ok_or_else(closed)?.role;
    }
    Ok(session.to_ref())
}

async fn verdict(app: &App, request: RequestId) -> Result<Verdict, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let bell = app.nudges.verdicts().notified();
        tokio::pin!(bell);
        // Before looking, so that a verdict between looking and waiting is heard.
        bell.as_mut().enable();
        let written = app
            .database
            .read(move |c| Box::pin(async move { Ok::<_, Failure>(rows::bind_requests::verdict(c, request).await?) }));
        if let Some(text) = written.await? {
            return Verdict::parse(&text).ok_or_else(|| Failure::broken(format!("{text:?} is no verdict")));
        }
        if Instant::now() >= deadline {
            return Err(Failure::Late("the engine of the store did not answer in time".to_owned()));
        }
        timeout_at(Instant::now() + LOOK, bell).await.ok();
    }
}

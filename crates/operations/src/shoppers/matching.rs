//! Somebody reports that a visitor and a registered shopper are one person. It is told on, and moves nobody.

use aisle_database::rows::identity_matches::{self, NewMatch};
use aisle_database::rows::sessions::Session;
use aisle_database::rows::shoppers::Shopper;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::store::ShopperState;
use aisle_model::{SessionToken, ShopperId, StoreId};

use crate::{App, Caller, Failure, FieldFault, Refusal, notices};

/// What is reported.
#[derive(Debug, Clone)]
pub struct ReportedMatch {
    /// Somebody on a session.
    pub registered: ShopperId,
    /// That session.
    pub session: SessionToken,
    /// Somebody without a customer.
    pub visitor: ShopperId,
    /// Their provisional session.
    pub visitor_session: String,
}

/// Notes a match and tells of it, once per visitor and session.
///
/// # Errors
/// 404 for the store, 422 with every id that names nothing, 409 when a shopper is not on the session named for them.
pub async fn report_match(app: &App, caller: &Caller, store: StoreId, reported: ReportedMatch) -> Result<(), Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let change = app.change_once(caller, move |c| {
        let (app, reported) = (this.clone(), reported.clone());
        Box::pin(async move {
            let store = rows::stores::find(c, retailer, store).await?.ok_or(Refusal::NotFound("Store"))?;
            note(c, &app, &store, &reported).await
        })
    });
    change.await?;
    notices::ring(app);
    Ok(())
}

async fn note(c: &mut Connection, app: &App, store: &Store, reported: &ReportedMatch) -> Result<(), Failure> {
    let (registered, session, visitor) = named(c, store, reported).await?;
    if registered.session != Some(session.number) {
        return Err(Refusal::conflict("Shopper is not on this session").into());
    }
    if visitor.session.is_some() || visitor.state == ShopperState::Employee {
        return Ok(());
    }
    let provisional = visitor.visitor_session.map(|id| id.to_string());
    if provisional.as_deref() != Some(reported.visitor_session.to_lowercase().as_str()) {
        return Err(Refusal::conflict("Shopper is not on this session").into());
    }
    let now = store.now(app.clock.now());
    let new = NewMatch {
        store: store.id,
        visitor: visitor.id.clone(),
        session: session.number,
        registered: registered.id,
        score: 1.0,
        basis: "reported",
    };
    if identity_matches::insert(c, &new, now).await? {
        notices::identity_matching(c, app, store, &session, visitor.id, now).await?;
    }
    Ok(())
}

/// Everybody who is named, or all names that name nobody. The provisional session of a visitor who is registered by now
/// is gone, so it is only looked for where the visitor still is one.
async fn named(
    c: &mut Connection,
    store: &Store,
    reported: &ReportedMatch,
) -> Result<(Shopper, Session, Shopper), Failure> {
    let registered = rows::shoppers::find(c, store.id, &reported.registered).await?;
    let session = rows::sessions::find(c, store.retailer, &reported.session).await?;
    let visitor = rows::shoppers::find(c, store.id, &reported.visitor).await?;
    let is_registered = visitor.as_ref().is_some_and(|visitor| visitor.visitor_session.is_none());
    let knows_provisional = is_registered || {
        let id = reported.visitor_session.to_lowercase();
        rows::shopper_list::find_by_visitor_session(c, store.id, &id).await?.is_some()
    };
    let faults: Vec<FieldFault> = [
        ("registeredShopperId", registered.is_some()),
        ("registeredSessionId", session.is_some()),
        ("visitorShopperId", visitor.is_some()),
        ("visitorSessionId", knows_provisional),
    ]
    .into_iter()
    .filter(|(_, names_somebody)| !names_somebody)
    .map(|(field, _)| FieldFault::invalid(field, "names nobody in this store"))
    .collect();
    match (registered, session, visitor) {
        (Some(registered), Some(session), Some(visitor)) if faults.is_empty() => Ok((registered, session, visitor)),
        _ => Err(Refusal::Invalid(faults).into()),
    }
}

//! What a retailer may write on a trip, in whatever state it is.

use aisle_database::Connection;
use aisle_database::rows::sessions::{self, Session};
use aisle_database::rows::stores;
use aisle_model::{Moment, SessionToken};
use serde_json::{Map, Value};

use crate::{App, Caller, Failure, FieldFault, Refusal, customers, notices};

/// The key of the metadata that belongs to the server.
const EVENTS: &str = "events";

/// What is said about a trip.
#[derive(Debug, Clone, Default)]
pub struct SessionPatch {
    /// Raises the mark, and tells of it on the change only; it is never lowered.
    pub suspected_fraud: bool,
    /// Replaces everything except the key `events`.
    pub metadata: Option<Map<String, Value>>,
}

/// What is wrong with metadata, if anything. The server's own part, sent back as it was read, does not count.
pub fn metadata_fault(metadata: &Map<String, Value>) -> Option<FieldFault> {
    let mut own = metadata.clone();
    own.remove(EVENTS);
    customers::metadata_fault("metadata", &own)
}

/// Changes a trip. A patch that changes nothing leaves `updated_at` alone.
pub async fn update(
    app: &App,
    caller: &Caller,
    token: SessionToken,
    mut patch: SessionPatch,
) -> Result<Session, Failure> {
    if let Some(fault) = patch.metadata.as_ref().and_then(metadata_fault) {
        return Err(Refusal::Invalid(vec![fault]).into());
    }
    if let Some(metadata) = &mut patch.metadata {
        metadata.remove(EVENTS);
    }
    let (within, retailer) = (app.clone(), caller.retailer);
    let now = app.clock.now();
    let changed = app.database.change(move |c| {
        let (app, token, patch) = (within.clone(), token.clone(), patch.clone());
        Box::pin(async move {
            let found = sessions::find(c, retailer, &token).await?;
            let found = found.ok_or(Refusal::NotFound("Session"))?;
            let before = sessions::lock(c, found.number).await?;
            let before = before.ok_or_else(|| Failure::broken("a session is gone"))?;
            let after = patched(before.clone(), patch);
            if after == before {
                return Ok(before);
            }
            if !sessions::save(c, &after, now).await? {
                return Err(Failure::broken("a locked session changed"));
            }
            let saved = sessions::find_by_number(c, after.number).await?;
            let saved = saved.ok_or_else(|| Failure::broken("a saved session is gone"))?;
            if saved.suspected_fraud && !before.suspected_fraud {
                announce_fraud(c, &app, &saved, now).await?;
            }
            Ok(saved)
        })
    });
    let changed = changed.await?;
    notices::ring(app);
    Ok(changed)
}

/// Nobody is told about a trip that has no store yet: the notice is about somebody in one.
async fn announce_fraud(c: &mut Connection, app: &App, session: &Session, wall: Moment) -> Result<(), Failure> {
    let Some(id) = session.store else {
        return Ok(());
    };
    let store = stores::find(c, session.retailer, id).await?;
    let store = store.ok_or_else(|| Failure::broken("the store of a session is gone"))?;
    notices::suspected_fraud(c, app, &store, session, store.now(wall)).await
}

fn patched(mut session: Session, patch: SessionPatch) -> Session {
    session.suspected_fraud |= patch.suspected_fraud;
    if let Some(metadata) = patch.metadata {
        let events = session.metadata.remove(EVENTS);
        session.metadata = metadata;
        session.metadata.extend(events.map(|events| (EVENTS.to_owned(), events)));
    }
    session
}

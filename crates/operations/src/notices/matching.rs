//! Somebody who was taken for a visitor is the customer of a session.

use aisle_database::Connection;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_model::webhook::WebhookName;
use aisle_model::{Moment, ShopperId};
use aisle_partners::bodies::IdentityMatchingBody;

use super::outbox::{listeners, send_to};
use super::{Notice, OrderKey, faces};
use crate::{App, Failure};

/// A match was noted; once per visitor and session, which is the caller's to know. `session` is the registered one.
pub async fn identity_matching(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    visitor: ShopperId,
    at: Moment,
) -> Result<(), Failure> {
    let name = WebhookName::IdentityMatching;
    let listeners = listeners(c, session.retailer, name, Some(store.id)).await?;
    let body = IdentityMatchingBody {
        envelope: faces::session_envelope(c, app, store, session, at).await?,
        visitor_shopper_id: visitor,
    };
    let notice = Notice {
        retailer: session.retailer,
        name,
        store: Some(store),
        session: Some(&session.token),
        customer: session.customer,
        order: OrderKey::Session(session.token.clone()),
    };
    send_to(c, app, &notice, &listeners, |_| Ok(&body)).await
}

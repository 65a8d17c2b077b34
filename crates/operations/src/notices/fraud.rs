//! The mark of suspected fraud was raised on a session.

use aisle_database::Connection;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_model::Moment;
use aisle_model::webhook::WebhookName;
use aisle_partners::bodies::SuspectedFraudBody;

use super::outbox::{listeners, send_to};
use super::{Notice, OrderKey, faces};
use crate::{App, Failure};

/// The mark went from false to true, which is the caller's to know; `session` is the session after that.
pub async fn suspected_fraud(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    at: Moment,
) -> Result<(), Failure> {
    let name = WebhookName::SuspectedFraud;
    let listeners = listeners(c, session.retailer, name, Some(store.id)).await?;
    let body = SuspectedFraudBody {
        envelope: faces::session_envelope(c, app, store, session, at).await?,
        payment: faces::payment_of(c, session).await?,
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

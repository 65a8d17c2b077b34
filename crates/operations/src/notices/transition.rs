//! Coming and going, once per person.

use aisle_database::Connection;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_model::Moment;
use aisle_model::webhook::WebhookName;
use aisle_partners::bodies::{ShopperFace, TransitionBody};

use super::outbox::{listeners, send_to};
use super::{Notice, OrderKey, buffered, faces};
use crate::{App, Failure};

/// A shopper is registered and inside. `at`: the crossing, or the binding where none was seen.
pub async fn transition_entered(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    shopper: ShopperFace,
    at: Moment,
) -> Result<(), Failure> {
    transition(c, app, WebhookName::TransitionEntered, store, session, shopper, at).await
}

/// A registered shopper has gone; `session` is the session after that. Zones they still buffer are told first.
pub async fn transition_left(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    shopper: ShopperFace,
    at: Moment,
) -> Result<(), Failure> {
    buffered::end_waits(c, app, store, session).await?;
    transition(c, app, WebhookName::TransitionLeft, store, session, shopper, at).await
}

async fn transition(
    c: &mut Connection,
    app: &App,
    name: WebhookName,
    store: &Store,
    session: &Session,
    shopper: ShopperFace,
    at: Moment,
) -> Result<(), Failure> {
    let listeners = listeners(c, session.retailer, name, Some(store.id)).await?;
    let envelope = faces::session_envelope(c, app, store, session, at).await?;
    let body = TransitionBody::of(envelope, faces::payment_of(c, session).await?, shopper);
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

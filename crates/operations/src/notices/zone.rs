//! Zones, one message per person and crossing, or buffered: one per session and change that lasts.

use aisle_database::Connection;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_database::rows::webhooks::Listener;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookName;
use aisle_model::{Moment, ZoneId};
use aisle_partners::bodies::{CheckoutZoneBody, ShopperFace, ZoneName};

use super::outbox::{listeners, send_to};
use super::{Notice, OrderKey, buffered, faces};
use crate::webhooks::Options;
use crate::{App, Failure};

/// One crossing of the edge of a zone by a registered shopper.
#[derive(Debug, Clone)]
pub(super) struct Crossing {
    pub entered: bool,
    pub zone: ZoneId,
    pub shopper: ShopperFace,
    /// The crossing itself, store clock.
    pub at: Moment,
}

/// A registered shopper is in a zone whose webhooks are on.
pub async fn checkout_zone_entered(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    zone: &ZoneId,
    shopper: ShopperFace,
    at: Moment,
) -> Result<(), Failure> {
    let zone = zone.clone();
    let crossing = Crossing { entered: true, zone, shopper, at };
    crossed(c, app, store, session, crossing).await
}

/// A registered shopper is out of a zone whose webhooks are on. Whoever leaves the store leaves all zones first.
pub async fn checkout_zone_left(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    zone: &ZoneId,
    shopper: ShopperFace,
    at: Moment,
) -> Result<(), Failure> {
    let zone = zone.clone();
    let crossing = Crossing { entered: false, zone, shopper, at };
    crossed(c, app, store, session, crossing).await
}

/// Of an untracked person only the door and the transitions are told.
async fn crossed(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    crossing: Crossing,
) -> Result<(), Failure> {
    if session.role == Role::Untracked {
        return Ok(());
    }
    let name = name(crossing.entered);
    let listeners = listeners(c, session.retailer, name, Some(store.id)).await?;
    let is_unheard = listeners.is_empty();
    let mut at_once = Vec::new();
    for listener in listeners {
        let options = Options::of(&listener.options)?;
        if options.buffered {
            buffered::note(c, app, store, session, listener.id, &options, &crossing).await?;
        } else {
            at_once.push(listener);
        }
    }
    if at_once.is_empty() && !is_unheard {
        return Ok(());
    }
    tell(c, app, store, session, &crossing, &at_once).await
}

fn name(entered: bool) -> WebhookName {
    if entered { WebhookName::CheckoutZoneEntered } else { WebhookName::CheckoutZoneLeft }
}

/// Writes the messages of one crossing. There are no baskets yet, so a cart that is asked for is empty.
pub(super) async fn tell(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    crossing: &Crossing,
    listeners: &[Listener],
) -> Result<(), Failure> {
    let envelope = faces::session_envelope(c, app, store, session, crossing.at).await?;
    let notice = Notice {
        retailer: session.retailer,
        name: name(crossing.entered),
        store: Some(store),
        session: Some(&session.token),
        customer: session.customer,
        order: OrderKey::Session(session.token.clone()),
    };
    send_to(c, app, &notice, listeners, |listener| {
        let options = Options::of(&listener.options)?;
        Ok(CheckoutZoneBody::of(
            envelope.clone(),
            ZoneName::of(&crossing.zone, options.numeric_zone_id),
            crossing.shopper.clone(),
            options.send_cart.then(Vec::new),
        ))
    })
    .await
}

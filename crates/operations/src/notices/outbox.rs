//! The outbox: one message, one delivery for every setting that is told.

use aisle_database::Connection;
use aisle_database::rows::messages::NewMessage;
use aisle_database::rows::stores::Store;
use aisle_database::rows::webhooks::Listener;
use aisle_database::rows::{deliveries, messages, webhooks};
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{CustomerId, MessageId, RetailerId, SessionToken, StoreId, WebhookId};
use serde::Serialize;

use super::new_message_id;
use crate::{App, Failure};

/// What a message must not overtake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderKey {
    /// The earlier messages of the session.
    Session(SessionToken),
    /// The earlier messages of the store: planogram errors, visitor fraud, notices to the owner.
    Store(StoreId),
    /// The earlier messages about the customer.
    Customer(CustomerId),
    /// The earlier messages about the setting.
    Setting(WebhookId),
    /// Nothing: refusals of unknown codes, tracking, remote register.
    Independent,
}

impl OrderKey {
    /// The name of the lane, unique within a setting.
    fn lane(&self, message: &MessageId) -> String {
        match self {
            Self::Session(token) => format!("session:{token}"),
            Self::Store(id) => format!("store:{id}"),
            Self::Customer(id) => format!("customer:{id}"),
            Self::Setting(id) => format!("setting:{id}"),
            Self::Independent => message.0.clone(),
        }
    }
}

/// Something to tell.
pub struct Notice<'a> {
    /// Whose settings are told.
    pub retailer: RetailerId,
    /// Which webhook.
    pub name: WebhookName,
    /// Where it happened; settings for other stores are not told.
    pub store: Option<&'a Store>,
    /// The trip it is about.
    pub session: Option<&'a SessionToken>,
    /// Whose data are in the body.
    pub customer: Option<CustomerId>,
    /// What it must not overtake.
    pub order: OrderKey,
}

/// The settings that are told of something, in the order of the starts.
pub(super) async fn listeners(
    c: &mut Connection,
    retailer: RetailerId,
    name: WebhookName,
    store: Option<StoreId>,
) -> Result<Vec<Listener>, Failure> {
    let kind = name.setting_type();
    let mut listeners = webhooks::listeners(c, retailer, kind).await?;
    if let (Some(store), false) = (store, kind == WebhookType::CustomerCreated) {
        listeners.retain(|listener| takes_store(&listener.store_ids, store));
    }
    Ok(listeners)
}

/// Whether a setting for these stores is for this one; none named means all.
pub(crate) fn takes_store(stores: &[StoreId], store: StoreId) -> bool {
    stores.is_empty() || stores.contains(&store)
}

/// Writes a notice with one body for all who listen.
pub async fn send<B: Serialize + Sync>(
    c: &mut Connection,
    app: &App,
    notice: &Notice<'_>,
    body: &B,
) -> Result<(), Failure> {
    let store = notice.store.map(|store| store.id);
    let listeners = listeners(c, notice.retailer, notice.name, store).await?;
    send_to(c, app, notice, &listeners, |_| Ok(body)).await
}

/// Writes a notice for these listeners. Those for whom `body_for` gives equal bodies share a row; all share the
/// `webhook-id`. With nobody listening it is written all the same, as a setting without options would get it: for the
/// pull feed.
pub(super) async fn send_to<B: Serialize>(
    c: &mut Connection,
    app: &App,
    notice: &Notice<'_>,
    listeners: &[Listener],
    body_for: impl Fn(&Listener) -> Result<B, Failure>,
) -> Result<(), Failure> {
    let id = new_message_id(app);
    let bytes = |listener| serde_json::to_vec(&body_for(listener)?).map_err(Failure::broken);
    let mut message = NewMessage {
        order_key: notice.order.lane(&id),
        id,
        variant: 0,
        retailer: notice.retailer,
        name: notice.name,
        store: notice.store.map(|store| store.id),
        session: notice.session.cloned(),
        customer: notice.customer,
        order: None,
        body: Vec::new(),
        issued_at: app.clock.now(),
    };
    if listeners.is_empty() {
        message.body = bytes(&nobody())?;
        messages::insert(c, &message).await?;
        return Ok(());
    }
    let mut variants: Vec<(Vec<u8>, i64)> = Vec::new();
    for listener in listeners {
        let body = bytes(listener)?;
        let known = variants.iter().find(|(known, _)| *known == body);
        let row = if let Some((_, row)) = known {
            *row
        } else {
            message.variant = i64::try_from(variants.len()).map_err(Failure::broken)?;
            message.body.clone_from(&body);
            let row = messages::insert(c, &message).await?;
            variants.push((body, row));
            row
        };
        deliveries::enqueue(c, listener.id, &message.order_key, row, "event").await?;
    }
    Ok(())
}

/// A setting without options.
fn nobody() -> Listener {
    Listener { id: WebhookId(0), store_ids: Vec::new(), options: serde_json::Map::new() }
}

//! Telling the owner: about settings and about stores.

use aisle_database::Connection;
use aisle_database::rows::lanes;
use aisle_database::rows::stores::Store;
use aisle_database::rows::webhooks::Setting;
use aisle_model::Moment;
use aisle_model::webhook::WebhookName;
use aisle_partners::bodies::{OperationalNotice, SettingEvent, SettingTrouble, StoreEvent, StoreNotice, StoreTrouble};

use super::{Notice, OrderKey, faces, send};
use crate::webhooks::without_query;
use crate::{App, Failure};

/// Tells the owner what became of a setting.
pub async fn about_setting(
    c: &mut Connection,
    app: &App,
    setting: &Setting,
    event: SettingEvent,
    at: Moment,
) -> Result<(), Failure> {
    let body = OperationalNotice {
        event,
        timestamp: at.into(),
        data: SettingTrouble {
            webhook_id: setting.id,
            kind: setting.kind,
            url: without_query(&setting.url).to_owned(),
            failing_since: setting.failing_since.map(Into::into),
            waiting: lanes::waiting(c, setting.id).await?,
            last_status: setting.last_status,
            last_error: setting.last_error.clone(),
        },
    };
    let notice = Notice {
        retailer: setting.retailer,
        name: WebhookName::Operational,
        store: None,
        session: None,
        customer: None,
        order: OrderKey::Setting(setting.id),
    };
    send(c, app, &notice, &body).await
}

/// Tells the owner what happened to a store; `trouble` holds the numbers of the event, the store is filled in here.
pub async fn about_store(
    c: &mut Connection,
    app: &App,
    store: &Store,
    event: StoreEvent,
    trouble: StoreTrouble,
    at: Moment,
) -> Result<(), Failure> {
    let body = StoreNotice {
        event,
        timestamp: at.into(),
        data: StoreTrouble { store_id: Some(store.id), store: Some(faces::store_ref(store)), ..trouble },
    };
    let notice = Notice {
        retailer: store.retailer,
        name: WebhookName::Operational,
        store: Some(store),
        session: None,
        customer: None,
        order: OrderKey::Store(store.id),
    };
    send(c, app, &notice, &body).await
}

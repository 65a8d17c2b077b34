//! A server's parts over a fresh database, with one retailer.

use aisle_database::Database;
use aisle_database::testing::{open_postgres, open_sqlite};
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{Millis, WebhookId};
use aisle_operations::notices::{self, Notice, OrderKey};
use aisle_operations::webhooks::{self, NewWebhook};
use aisle_operations::{App, Caller, Chance, Failure};
use aisle_testkit::{build, hook, retailer};
use aisle_worker::deliveries::{Dispatcher, Limits as DeliveryLimits};
use serde_json::json;

#[derive(Clone)]
pub struct World {
    pub app: App,
    pub caller: Caller,
}

/// Runs a test on both databases.
pub async fn on_both<F, Fut>(test: F)
where
    F: Fn(World) -> Fut,
    Fut: Future<Output = ()>,
{
    let sqlite = open_sqlite().await;
    test(World::over(sqlite.database.clone()).await).await;
    let postgres = open_postgres().await;
    test(World::over(postgres.database.clone()).await).await;
}

impl World {
    async fn over(database: Database) -> Self {
        let app = build(database).loopback().chance(Chance::seeded(7)).node("first").app();
        let caller = retailer(&app, "corner").await;
        Self { app, caller }
    }

    /// The same database seen by another node.
    pub fn another_node(&self) -> Self {
        let mut other = self.clone();
        other.app.node = "second".into();
        other
    }

    pub fn dispatcher(&self) -> Dispatcher {
        Dispatcher::new(self.app.clone(), DeliveryLimits::default())
    }

    pub async fn setting(&self, kind: WebhookType, url: &str) -> WebhookId {
        self.setting_with_secret(kind, url).await.0
    }

    pub async fn setting_with_secret(&self, kind: WebhookType, url: &str) -> (WebhookId, String) {
        let new = NewWebhook { authorization: Some("let-me-in".to_owned()), ..hook(kind, url) };
        let (view, secret) = webhooks::create(&self.app, &self.caller, new).await.unwrap();
        (view.setting.id, secret.unwrap())
    }

    /// Sends `n` of a session to the settings for transitions, in a change of its own.
    pub async fn send(&self, session: &'static str, n: i64) {
        self.send_as(WebhookName::TransitionEntered, session, n).await;
    }

    /// The same for another webhook.
    pub async fn send_as(&self, name: WebhookName, session: &'static str, n: i64) {
        let (app, retailer) = (self.app.clone(), self.caller.retailer);
        let change = self.app.database.change(move |c| {
            let app = app.clone();
            Box::pin(async move {
                let notice = Notice {
                    retailer,
                    name,
                    store: None,
                    session: None,
                    customer: None,
                    order: OrderKey::Session(session.into()),
                };
                notices::send(c, &app, &notice, &json!({"session": session, "n": n})).await?;
                Ok::<_, Failure>(())
            })
        });
        change.await.unwrap();
    }

    pub fn advance(&self, seconds: i64) {
        self.app.clock.advance(Millis(seconds * 1000));
    }

    pub async fn waiting(&self, webhook: WebhookId) -> i64 {
        webhooks::get(&self.app, &self.caller, webhook).await.unwrap().waiting
    }
}

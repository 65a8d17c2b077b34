//! A server's parts over a fresh database, with one retailer.

use aisle_database::testing::{execute, fetch_all, open_postgres, open_sqlite};
use aisle_database::{Database, Error, Statement};
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{Millis, WebhookId};
use aisle_operations::notices::{self, Notice, OrderKey};
use aisle_operations::webhooks::{self, NewWebhook};
use aisle_operations::{App, Caller, Chance, Failure};
use aisle_testkit::{build, hook, retailer};
use aisle_worker::deliveries::{Dispatcher, Limits as DeliveryLimits};
use aisle_worker::nodes::{Proof, proof};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

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

/// That this node lives for longer than any test.
pub fn alive() -> Proof {
    let (give, proof) = proof();
    give.send_replace(Instant::now() + Duration::from_mins(10));
    proof
}

/// Waits for something that must come soon.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(40);
    while !is_so().await {
        assert!(Instant::now() < until, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl World {
    pub async fn over(database: Database) -> Self {
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
        let at_once = Arc::new(Notify::new());
        at_once.notify_one();
        self.send_through(name, session, n, at_once).await;
    }

    /// The same as `send`, but the change is committed only when the gate opens.
    pub fn send_slowly(
        &self,
        session: &'static str,
        n: i64,
        gate: Arc<Notify>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let world = self.clone();
        async move { world.send_through(WebhookName::TransitionEntered, session, n, gate).await }
    }

    async fn send_through(&self, name: WebhookName, session: &'static str, n: i64, gate: Arc<Notify>) {
        let (app, retailer) = (self.app.clone(), self.caller.retailer);
        let change = self.app.database.change(move |c| {
            let (app, gate) = (app.clone(), gate.clone());
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
                gate.notified().await;
                Ok::<_, Failure>(())
            })
        });
        change.await.unwrap();
    }

    /// A number that a query finds in its column `n`.
    pub async fn number(&self, query: Statement) -> i64 {
        let read =
            self.app.database.read(move |c| Box::pin(async move { fetch_all(c, query).await?[0].get::<i64>("n") }));
        read.await.map_err(|error: Error| error).unwrap()
    }

    /// Changes rows behind everybody's back.
    pub async fn tamper(&self, statement: Statement) {
        let change = self.app.database.change(move |c| {
            let statement = statement.clone();
            Box::pin(async move { execute(c, statement).await })
        });
        assert!(change.await.map_err(|error: Error| error).unwrap() > 0);
    }

    pub fn advance(&self, seconds: i64) {
        self.app.clock.advance(Millis(seconds * 1000));
    }

    pub async fn waiting(&self, webhook: WebhookId) -> i64 {
        webhooks::get(&self.app, &self.caller, webhook).await.unwrap().waiting
    }
}

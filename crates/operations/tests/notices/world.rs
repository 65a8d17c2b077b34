//! A retailer with a store and a customer on a trip.

use aisle_database::rows::customers::CustomerText;
use aisle_database::rows::messages::packed::Packed;
use aisle_database::rows::sessions::{NewSession, Session};
use aisle_database::rows::stores::{NewStore, Store};
use aisle_database::rows::{customers, retailers, sessions, stores};
use aisle_database::testing::fetch_all;
use aisle_database::{Database, sql};
use aisle_model::session::SessionStatus;
use aisle_model::store::{DeploymentStatus, Role, StoreStatus};
use aisle_model::webhook::WebhookType;
use aisle_model::{Millis, WebhookId};
use aisle_operations::webhooks::{self, NewWebhook};
use aisle_operations::{App, Caller, Chance, Failure};
use aisle_partners::bodies::ShopperFace;
pub use aisle_testkit::START;
use aisle_testkit::{build, caller_of, hook};
use serde_json::{Map, Value, json};

#[derive(Clone)]
pub struct World {
    pub app: App,
    pub caller: Caller,
    pub store: Store,
    pub session: Session,
}

/// A message that waits for a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub webhook: WebhookId,
    pub message: String,
    pub name: String,
    pub body: Value,
}

impl World {
    pub async fn over(database: Database) -> Self {
        let app = build(database).chance(Chance::seeded(7)).app();
        let made = app.database.change(|c| {
            Box::pin(async move {
                let retailer = retailers::insert(c, "corner", START).await?;
                let store = NewStore {
                    retailer,
                    unique_store_id: "6f1f0a3e-7c5b-4d0e-9a52-3b8a5f0c2d11".to_owned(),
                    status: StoreStatus::Open,
                    deployment_status: DeploymentStatus::Testing,
                    name: "Corner".to_owned(),
                    currency: "USD".to_owned(),
                    time_zone: "UTC".to_owned(),
                };
                let store = stores::insert(c, &store, START).await?;
                let customer = customers::insert(c, retailer, &text(), None, START).await?;
                let session = NewSession {
                    retailer,
                    token: "trip-1".into(),
                    customer: customer.id,
                    role: Role::Customer,
                    code: "code-1".into(),
                    store_scannable_at: Some(store.id),
                    group_size: None,
                    priority: 0,
                    referenced: None,
                    expires_at: None,
                };
                let mut session = sessions::insert(c, &session, START).await?;
                session.status = SessionStatus::Active;
                Ok::<_, Failure>((retailer, store, session))
            })
        });
        let (retailer, store, session) = made.await.unwrap();
        let caller = caller_of(retailer);
        Self { app, caller, store, session }
    }

    pub async fn setting(&self, kind: WebhookType, options: Value) -> WebhookId {
        let options: Map<String, Value> = options.as_object().unwrap().clone();
        let new = NewWebhook { options, ..hook(kind, "https://shop.example/hook") };
        webhooks::create(&self.app, &self.caller, new).await.unwrap().0.setting.id
    }

    pub fn advance(&self, millis: i64) {
        self.app.clock.advance(Millis(millis));
    }

    /// Everything that waits, in the order of sending.
    pub async fn waiting(&self) -> Vec<Waiting> {
        let read = self.app.database.read(|c| {
            Box::pin(async move {
                let select = sql!(
                    "select d.webhook_id, m.message_id, m.name, m.body from deliveries d join messages m on m.id = d.message
                     where d.state = 'waiting' order by d.id"
                );
                let mut found = Vec::new();
                for row in fetch_all(c, select).await? {
                    found.push(Waiting {
                        webhook: row.get("webhook_id")?,
                        message: row.get("message_id")?,
                        name: row.get("name")?,
                        body: serde_json::from_slice(&row.get::<Packed>("body")?.0).unwrap(),
                    });
                }
                Ok::<_, Failure>(found)
            })
        });
        read.await.unwrap()
    }
}

fn text() -> CustomerText {
    CustomerText {
        email: "a@example.com".to_owned(),
        email_folded: "a@example.com".to_owned(),
        email_is_generated: false,
        external_id: Some("c-1".to_owned()),
        first_name: None,
        last_name: None,
        phone: None,
        phone_folded: None,
        role: Role::Customer,
        priority: 0,
        metadata: json!({"k": "v"}).as_object().cloned(),
        blocked: false,
    }
}

pub fn shopper(name: &str) -> ShopperFace {
    ShopperFace { shopper_id: name.into(), shopper_flags: Vec::new() }
}

/// Runs one of the notices in a change of its own.
#[macro_export]
macro_rules! in_a_change {
    ($world:expr, |$c:ident, $w:ident| $body:expr) => {{
        let world = $world.clone();
        let database = world.app.database.clone();
        let change = database.change(move |$c| {
            let $w = world.clone();
            Box::pin(async move { $body.await })
        });
        change.await.unwrap();
    }};
}

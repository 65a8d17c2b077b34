//! A server's parts over a fresh database with one retailer that listens to everything about customers.

use aisle_database::{Database, sql};
use aisle_model::RetailerId;
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_operations::customers::{self, CustomerPatch, CustomerWithCards, NewCustomer};
use aisle_operations::patch::Patch;
use aisle_operations::{App, Caller, webhooks};
use aisle_testkit::hook;
pub use aisle_testkit::{START, assert_absent, assert_conflict, faults, retailer};
use serde_json::Value;

pub struct Fixture {
    pub app: App,
    pub caller: Caller,
}

pub async fn fixture(database: Database) -> Fixture {
    let app = aisle_testkit::app(database);
    let caller = retailer(&app, "corner").await;
    let fixture = Fixture { app, caller };
    fixture.listen_to(WebhookType::CustomerCreated).await;
    fixture
}

impl Fixture {
    pub async fn listen_to(&self, kind: WebhookType) {
        let made = webhooks::create(&self.app, &self.caller, hook(kind, "https://hooks.example/")).await;
        made.unwrap();
    }

    pub async fn customer(&self, new: NewCustomer) -> CustomerWithCards {
        customers::create(&self.app, &self.caller, new).await.unwrap()
    }

    pub async fn set(&self, settings: Value) {
        let retailer: RetailerId = self.caller.retailer;
        let text = settings.to_string();
        aisle_testkit::execute(&self.app, sql!("update retailers set settings = $1 where id = $2", text, retailer))
            .await;
    }

    /// The bodies of all notices of a name so far, oldest first.
    pub async fn notices(&self, name: WebhookName) -> Vec<Value> {
        aisle_testkit::messages(&self.app, name.as_str()).await
    }
}

/// A customer with all personal data.
pub fn ada() -> NewCustomer {
    NewCustomer {
        email: Some("Ada@Example.com".to_owned()),
        external_id: Some("ext-1".to_owned()),
        first_name: Some("Ada".to_owned()),
        last_name: Some("Example".to_owned()),
        phone: Some("00 1 (555) 01-00".to_owned()),
        ..NewCustomer::default()
    }
}

/// A patch that says what the closure says.
pub fn said(say: impl FnOnce(&mut CustomerPatch)) -> CustomerPatch {
    let mut patch = CustomerPatch::default();
    say(&mut patch);
    patch
}

pub fn set(text: &str) -> Patch<String> {
    Patch::Set(text.to_owned())
}

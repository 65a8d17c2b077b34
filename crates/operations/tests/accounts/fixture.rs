//! A retailer with one customer.

use std::time::Duration;

use aisle_database::{Database, sql};
use aisle_model::{CustomerId, RetailerId};
use aisle_operations::access::Tokens;
use aisle_operations::accounts::logins::Given;
use aisle_operations::customers::{self, NewCustomer};
use aisle_operations::{App, Caller};
pub use aisle_testkit::{START, retailer};
use serde_json::Value;

pub struct Fixture {
    pub app: App,
    pub caller: Caller,
    pub customer: CustomerId,
}

pub async fn fixture(database: Database) -> Fixture {
    let app = aisle_testkit::app(database);
    let caller = retailer(&app, "corner").await;
    let new = NewCustomer { email: Some("Ada@Example.com".to_owned()), ..NewCustomer::default() };
    let customer = customers::create(&app, &caller, new).await.unwrap().customer.id;
    Fixture { app, caller, customer }
}

impl Fixture {
    /// A device of the customer.
    pub async fn device(&self) -> Given {
        aisle_testkit::logged_in(&self.app, self.caller.retailer, self.customer).await
    }

    /// Whom a token speaks for, on a node that has not seen it before.
    pub async fn bearer(&self, token: &str) -> Option<Caller> {
        let tokens = Tokens::new(Duration::ZERO);
        tokens.bearer(&self.app, token).await.unwrap().map(|bearer| bearer.caller.clone())
    }

    pub async fn set(&self, settings: Value) {
        let (text, retailer): (String, RetailerId) = (settings.to_string(), self.caller.retailer);
        let update = sql!("update retailers set settings = $1 where id = $2", text, retailer);
        aisle_testkit::execute(&self.app, update).await;
    }
}

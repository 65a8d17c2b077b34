//! An open store with a gate and a device before it, customers with codes, and what the rows say afterwards.

use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Occupancy;
use aisle_database::testing::fetch_all;
use aisle_database::{Database, Statement, rows, sql};
use aisle_model::entry::{CheckedIn, EntryBody, ServerEntry};
use aisle_model::entry_code::CodeState;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookType;
use aisle_model::{CheckInDeviceId, CustomerId, EntryCode, SessionToken, StoreId};
use aisle_operations::check_in::{self, At, CheckInResult, Presented};
use aisle_operations::customers::NewCustomer;
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::stores::StoreEdit;
use aisle_operations::webhooks::NewWebhook;
use aisle_operations::{App, Caller, Failure, Limits, customers, entry_codes, stores, webhooks};
pub use aisle_testkit::{START, reader};
use aisle_testkit::{build, furnished, hook};
use serde_json::Value;

pub struct Door {
    pub app: App,
    pub caller: Caller,
    pub store: StoreId,
    pub device: CheckInDeviceId,
}

pub async fn door(database: Database) -> Door {
    door_with(database, Limits::default()).await
}

pub async fn door_with(database: Database, limits: Limits) -> Door {
    let shop = furnished(build(database).loopback().limits(limits).app()).await;
    Door { app: shop.app, caller: shop.caller, store: shop.store, device: shop.device }
}

impl Door {
    pub async fn customer(&self, role: Role) -> CustomerId {
        let new = NewCustomer { role, ..NewCustomer::default() };
        let made = customers::create(&self.app, &self.caller, new).await;
        made.unwrap().customer.id
    }

    /// A code of a new customer.
    pub async fn code(&self, new: NewEntryCode) -> Session {
        let customer = self.customer(Role::Customer).await;
        self.code_of(customer, new).await
    }

    pub async fn code_of(&self, customer: CustomerId, new: NewEntryCode) -> Session {
        let made = entry_codes::create(&self.app, &self.caller, customer, new);
        made.await.unwrap()
    }

    pub fn presented(&self, code: &EntryCode) -> Presented {
        Presented {
            retailer: self.caller.retailer,
            store: self.store,
            at: At::Device(self.device),
            code: code.clone(),
            group_size: None,
            scan: None,
            once: None,
        }
    }

    pub async fn scan(&self, code: &EntryCode) -> CheckInResult {
        let verified = check_in::verify(&self.app, self.presented(code));
        verified.await.unwrap()
    }

    pub async fn edit(&self, edit: StoreEdit) {
        let edited = stores::update(&self.app, &self.caller, self.store, edit);
        edited.await.unwrap();
    }

    /// Has the retailer's server asked about codes.
    pub async fn asks(&self, url: &str, kind: WebhookType, priority: i64) {
        let new = NewWebhook { priority, ..hook(kind, url) };
        let made = webhooks::create(&self.app, &self.caller, new).await;
        made.unwrap();
    }

    pub async fn session(&self, token: &SessionToken) -> Session {
        aisle_testkit::session(&self.app, self.caller.retailer, token).await
    }

    pub async fn code_state(&self, code: &EntryCode) -> CodeState {
        let (retailer, code) = (self.caller.retailer, code.clone());
        let read = self
            .app
            .database
            .read(move |c| Box::pin(async move { rows::entry_codes::find(c, retailer, code.as_str()).await }));
        read.await.unwrap().unwrap().state
    }

    pub async fn occupancy(&self) -> Occupancy {
        aisle_testkit::occupancy(&self.app, self.store).await
    }

    /// The accepted check-ins in the stream, oldest first.
    pub async fn checked_in(&self) -> Vec<CheckedIn> {
        let entries = aisle_testkit::entries(&self.app, self.store).await.into_iter();
        let checked_in = entries.filter_map(|entry| match entry {
            EntryBody::Server(ServerEntry::CheckedIn(checked_in)) => Some(checked_in),
            _ => None,
        });
        checked_in.collect()
    }

    /// Kind and payload of the commands to the devices so far.
    pub async fn commands(&self) -> Vec<(String, Value)> {
        let query =
            sql!("select kind, payload from commands where kind in ('gate.open', 'device.result') order by position");
        self.rows(query, |row| {
            let payload: String = row.get("payload").unwrap();
            let payload = serde_json::from_str(&payload).unwrap();
            (row.get("kind").unwrap(), payload)
        })
        .await
    }

    /// The bodies of the notices of a webhook so far.
    pub async fn notices(&self, name: &'static str) -> Vec<Value> {
        aisle_testkit::messages(&self.app, name).await
    }

    pub async fn rows<T: Send + 'static>(&self, query: Statement, read: fn(&aisle_database::Row) -> T) -> Vec<T> {
        let rows = self.app.database.read(move |c| {
            Box::pin(async move {
                let rows = fetch_all(c, query).await?;
                Ok::<_, Failure>(rows.iter().map(read).collect())
            })
        });
        rows.await.unwrap()
    }

    pub async fn execute(&self, statement: Statement) {
        aisle_testkit::execute(&self.app, statement).await;
    }
}

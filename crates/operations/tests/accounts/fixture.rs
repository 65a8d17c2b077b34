//! A retailer with one customer.

use std::net::IpAddr;
use std::time::Duration;

use aisle_database::{Database, sql};
use aisle_model::{CustomerId, RetailerId};
use aisle_operations::access::Tokens;
use aisle_operations::accounts::logins::Given;
use aisle_operations::accounts::{self, Name, mails};
use aisle_operations::customers::{self, NewCustomer, Password};
use aisle_operations::{App, Caller, Failure, Refusal};
use aisle_partners::Mailer;
pub use aisle_testkit::{START, faults, retailer};
use serde_json::Value;
use tempfile::TempDir;

pub struct Fixture {
    pub app: App,
    pub caller: Caller,
    pub customer: CustomerId,
    folder: TempDir,
}

pub async fn fixture(database: Database) -> Fixture {
    let app = aisle_testkit::app(database);
    let caller = retailer(&app, "corner").await;
    let new = NewCustomer { email: Some("Ada@Example.com".to_owned()), ..NewCustomer::default() };
    let customer = customers::create(&app, &caller, new).await.unwrap().customer.id;
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::folder(folder.path());
    Fixture { app: App { mailer: Some(mailer), ..app }, caller, customer, folder }
}

/// An address of somebody.
pub fn from(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, last]))
}

/// The wait of a refusal for too many tries.
pub fn too_often<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> u32 {
    match outcome {
        Err(Failure::Refused(Refusal::TooOften { seconds })) => seconds,
        other => panic!("{other:?}"),
    }
}

impl Fixture {
    /// A device of the customer.
    pub async fn device(&self) -> Given {
        aisle_testkit::logged_in(&self.app, self.caller.retailer, self.customer).await
    }

    /// A customer with this address and password.
    pub async fn with_password(&self, email: &str, password: &str) -> CustomerId {
        let new = NewCustomer {
            email: Some(email.to_owned()),
            password: Some(Password::new(password)),
            ..NewCustomer::default()
        };
        customers::create(&self.app, &self.caller, new).await.unwrap().customer.id
    }

    /// The app before anybody has logged in.
    pub fn nobody(&self) -> Caller {
        Caller::nobody(self.caller.retailer)
    }

    pub async fn log_in(&self, address: u8, email: &str, password: &str) -> Result<Option<Given>, Failure> {
        let (name, password) = (Name::Email(email.to_owned()), Password::new(password));
        accounts::log_in(&self.app, &self.nobody(), from(address), &name, &password).await
    }

    /// Sends what waits and answers the mails so far, oldest first: receiver and text.
    pub async fn mails(&self) -> Vec<(String, String)> {
        while mails::send_due(&self.app).await.unwrap() {}
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            let written = entry.metadata().unwrap().modified().unwrap();
            found.push((written, std::fs::read_to_string(entry.path()).unwrap()));
        }
        found.sort();
        let to = |mail: &str| mail.lines().find_map(|line| line.strip_prefix("To: ").map(str::to_owned)).unwrap();
        found.into_iter().map(|(_, mail)| (to(&mail), mail)).collect()
    }

    /// The code in the newest mail.
    pub async fn mailed_code(&self) -> String {
        let (_, mail) = self.mails().await.pop().unwrap();
        let is_code = |line: &&str| line.len() == 5 && line.bytes().all(|byte| byte.is_ascii_digit());
        mail.lines().find(is_code).unwrap().to_owned()
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

//! A customer who registers in the app.

use std::net::IpAddr;

use aisle_model::store::Role;

use super::throttle::{self, Counter};
use super::{Account, Profile};
use crate::customers::{self, NewCustomer, Password, Settings};
use crate::{App, Caller, Failure, Refusal};

/// What is said at registration. Role, priority, external id and metadata are not the app's to say.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of the contract's AppCustomerCreate")]
pub struct Registration {
    pub email: String,
    pub password: Password,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub locale_language_code: Option<String>,
}

/// Makes a customer, by the rules for all customers, unless the retailer has closed registration.
pub async fn register(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    said: Registration,
) -> Result<Account, Failure> {
    refuse_where_closed(app, caller).await?;
    throttle::enter(app, vec![Counter::registrations(app, address)], app.clock.now()).await?;
    let locale_language_code = said.locale_language_code.filter(|code| !code.is_empty());
    let new = NewCustomer {
        email: Some(said.email),
        password: Some(said.password),
        first_name: Some(said.first_name),
        last_name: Some(said.last_name),
        phone: Some(said.phone),
        role: Role::Customer,
        locale_language_code: locale_language_code.clone(),
        ..NewCustomer::default()
    };
    let known = customers::create(app, caller, new).await?;
    Ok(Account { known, profile: Profile { locale_language_code, ..Profile::default() } })
}

async fn refuse_where_closed(app: &App, caller: &Caller) -> Result<(), Failure> {
    let retailer = caller.retailer;
    let read = app.database.read(move |c| Box::pin(async move { Settings::of(c, retailer).await }));
    let name = "customerApi.registration";
    match read.await?.get(name, "open".to_owned())?.as_str() {
        "open" => Ok(()),
        "closed" => Err(Refusal::Forbidden("Registration by the app is closed".to_owned()).into()),
        other => Err(Failure::broken(format!("the retailer's setting {name} is {other:?}"))),
    }
}

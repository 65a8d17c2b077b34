//! Logging in: e-mail address or telephone number, and password, for a token.
//!
//! Every failure is one answer after the same work. The password is judged against a hash that fits nothing when there is
//! nobody to judge, and whether somebody is there is looked up by one statement either way.

use std::net::IpAddr;

use aisle_database::rows::customer_passwords::{self, Named};
use aisle_database::rows::customers;
use aisle_model::{CustomerId, Moment, RetailerId};

use super::logins::{self, Given};
use super::throttle::{self, Counter};
use crate::customers::{Password, fold_email, fold_phone};
use crate::{App, Caller, Failure};

/// Who somebody says to be.
#[derive(Debug, Clone)]
pub enum Name {
    /// By e-mail address.
    Email(String),
    /// By telephone number.
    Phone(String),
}

/// The outcome of a password's judgement.
struct Judged {
    customer: CustomerId,
    /// What it was found to fit.
    stored: String,
    /// The same password under the parameters of today, when the stored ones are older.
    renewed: Option<String>,
}

impl Name {
    fn folded(&self) -> Named {
        match self {
            Self::Email(email) => Named::Email(fold_email(email)),
            Self::Phone(phone) => Named::Phone(fold_phone(phone)),
        }
    }
}

/// The name under which failed log-ins of an address are counted.
pub(crate) fn counted_email(email_folded: &str) -> String {
    format!("email {email_folded}")
}

fn counted(name: &Named) -> String {
    match name {
        Named::Email(folded) => counted_email(folded),
        Named::Phone(folded) => format!("phone {folded}"),
    }
}

/// Gives a token to whoever knows the password; `None` for everybody else. Too many tries are refused unseen.
pub async fn log_in(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    name: &Name,
    password: &Password,
) -> Result<Option<Given>, Failure> {
    let (retailer, named, now) = (caller.retailer, name.folded(), app.clock.now());
    let failures = Counter::failed_log_ins(app, retailer, &counted(&named), address);
    let mut counters = failures.to_vec();
    counters.push(Counter::log_ins(app, address));
    throttle::enter(app, counters, now).await?;
    let Some(judged) = judge(app, retailer, named, password).await? else {
        return Ok(None);
    };
    begin(app, retailer, judged, failures, now).await
}

async fn judge(app: &App, retailer: RetailerId, named: Named, password: &Password) -> Result<Option<Judged>, Failure> {
    let read =
        app.database.read(move |c| Box::pin(async move { customer_passwords::named(c, retailer, &named).await }));
    let found = read.await.map_err(Failure::from)?;
    let stored = found.as_ref().map(|(_, stored)| stored.clone());
    let fits = password.fits(stored.unwrap_or_else(Password::hash_of_nothing)).await?;
    let Some((customer, stored)) = found.filter(|_| fits) else {
        return Ok(None);
    };
    let renewed = if Password::is_current(&stored) { None } else { Some(password.hash(app).await?) };
    Ok(Some(Judged { customer, stored, renewed }))
}

/// `None` when the password was changed, or the customer deleted, since it was judged.
async fn begin(
    app: &App,
    retailer: RetailerId,
    judged: Judged,
    failures: [Counter; 2],
    at: Moment,
) -> Result<Option<Given>, Failure> {
    let (within, judged) = (app.clone(), std::sync::Arc::new(judged));
    let begun = app.database.change(move |c| {
        let (app, judged) = (within.clone(), std::sync::Arc::clone(&judged));
        Box::pin(async move {
            let Some(customer) = customers::lock(c, retailer, judged.customer).await? else {
                return Ok(None);
            };
            if customers::password_hash(c, customer.id).await?.as_ref() != Some(&judged.stored) {
                return Ok(None);
            }
            if let Some(renewed) = &judged.renewed {
                customer_passwords::renew(c, customer.id, renewed).await?;
            }
            throttle::give_back(c, &failures, at).await?;
            logins::begin(c, &app, &customer).await.map(Some)
        })
    });
    begun.await
}

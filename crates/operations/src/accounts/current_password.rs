//! Asking for the password in force before it is changed: a wrong one counts as a failed log-in.

use std::net::IpAddr;

use aisle_database::rows::customers::Customer;

use super::log_in::counted_email;
use super::throttle::{self, Counter};
use crate::customers::{Password, fold_email};
use crate::{App, Failure};

/// Whether a password is that of a stored hash. Too many wrong ones are refused unseen, like log-ins.
pub(crate) async fn is_known(
    app: &App,
    customer: &Customer,
    stored: Option<String>,
    given: &Password,
    address: Option<IpAddr>,
) -> Result<bool, Failure> {
    let (now, counters) = (app.clock.now(), counters(app, customer, address));
    throttle::enter(app, counters.clone(), now).await?;
    if !given.fits(stored.unwrap_or_else(Password::hash_of_nothing)).await? {
        return Ok(false);
    }
    let given_back = app.database.change(move |c| {
        let counters = counters.clone();
        Box::pin(async move { throttle::give_back(c, &counters, now).await })
    });
    given_back.await.map(|()| true)
}

/// Where failed log-ins of a customer's address are counted. The retailer's own back end has no address of the customer.
pub(super) fn counters(app: &App, customer: &Customer, address: Option<IpAddr>) -> Vec<Counter> {
    let name = counted_email(&fold_email(&customer.email));
    match address {
        Some(_) => Counter::failed_log_ins(app, customer.retailer, &name, address).to_vec(),
        None => vec![Counter::failed_log_ins_anywhere(app, customer.retailer, &name)],
    }
}

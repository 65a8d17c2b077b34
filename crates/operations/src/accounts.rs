//! The accounts of the shopper's app: who a shopper is, and on which devices they are logged in.
//!
//! Promises: tokens, codes and passwords are stored as hashes; a token ends everywhere within a second of the log-out; a
//! token that is used long after it was exchanged ends its log-in, for somebody else has the chain.
//! Deliberately absent: HTTP, and the orders, codes and contests that the app shows.

pub(crate) mod current_password;
mod log_in;
pub mod logins;
pub mod mails;
pub mod password_reset;
mod profile;
mod register;
pub(crate) mod throttle;
mod update;

pub use log_in::{Name, log_in};
pub use profile::{Account, of_caller};
pub use register::{Registration, register};
pub use throttle::purge as purge_throttles;
pub use update::{AccountPatch, update};

pub use aisle_database::rows::customer_profiles::Profile;

use aisle_database::Connection;
use aisle_database::rows::{customer_logins, customer_profiles, mails as mail_rows, password_resets};
use aisle_model::CustomerId;

use crate::Failure;

/// Takes the account of a customer who is being deleted away: log-ins and what their devices said, profile, mails, resets.
pub(crate) async fn forget(c: &mut Connection, customer: CustomerId) -> Result<(), Failure> {
    customer_logins::end_all(c, customer, None).await?;
    customer_profiles::erase(c, customer).await?;
    mail_rows::remove_all(c, customer).await?;
    password_resets::erase(c, customer).await?;
    Ok(())
}

//! Stories of the shopper's app's accounts, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod fixture;
mod log_in;
mod logins;
mod mails;
mod password_reset;
mod register;
mod update;

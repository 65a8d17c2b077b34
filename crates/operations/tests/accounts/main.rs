//! Stories of the shopper's app's accounts, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod fixture;
mod logins;

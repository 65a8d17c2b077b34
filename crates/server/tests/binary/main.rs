//! The real binary, from outside: started, asked, killed and started again.

#![allow(clippy::unwrap_used, reason = "a test fails where it finds something else than it expects")]

mod backup;
mod catalogue;
mod common;
mod fault;
mod fuzz;
mod kill;
mod metrics;
mod operator;
mod outage;
mod reference;
mod secrecy;
mod signatures;
mod sink;
mod stopping;
mod trip;

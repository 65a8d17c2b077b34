//! The PostgreSQL that the tests use, told to them by `AISLE_TEST_POSTGRES_URL`.
//!
//! In this order: the server that variable names; one that answers on this machine; a throw-away cluster. A server is
//! taken only when it is 15 or later and lets the user make databases. There is no way to go without: half of the
//! tests of every row would be missing.

mod probe;
mod throwaway;

use anyhow::{Context, Result};

use crate::say;
use throwaway::Cluster;

pub const VARIABLE: &str = "AISLE_TEST_POSTGRES_URL";

/// A server for the length of one command. Dropping it ends a cluster that was started for it.
pub struct Postgres {
    pub url: String,
    /// Held for its `Drop`.
    _cluster: Option<Cluster>,
}

/// Finds or starts a server.
pub fn obtain() -> Result<Postgres> {
    if let Ok(url) = std::env::var(VARIABLE) {
        say(&format!("PostgreSQL: the server that {VARIABLE} names"));
        return Ok(Postgres { url, _cluster: None });
    }
    if let Some(url) = probe::running_server() {
        say(&format!("PostgreSQL: using {url}"));
        return Ok(Postgres { url, _cluster: None });
    }
    say("PostgreSQL: none on this machine lets us in, starting a throw-away cluster");
    let cluster = Cluster::start().with_context(|| {
        format!("PostgreSQL 15 or later is needed: install Debian's `postgresql`, or set {VARIABLE}")
    })?;
    say(&format!("PostgreSQL: started {}", cluster.url()));
    Ok(Postgres { url: cluster.url(), _cluster: Some(cluster) })
}

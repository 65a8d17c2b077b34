//! The parts of a server, as tests want them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use aisle_database::Database;
use aisle_model::Moment;
use aisle_operations::{App, Chance, Clock, Keys, Limits, Nudges};
use aisle_partners::{EgressPolicy, GuardedClient, Resolve};
use futures::FutureExt;
use futures::future::BoxFuture;
use rustls::RootCertStore;

/// When tests begin.
pub const START: Moment = Moment::from_millis(1_700_000_000_000);

/// A server's parts: the clock stands at [`START`], chance is seeded, nobody outside may be called.
pub fn app(database: Database) -> App {
    build(database).app()
}

/// The same, but it may call receivers on this machine.
pub fn loopback(database: Database) -> App {
    build(database).loopback().app()
}

/// Begins to put a server's parts together.
pub fn build(database: Database) -> AppBuilder {
    AppBuilder {
        database,
        clock: Clock::set_to(START),
        chance: Chance::seeded(1),
        allowed: Vec::new(),
        names: None,
        limits: Limits::default(),
        nudges: Nudges::default(),
        node: "test".to_owned(),
    }
}

/// Parts that are not the usual ones.
pub struct AppBuilder {
    database: Database,
    clock: Clock,
    chance: Chance,
    allowed: Vec<&'static str>,
    names: Option<Names>,
    limits: Limits,
    nudges: Nudges,
    node: String,
}

impl AppBuilder {
    /// Another clock; several nodes of a test share one.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Another seed, or the system's randomness.
    #[must_use]
    pub fn chance(self, chance: Chance) -> Self {
        Self { chance, ..self }
    }

    /// Receivers on this machine may be called.
    #[must_use]
    pub fn loopback(self) -> Self {
        Self { allowed: vec!["127.0.0.0/8"], ..self }
    }

    /// Names resolve as this says, and all others not at all.
    #[must_use]
    pub fn names<const N: usize>(self, names: [(&str, IpAddr); N]) -> Self {
        let known = names.map(|(name, address)| (name.to_owned(), address));
        Self { names: Some(Names(known.into())), ..self }
    }

    /// Other limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Bells that are heard elsewhere too.
    #[must_use]
    pub fn nudges(self, nudges: Nudges) -> Self {
        Self { nudges, ..self }
    }

    /// Another name of the process.
    #[must_use]
    pub fn node(self, node: &str) -> Self {
        Self { node: node.to_owned(), ..self }
    }

    /// The parts.
    pub fn app(self) -> App {
        let allowed = self.allowed.iter().map(|range| range.parse().unwrap()).collect();
        let policy = EgressPolicy { allowed };
        let outsiders = match self.names {
            Some(names) => GuardedClient::with(policy, Arc::new(names), RootCertStore::empty()),
            None => GuardedClient::new(policy),
        };
        App {
            node: self.node.into(),
            nudges: self.nudges,
            limits: self.limits,
            ..App::new(self.database, self.clock, self.chance, Keys::new(&[7; 32]), outsiders)
        }
    }
}

/// A resolver that knows what it was told.
struct Names(HashMap<String, IpAddr>);

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        let found = self.0.get(name).map(|address| vec![*address]);
        let unknown = move || std::io::Error::other(format!("the test knows no {name}"));
        async move { found.ok_or_else(unknown) }.boxed()
    }
}

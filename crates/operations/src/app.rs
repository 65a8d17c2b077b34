//! What every operation works with.

use aisle_database::Database;
use aisle_partners::{GuardedClient, Mailer};

use crate::stream::Intake;
use crate::webhooks::Measured;
use crate::{Chance, Clock, Keys, Nudges, Stalls};

/// The parts of a running server that operations share. Made once, passed by reference, cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Rows.
    pub database: Database,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub chance: Chance,
    /// What is sealed and hashed with the master key.
    pub keys: Keys,
    /// Calls to outsiders.
    pub outsiders: GuardedClient,
    /// How mails leave, if they do.
    pub mailer: Option<Mailer>,
    /// Wakes the workers of this node.
    pub nudges: Nudges,
    /// What requests that bring store events share; `Intake::default()` at start.
    pub intake: Intake,
    /// Stores of this node that stand still.
    pub stalls: Stalls,
    /// Name of this process; new at every start.
    pub node: std::sync::Arc<str>,
    /// What is measured of webhook calls.
    pub measured: Measured,
    /// What the operator may set.
    pub limits: Limits,
}

impl App {
    /// A node that has not begun: it draws its name, nobody has rung for it, and its limits are the usual ones.
    pub fn new(database: Database, clock: Clock, chance: Chance, keys: Keys, outsiders: GuardedClient) -> Self {
        Self {
            node: format!("node-{}", chance.uuid()).into(),
            database,
            clock,
            chance,
            keys,
            outsiders,
            mailer: None,
            nudges: Nudges::default(),
            intake: Intake::default(),
            stalls: Stalls::default(),
            measured: Measured::default(),
            limits: Limits::default(),
        }
    }
}

/// Limits that the operator may set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest a check-in may wait for all retailers' answers together.
    pub check_in_questions: std::time::Duration,
    /// Environment and region, the first parts of client ids.
    pub client_id_prefix: String,
}

impl Default for Limits {
    fn default() -> Self {
        Self { check_in_questions: std::time::Duration::from_secs(10), client_id_prefix: "prod-eu".to_owned() }
    }
}

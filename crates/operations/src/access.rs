//! Who may do what: bearer tokens, applications and their secrets, static keys.
//!
//! Promises: tokens, secrets and keys are stored as hashes and shown once; revocation holds everywhere within a second;
//! nobody hands out a right that they do not hold, nor gets hold of a secret that has one.
//! Deliberately absent: HTTP, and which operation needs which right (the contract says).

pub mod api_keys;
pub mod applications;
pub mod client_credentials;
mod rights;
mod simulation;
mod tokens;

pub use simulation::simulated_store;
pub use tokens::{Bearer, BearerKind, Tokens};

use crate::Chance;
use aisle_model::Millis;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many of its first characters name a secret in lists.
const SHOWN: usize = 12;

/// A new secret of 256 random bits behind a recognisable prefix.
pub(crate) fn new_secret(prefix: &str, chance: &Chance) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(chance.bytes::<32>()))
}

const fn hours(hours: i64) -> Millis {
    Millis(hours.saturating_mul(60 * 60 * 1000))
}

const fn days(days: i64) -> Millis {
    hours(days.saturating_mul(24))
}

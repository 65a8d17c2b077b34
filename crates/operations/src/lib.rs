//! What the platform can do: one file per thing, each one readable function.
//!
//! Promises: an operation opens its own changes; state and the notices it causes are written in one of them; nobody
//! outside is called while one is open; whoever may repeat a call gets the same outcome ([`once`]).
//! Deliberately absent: JSON faces of the API, SQL, sleeping, reading the system's clock or randomness directly.

pub mod access;
pub mod accounts;
mod app;
mod caller;
pub mod cameras;
pub mod cards;
mod chance;
pub mod check_in;
pub mod check_in_devices;
mod clock;
pub mod commands;
pub mod confirmation;
pub mod contests;
pub mod customers;
pub mod device_events;
pub mod entry_codes;
mod failure;
pub mod floor;
pub mod idempotency;
pub mod invariants;
pub mod inventory;
pub mod key_check;
mod keys;
pub mod layout;
pub mod notices;
mod nudges;
pub mod once;
pub mod orders;
pub mod patch;
pub mod plan;
pub mod planogram;
pub mod products;
pub mod remote_register;
pub mod retailers;
pub mod sessions;
pub mod shelves;
pub mod shoppers;
mod stalls;
pub mod stores;
pub mod stream;
pub mod tags;
pub mod webhooks;
pub mod zones;

pub use app::{App, Limits};
pub use caller::{Caller, LoggedIn};
pub use chance::Chance;
pub use clock::Clock;
pub use failure::{Failure, FieldFault, Refusal};
pub use keys::{Keys, KeysFault};
pub use nudges::Nudges;
pub use stalls::Stalls;

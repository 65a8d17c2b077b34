//! What is true of a store and of a trip: ids, money, moments, states and the decisions about them.
//!
//! Promises: everything here is pure. Decisions are exhaustive matches; a refusal is a typed value.
//! Deliberately absent: clocks, randomness, logging, panics, and any JSON face. The serde derives serve the stream, the
//! snapshots and JSON columns of the database, never an answer of the API.

pub mod access;
pub mod check_in;
pub mod entry;
pub mod entry_code;
pub mod epc;
pub mod event;
pub mod floor_map;
pub mod gtin;
mod id;
pub mod limit;
pub mod login;
mod moment;
mod money;
pub mod named;
pub mod order;
pub mod password_reset;
mod price;
pub mod product;
pub mod session;
pub mod settings;
pub mod shopper_ids;
pub mod store;
pub mod store_map;
pub mod webhook;

pub use id::*;
pub use moment::{Millis, Moment, StoreClock};
pub use money::{Currency, Money, MoneyFault};
pub use price::Price;

//! Rows in, rows out, on SQLite or PostgreSQL.
//!
//! Promises: one way to write ([`Database::change`]), two ways to read ([`Database::read`], [`Database::snapshot`]), one
//! SQL text for both databases, every value bound, every failure one of the few kinds of [`Error`]. Whatever runs on a
//! connection runs to its end, also when the caller hangs up.
//!
//! Deliberately not here: decisions (they are `model`'s) and any type of the SQL driver in a public signature.

pub mod backup;
pub mod connection;
pub mod database;
mod erased;
pub mod error;
pub mod fault;
pub mod ids;
mod migrations;
mod postgres;
pub mod rows;
mod sqlite;
pub mod statement;
pub mod stored;
#[doc(hidden)]
pub mod testing;
#[doc(hidden)]
pub mod watch;
mod writer;

pub use connection::{Connection, Row};
pub use database::{Database, Settings};
pub use error::{Error, UniqueKey};
pub use sqlite::private_folder;
pub use statement::Statement;
pub use stored::{FromValue, StoredTime, Value};

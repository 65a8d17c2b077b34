//! Entry codes: what a customer presents at the door, and the trip behind it.
//!
//! Promises: code and trip are made in one change; a code and a session token are used once per retailer, for ever, decided
//! by the database. Deliberately absent: everything that happens at the scan.

mod create;
mod own;
mod read;

pub use create::{Expiry, NewEntryCode, create, error_fault};
pub(crate) use create::{insert, register_resolved};
pub use own::create_own;
pub use read::find;

pub use aisle_database::rows::entry_codes::CodeRow;

use crate::Keys;

/// The keyed hash under which the scanned text of a code is found.
pub fn code_hash(keys: &Keys, code: &str) -> [u8; 32] {
    keys.hash("entry code", code)
}

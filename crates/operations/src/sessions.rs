//! Shopping sessions as the retailer's back end sees them: the list, and what it may write.
//!
//! Deliberately absent: everything that moves a trip from state to state; that is check-in's and the floor's.

mod list;
mod update;

pub use list::{ListSessions, SessionPage, Start, list, place_of_id};
pub use update::{SessionPatch, metadata_fault, update};

pub use aisle_database::rows::session_list::{Direction, Place, SessionFilter, SessionOrder};
pub use aisle_database::rows::sessions::Session;

//! Customers: who may enter, and how they pay.
//!
//! Promises: e-mail addresses and (unless the retailer lifts it) external ids are unique among living customers, decided by
//! the database; a change and its notice are one; passwords and tokens leave this module as hashes and sealed bytes only.
//! Deliberately absent: hiding personal data from callers without the right, which is the face's work.

pub(crate) mod cards;
mod create;
mod delete;
mod erase;
mod export;
mod list;
mod metadata;
mod password;
mod read;
mod settings;
mod text;
mod update;

pub use cards::NewCard;
pub use create::{NewCustomer, create};
pub use delete::delete;
pub use erase::erase_due;
pub use export::{Known, Place, export};
pub use list::{ListFilter, list_slice};
pub use metadata::metadata_fault;
pub use password::Password;
pub use read::{CustomerWithCards, get};
pub use text::{email_fault, fold_email, fold_phone};
pub use update::{CardChange, CustomerPatch, Hidden, update};
pub(crate) use update::{Passwords, change, judge_passwords};

pub use aisle_database::rows::cards::Card;
pub use aisle_database::rows::customers::Customer;
pub use aisle_database::rows::window::Window;

pub(crate) use settings::Settings;

/// Purpose of the keyed hash under which tokens of cards are found.
pub const CARD_TOKEN: &str = "card token";

/// Purpose of the keyed hash under which ids of physical cards are found.
pub const CARD_ID: &str = "card id";

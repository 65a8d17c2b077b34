//! People in stores: who is there, putting somebody on a trip, and telling that two of them are one.
//!
//! Deliberately absent: judging whether somebody may be put on a trip. The engine of the store is the only judge
//! (decisions 13): the question goes into the stream, and its verdict is waited for.

mod bind;
mod list;
mod matching;

pub use bind::bind_to_session;
pub use list::{ListShoppers, ShopperPage, ShopperView, Start, list, place_of_id, read};
pub use matching::{ReportedMatch, report_match};

pub use aisle_database::rows::identity_matches::Candidate;
pub use aisle_database::rows::session_list::Direction;
pub use aisle_database::rows::shopper_list::Place;
pub use aisle_database::rows::shoppers::Shopper;

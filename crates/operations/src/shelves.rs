//! Furniture with what is planned for it and what lies on it.
//!
//! Promises: what is shown of one moment fits together (one snapshot); stock stays in its bin while plans come and go,
//! and only what stood in a bin that is no more moves, to the last bin there is.

mod fill;
mod filled;
mod places;
mod read;
mod shelf_id;

pub use filled::{FilledBin, FilledGondola, FilledShelf, Goods, Shown};
pub use places::{Frame, Place};
pub use read::{Wanted, find, list};
pub use shelf_id::ShelfId;

pub use aisle_database::rows::shelf_products::ShelfProduct;

pub(crate) use fill::{bin_then, fill};
pub(crate) use read::{gondola_of, shelf_of};

//! Planograms: which product belongs into which bin, from when on.
//!
//! Promises: what a planogram showed at a moment that has passed is shown again for that moment, furniture and stock
//! included; one shelf is set at a time and others stay; no plan names a product that is not sold.
//! The engine does not read plans yet. When it does, [`set`] is the one place that has to put them into the stream.

mod judge;
mod of_product;
mod set;
mod view;

pub use of_product::{ProductPlace, of_product};
pub use set::{NewPlan, set};
pub use view::{PlanogramView, view};

pub use aisle_database::rows::planograms::Bin;

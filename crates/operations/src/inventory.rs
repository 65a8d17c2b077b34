//! Stock: what is believed to lie in the bins of shelves.
//!
//! Promises: changes of one store happen one after the other, so every difference counts; every change is kept with its
//! moment; stock never falls below zero, and where it would have, or where units stand that no plan has there, a fact
//! says so for the alerts.

mod add;
mod facts;
mod read;
mod settle;

pub use add::{Difference, add};
pub use read::shelf;

pub(crate) use settle::settle;

//! What the facts of the engine cause: rows, notices, commands.
//!
//! Promises: the facts of a batch and the cursor behind them are written in one change, so a fact takes effect exactly
//! once; a notice shows its session as it is after the entry that caused it, however entries were cut into batches.
//! Deliberately absent: running the engine (`worker`), and what is concluded from events (`aisle_floor`).

mod apply;
mod people;
mod presence;
mod sources;
mod tell;
mod trips;

pub use apply::{Applied, Batch, EntryFacts, apply_facts};

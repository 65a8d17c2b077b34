//! A store with people in it: makes the store events that a real one would make, and knows what really happened.
//!
//! A [`Simulation`] talks to a running server over its public API only: customers and entry codes by the Admin API,
//! scans, positions and crossings by the store-side event API. At the end of each trip it holds the server's session
//! against the truth. A [`Replay`] sends recorded events again.
//!
//! Promises: the same seed gives the same parties and walks (the moments of the server's answers decide when people
//! go on); events are never ahead of the store's clock. Does not: take products yet (there are no orders to compare),
//! print, or end the process.

mod office;
mod pace;
mod producers;
mod replay;
mod report;
mod rewrite;
mod scenario;
mod simulation;
pub mod store_map;
mod visit;
pub mod walks;

pub use replay::{Replay, ReplayPace};
pub use report::{Ending, Summary, TripReport};
pub use scenario::{BadCode, Limit, Party, Scenario, ScenarioFault};
pub use simulation::{Plan, Progress, Simulation, SimulationFault};

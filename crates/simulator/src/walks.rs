//! How people walk: pure, and the same for the same map, seed and answers.
//!
//! A [`Floor`] says where one can walk, [`itinerary`] what the people of one trip are going to do, and a [`Crowd`]
//! moves everybody in steps of a tenth of a second and tells what a perfect perception would have seen. Noise is added
//! where events are made of it, so the truth stays here.
//!
//! Promises: nobody passes furniture or walls; groups come in one after the other at each gate, so that it is certain
//! who belongs to which code; whoever came in leaves. Does not: let people hinder each other.

mod crowd;
mod floor;
mod itinerary;
mod trip;
mod walker;

pub use crowd::{Crowd, Sight};
pub use floor::{Floor, Way};
pub use itinerary::{Company, itinerary};
pub use trip::{PersonTruth, TripTruth};
pub use walker::{Act, Steps, Turn};

/// Between two positions of everybody: ten a second.
pub const TICK: aisle_model::Millis = aisle_model::Millis(100);

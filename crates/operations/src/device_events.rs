//! What outside devices report: products that a machine gave out or staff handed over, and questions about people in
//! their pictures.
//!
//! Promises: an event is kept whole and in order of arrival; the same event again is the same; other content under a
//! known id is refused; a cancel counts even when it comes first.
//! Baskets, the session's `metadata.events` and the tracking notice follow from the kept rows; they are the engine's.

mod cancel;
mod faults;
mod frames;
mod machine;
mod report;

pub use cancel::cancel;
pub use frames::{FrameQuestion, ask_about_frame};
pub use machine::{MachineEvent, MachineReceipt, put_machine_event};
pub use report::{NewDeviceEvent, Receipt, Reporter, report};

pub use aisle_database::rows::device_events::DispensedProduct;

use crate::Refusal;

fn other_values() -> Refusal {
    Refusal::conflict("Event already exists with other values")
}

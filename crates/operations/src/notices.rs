//! Notices and the bodies of questions: what the rest of the platform calls when something happens.
//!
//! Promises: a notice is written in the change that causes it, or not at all; every setting that is told gets the same
//! `webhook-id`; what nobody listens to is written too, for whoever reads the pull feed; within a session and setting the
//! order of the changes is the order of sending.
//! Deliberately absent: sending (`worker`), and ringing the bell: a change that caused a notice ends with
//! `app.nudges.deliveries().notify_one()`, which `notices::ring` does. A forgotten bell costs a second.

mod buffer;
mod buffered;
mod door;
pub mod faces;
mod fraud;
mod matching;
mod message_id;
mod operational;
mod outbox;
mod transition;
mod zone;

pub use buffered::{next_buffer_due, settle_buffers};
pub use door::{Asked, Refused, customer_created, entry_code_notify, entry_code_verify_body};
pub use fraud::suspected_fraud;
pub use matching::identity_matching;
pub use message_id::{new_message_id, new_test_message_id};
pub use operational::{about_setting, about_store};
pub(crate) use outbox::takes_store;
pub use outbox::{Notice, OrderKey, send};
pub use transition::{transition_entered, transition_left};
pub use zone::{checkout_zone_entered, checkout_zone_left};

use crate::App;

/// Tells the workers of this node that something may wait. To be called after the commit.
pub fn ring(app: &App) {
    app.nudges.deliveries().notify_one();
    app.nudges.zone_buffers().notify_one();
    app.nudges.feed().notify_one();
}

//! Webhook settings: what their owner does with them, and what is needed to call them.
//!
//! Promises: secrets, tokens and headers are sealed at rest and shown once or never; a store never has two default
//! checkout settings; a test call goes past all queues and changes nothing.
//! Deliberately absent: when something is sent and sent again (`worker`), and what is sent ([`crate::notices`]).

pub mod attempts;
mod endpoint;
mod faults;
pub mod feed;
mod health;
pub mod inbox;
pub mod kept;
mod masking;
mod measured;
mod new_key;
mod options;
mod replay;
mod rotation;
mod settings;
mod test_call;

pub use aisle_database::rows::attempts::{Attempt, AttemptFilter, NewAttempt};
pub use aisle_database::rows::deliveries::DeliveryState;
pub use aisle_database::rows::deliveries::kept::{KeptDelivery, ReplayFilter};
pub use aisle_database::rows::inbox::{InboxEntry, InboxFilter, NewInboxEntry};
pub use aisle_database::rows::messages::feed::{FeedEntry, FeedFilter};
pub use aisle_database::rows::webhooks::{DisabledReason, Setting};
pub use endpoint::{Endpoint, settings_to_ask, without_query};
pub use health::{Outcome, is_never_switched_off, note_calls, receiver_gone, tell_of_failing};
pub use masking::{mask_payment_tokens, mask_personal_data};
pub use measured::Measured;
pub use options::Options;
pub use replay::{Replay, Replayed, replay, replayed_state};
pub use rotation::rotate_secret;
pub use settings::{NewWebhook, SettingView, WebhookChange, create, delete, get, list, update};
pub use test_call::test_call;

//! The registry of every kind of id. No bare number or text crosses a function boundary as an id.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! number_ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

macro_rules! text_ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

macro_rules! uuid_ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

number_ids! {
    /// A retailer: the tenant that owns everything else.
    RetailerId,
    /// A program with a client id and secret.
    ApplicationId,
    /// A static key of a retailer, a store or a vendor.
    ApiKeyId,
    /// A store, always a shop.
    StoreId,
    /// A customer of a retailer.
    CustomerId,
    /// A log-in of the shopper's app: one device of a customer.
    LoginId,
    /// A stored payment instrument.
    CardId,
    /// The internal number of a shopping session (`session.id`), which no path takes.
    SessionNumber,
    /// A reader or terminal where people identify themselves.
    CheckInDeviceId,
    /// A gate of the store map; unique within its store.
    GateId,
    /// A piece of furniture of the store map; unique within its store.
    GondolaId,
    /// A camera of the store map; unique within its store.
    CameraId,
    /// A product; unique within its retailer.
    ProductId,
    /// One sellable form of a product.
    VariantId,
    /// A product as it was when it was sold.
    ProductSnapshotId,
    /// One order.
    OrderId,
    /// A dispute about an order.
    ContestId,
    /// A webhook setting.
    WebhookId,
    /// One attempt to deliver a message to one setting.
    AttemptId,
    /// Place of an entry in a store's stream, from 1, growing by one.
    Offset,
}

text_ids! {
    /// A zone of the store map; unique within its store.
    ZoneId,
    /// What names a trip everywhere: `sessionId` and `sessionToken`.
    SessionToken,
    /// What a customer presents at the door.
    EntryCode,
    /// One person on one visit: 15 digits, never used again.
    ShopperId,
    /// Perception's name for somebody it follows.
    TrackId,
    /// A producing component of a store.
    SourceName,
    /// The `webhook-id` of a message.
    MessageId,
}

uuid_ids! {
    /// Made by a producer for one event and repeated on every resend.
    EventId,
    /// A command to the devices of a store.
    CommandId,
    /// The provisional session of a visitor.
    VisitorSessionId,
    /// A question of the API to the engine of a store, answered by a verdict.
    RequestId,
}

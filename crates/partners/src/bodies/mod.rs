//! The bodies of webhooks, field for field as the contract has them.
//!
//! What it promises: serialising gives the contract's names (its misspellings included) in the order of its examples;
//! what the contract requires is always there; an amount or a moment is printed as the contract prints it.
//!
//! What it does not do: decide when something is sent or to whom, or read a row.

mod customer;
mod door;
mod floor;
mod moment;
mod operational;
mod order;
mod payment;
mod session;
mod shelf;
mod store;

pub use customer::{CustomerCreatedBody, CustomerFace, PersonalInfoFace};
pub use door::{EntryCodeNotifyBody, EntryCodeVerifyBody, RegistrationToken, RemoteRegisterBody};
pub use floor::{CheckoutZoneBody, IdentityMatchingBody, ShopperFace, SuspectedFraudBody, TransitionBody, ZoneName};
pub use moment::Printed;
pub use operational::{OperationalNotice, SettingEvent, SettingTrouble, StoreEvent, StoreNotice, StoreTrouble};
pub use order::{
    CartLineFace, CartMutatorBody, CheckoutBody, DiscountLineFace, EvaluateOrderPriceBody, Grams, MoneyText,
    OrderPhase, OrderShown, OrderTotals, ProductText, TaxLineFace,
};
pub use payment::{InstrumentFace, PaymentFace};
pub use session::SessionFace;
pub use shelf::{PlanogramErrorBody, RestrictedProductsInteractionsBody, TrackingBody};
pub use store::{SessionEnvelope, StoreEnvelope, StoreRefFace};

#[cfg(test)]
mod tests;

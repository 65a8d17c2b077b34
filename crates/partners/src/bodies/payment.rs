//! How a trip can be paid, as webhooks tell it.

use aisle_model::CardId;
use aisle_model::store::PaymentProvider;
use serde::Serialize;

/// `PaymentInfo`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PaymentFace {
    /// The retailer sees to payment.
    None(NoneFace),
    /// An instrument Aisle knows of.
    Instrument(Box<InstrumentFace>),
}

/// `{"paymentProvider":"NONE"}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoneFace {
    payment_provider: PaymentProvider,
}

/// What is known of an instrument. `stripe_customer_id` belongs to Stripe, `underlying_payment_provider` to GENERIC.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's PaymentInstrumentInfo")]
pub struct InstrumentFace {
    pub payment_provider: PaymentProvider,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub underlying_payment_provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripe_customer_id: Option<String>,
    pub payment_instrument_id: CardId,
    pub card_brand: String,
    pub last4: Option<String>,
    pub expiration_date: Option<String>,
    /// Only in calls whose answer may rest on a charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_instrument_token: Option<String>,
    /// Always null: this server holds no money yet.
    pub pre_authorization: (),
}

impl PaymentFace {
    /// No instrument.
    pub const fn none() -> Self {
        Self::None(NoneFace { payment_provider: PaymentProvider::None })
    }

    /// An instrument; one with the provider `NONE` is none.
    pub fn of(instrument: InstrumentFace) -> Self {
        if instrument.payment_provider == PaymentProvider::None {
            return Self::none();
        }
        Self::Instrument(Box::new(instrument))
    }
}

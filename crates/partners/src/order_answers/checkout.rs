//! The answer to the default checkout.

use serde_json::Value;

use crate::{Attempt, FailureKind};

const LONGEST_ID: usize = 255;
const LONGEST_REASON: usize = 500;

/// What the retailer says of the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentWord {
    /// The money is there.
    Paid,
    /// It could not be had.
    Unpaid,
    /// Not known yet; PATCH order will say.
    Processing,
}

/// A good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// How the payment stands.
    pub word: PaymentWord,
    /// The payment at the provider.
    pub payment_transaction_id: Option<String>,
    /// The retailer's id of the order.
    pub external_id: Option<String>,
    /// Why it is unpaid, for the log.
    pub reason: Option<String>,
}

/// What the call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutAnswer {
    /// An answer that says how the payment stands.
    Settled(Settlement),
    /// It was taken, but what came back says nothing: as `processing`, with a warning to the owner, not repeated.
    Unclear {
        /// What was wrong with it.
        why: FailureKind,
    },
    /// Nothing is known; to be repeated under the same name. The charge may have been made.
    NoAnswer {
        /// What happened.
        why: FailureKind,
    },
}

/// Reads what the call of a default checkout brought.
pub fn read_checkout(attempt: &Attempt) -> CheckoutAnswer {
    match attempt.failure.as_ref().map(|failure| failure.kind) {
        Some(why @ FailureKind::AnswerTooLarge) => CheckoutAnswer::Unclear { why },
        Some(why) => CheckoutAnswer::NoAnswer { why },
        None => read_body(&attempt.body).map_or_else(|why| CheckoutAnswer::Unclear { why }, CheckoutAnswer::Settled),
    }
}

fn read_body(body: &[u8]) -> Result<Settlement, FailureKind> {
    if body.trim_ascii().is_empty() {
        return Err(FailureKind::AnswerNotUnderstood);
    }
    let answer: Value = serde_json::from_slice(body).map_err(|_| FailureKind::AnswerNotJson)?;
    let word = match answer.get("paymentStatus") {
        None | Some(Value::Null) => answer.get("status"),
        said => said,
    };
    let word = match word.and_then(Value::as_str) {
        Some("paid") => PaymentWord::Paid,
        Some("unpaid") => PaymentWord::Unpaid,
        Some("processing") => PaymentWord::Processing,
        _ => return Err(FailureKind::AnswerNotUnderstood),
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let id = |name: &str| text(name).filter(|text| text.chars().count() <= LONGEST_ID).map(str::to_owned);
    Ok(Settlement {
        word,
        payment_transaction_id: id("paymentTransactionId"),
        external_id: id("externalId"),
        reason: text("reason").map(|reason| reason.chars().take(LONGEST_REASON).collect()),
    })
}

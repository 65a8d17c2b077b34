//! What a retailer's answers about an order mean: to the price calculator, the cart mutator and the default checkout.
//!
//! The principle: over money, silence never decides. What is no answer is a value of its own, and its effect (skipped,
//! held, repeated) is the caller's to know. Nothing is rounded: an amount that is not exact to the currency is bad.
//! Deliberately absent: orders and products. Whether a name is a product's is asked of the caller.

mod amount;
mod cart;
mod checkout;
mod line;

pub use cart::{CartAnswer, CartChange, LineChange, SentLine, read_cart_mutation, read_order_price};
pub use checkout::{CheckoutAnswer, PaymentWord, Settlement, read_checkout};
pub use line::{AnsweredDiscount, AnsweredTax, LineValues};

#[cfg(test)]
mod tests;

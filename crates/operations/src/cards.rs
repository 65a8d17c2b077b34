//! Cards of customers, one by one. A customer with cards has exactly one default card, also when several callers change
//! them at the same time: each change holds the customer's row, and the database refuses a second mark.
//!
//! Deliberately absent: charging. Adding a card pays nothing by itself.

mod add;
mod make_default;
mod remove;

pub use add::{Added, add};
pub use make_default::make_default;
pub use remove::remove;

use aisle_database::Connection;
use aisle_database::rows::cards::{self, Card};
use aisle_database::rows::customers::{self, Customer};
use aisle_model::{CardId, CustomerId, RetailerId};

use crate::{Failure, Refusal};

/// A living customer, locked, and the cards.
async fn locked(c: &mut Connection, retailer: RetailerId, id: CustomerId) -> Result<(Customer, Vec<Card>), Failure> {
    let customer = customers::lock(c, retailer, id).await?;
    let customer = customer.ok_or(Refusal::NotFound("Customer"))?;
    let stored = cards::of_customer(c, id).await?;
    Ok((customer, stored))
}

fn one_of(cards: &[Card], id: CardId) -> Result<&Card, Refusal> {
    let found = cards.iter().find(|card| card.id == id);
    found.ok_or(Refusal::NotFound("Payment instrument"))
}

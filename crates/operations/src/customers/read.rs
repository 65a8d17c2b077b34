//! Reading one customer.

use aisle_database::Connection;
use aisle_database::rows::cards::{self, Card};
use aisle_database::rows::customers::{self, Customer};
use aisle_model::CustomerId;
use serde::{Deserialize, Serialize};

use crate::{App, Caller, Failure, Refusal};

/// A customer and the cards, default first, then youngest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the two parts")]
pub struct CustomerWithCards {
    pub customer: Customer,
    pub cards: Vec<Card>,
}

impl CustomerWithCards {
    pub(crate) async fn of(c: &mut Connection, customer: Customer) -> Result<Self, Failure> {
        let cards = cards::of_customer(c, customer.id).await?;
        Ok(Self { customer, cards })
    }
}

/// One living customer of the caller's retailer.
pub async fn get(app: &App, caller: &Caller, id: CustomerId) -> Result<CustomerWithCards, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| {
        Box::pin(async move {
            let customer = customers::find(c, retailer, id).await?;
            let customer = customer.ok_or(Refusal::NotFound("Customer"))?;
            CustomerWithCards::of(c, customer).await
        })
    });
    found.await
}

//! What the app shows its own customer.

use aisle_database::Connection;
use aisle_database::rows::customer_profiles::{self, Profile};
use aisle_database::rows::customers::{self, Customer};
use serde::{Deserialize, Serialize};

use crate::customers::CustomerWithCards;
use crate::{App, Caller, Failure, Refusal};

/// A customer as the app shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the two parts")]
pub struct Account {
    pub known: CustomerWithCards,
    pub profile: Profile,
}

impl Account {
    pub(super) async fn of(c: &mut Connection, customer: Customer) -> Result<Self, Failure> {
        let profile = customer_profiles::find(c, customer.id).await?;
        let known = CustomerWithCards::of(c, customer).await?;
        Ok(Self { known, profile })
    }
}

/// The customer whose app asks.
pub async fn of_caller(app: &App, caller: &Caller) -> Result<Account, Failure> {
    let (retailer, id) = (caller.retailer, caller.logged_in()?.customer);
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let customer = customers::find(c, retailer, id).await?;
            Account::of(c, customer.ok_or(Refusal::NotFound("Customer"))?).await
        })
    });
    read.await
}

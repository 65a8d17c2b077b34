//! Moves the mark of the default card.

use aisle_database::rows::{cards, customers};
use aisle_model::{CardId, CustomerId};

use super::{locked, one_of};
use crate::customers::CustomerWithCards;
use crate::{App, Caller, Failure, Refusal};

/// Makes a card the default. Repeating it changes nothing.
pub async fn make_default(
    app: &App,
    caller: &Caller,
    customer: CustomerId,
    id: CardId,
) -> Result<CustomerWithCards, Failure> {
    let (within, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let app = within.clone();
        Box::pin(async move {
            let (row, stored) = locked(c, retailer, customer).await?;
            if one_of(&stored, id)?.is_default {
                return CustomerWithCards::of(c, row).await;
            }
            cards::make_default(c, customer, id).await?;
            customers::touch(c, customer, app.clock.now()).await?;
            let row = customers::find(c, retailer, customer).await?;
            CustomerWithCards::of(c, row.ok_or(Refusal::NotFound("Customer"))?).await
        })
    });
    changed.await
}

//! Removes a card. The youngest one left takes the place of the default.

use aisle_database::rows::{cards, customers};
use aisle_model::{CardId, CustomerId};

use super::{locked, one_of};
use crate::customers::cards::in_use;
use crate::{App, Caller, Failure};

/// Removes a card that no trip under way and no order that is not final is bound to.
pub async fn remove(app: &App, caller: &Caller, customer: CustomerId, id: CardId) -> Result<(), Failure> {
    let (within, retailer) = (app.clone(), caller.retailer);
    let removed = app.database.change(move |c| {
        let app = within.clone();
        Box::pin(async move {
            let (_, stored) = locked(c, retailer, customer).await?;
            let was_default = one_of(&stored, id)?.is_default;
            if cards::in_use(c, customer).await?.contains(&id) {
                return Err(in_use());
            }
            cards::remove(c, id).await?;
            // Default first, then youngest first.
            let youngest = stored.iter().find(|card| card.id != id);
            if let (true, Some(next)) = (was_default, youngest) {
                cards::make_default(c, customer, next.id).await?;
            }
            Ok(customers::touch(c, customer, app.clock.now()).await?)
        })
    });
    removed.await
}

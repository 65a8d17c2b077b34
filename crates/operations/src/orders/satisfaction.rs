//! What a customer thought of a trip. The last word counts, whatever state the order is in.

use aisle_database::rows::{orders, sessions};
use aisle_model::{CustomerId, OrderId};

use crate::{App, Caller, Failure, Refusal};

/// Keeps the rating, 0 to 100, with the trip behind an order of the customer.
pub async fn rate(app: &App, caller: &Caller, customer: CustomerId, id: OrderId, level: i64) -> Result<(), Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let rated = app.change_once(caller, move |c| {
        Box::pin(async move {
            let order = orders::find(c, retailer, id, None).await?;
            let own = order.filter(|order| order.customer == Some(customer));
            let own = own.ok_or(Refusal::NotFound("Order"))?;
            let trip = sessions::lock(c, own.session).await?;
            let mut trip = trip.ok_or_else(|| Failure::broken("the trip of an order is gone"))?;
            if trip.satisfaction_submitted && trip.satisfaction == Some(level) {
                return Ok(());
            }
            trip.satisfaction = Some(level);
            trip.satisfaction_submitted = true;
            if sessions::save(c, &trip, now).await? { Ok(()) } else { Err(Failure::broken("a locked trip changed")) }
        })
    });
    rated.await
}

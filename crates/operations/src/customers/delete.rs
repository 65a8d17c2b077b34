//! Deleting a customer: the person is forgotten, trips and orders stay.

use aisle_database::Connection;
use aisle_database::rows::customers::Customer;
use aisle_database::rows::erasures::{self, Erasure};
use aisle_database::rows::{bind_requests, cards, customers, entry_codes, orders, sessions};
use aisle_model::{CustomerId, Millis};

use super::erase;
use crate::{App, Caller, Failure, Refusal, accounts};

/// Whatever began before the deletion, and still knows the customer, has ended after so long.
const LAST_LOOK_AFTER: Millis = Millis(60_000);

/// Empties the row, and with it email, external id, password and cards, in one change that takes the person out of the
/// newest part of the history too. What is left of a long history goes in short slices right after it ([`super::erase_due`]).
pub async fn delete(app: &App, caller: &Caller, id: CustomerId) -> Result<(), Failure> {
    let (within, retailer) = (app.clone(), caller.retailer);
    let deleted = app.database.change(move |c| {
        let app = within.clone();
        Box::pin(async move {
            let customer = customers::lock(c, retailer, id).await?;
            let customer = customer.ok_or(Refusal::NotFound("Customer"))?;
            refuse_unfinished(c, id).await?;
            empty(c, &app, &customer).await?;
            erase::slice(c, &app, customer.retailer, id).await.map(drop)
        })
    });
    deleted.await
}

/// A check-in holds the trip it activates and its code, so none is overlooked here. Nor is a trip onto which a person puts
/// somebody right now.
async fn refuse_unfinished(c: &mut Connection, id: CustomerId) -> Result<(), Failure> {
    let open = sessions::open_of(c, id).await?;
    entry_codes::lock_of_sessions(c, &open).await?;
    sessions::lock_all(c, &open).await?;
    if sessions::any_is_active(c, id).await? || bind_requests::is_open_of(c, id).await? {
        return Err(Refusal::conflict("Customer is in a store").into());
    }
    if orders::any_is_unfinished(c, id).await? {
        return Err(Refusal::conflict("Customer has an order that is not final").into());
    }
    Ok(())
}

async fn empty(c: &mut Connection, app: &App, customer: &Customer) -> Result<(), Failure> {
    let now = app.clock.now();
    let (id, retailer) = (customer.id, customer.retailer);
    cards::remove_all(c, id).await?;
    accounts::forget(c, id).await?;
    if let Some(external_id) = &customer.external_id {
        customers::release_external_id(c, retailer, id, external_id).await?;
    }
    if !customers::erase(c, id, now).await? {
        return Err(Failure::broken("a locked customer changed"));
    }
    let erasure = Erasure { customer: id, retailer, last_at: now.plus(LAST_LOOK_AFTER) };
    Ok(erasures::insert(c, &erasure, now).await?)
}

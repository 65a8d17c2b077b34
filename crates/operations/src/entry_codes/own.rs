//! A code that a customer asks for in the app: all of it is made here, and not too many.

use aisle_database::Connection;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::{customers, sessions};
use aisle_model::{CustomerId, Millis, Moment};

use super::create::{Expiry, NewEntryCode, expiry, register};
use crate::{App, Caller, Failure, Refusal};

const MOST_CODES: i64 = 30;
const WINDOW: Millis = Millis(10 * 60 * 1000);

/// Registers a code for the customer who asks, and opens the trip behind it.
pub async fn create_own(
    app: &App,
    caller: &Caller,
    customer: CustomerId,
    group_size: Option<i64>,
) -> Result<Session, Failure> {
    let (within, retailer, once) = (app.clone(), caller.retailer, caller.once.clone());
    let made = app.change_once(caller, move |c| {
        let (app, once) = (within.clone(), once.clone());
        Box::pin(async move {
            let now = app.clock.now();
            // Locked, so that codes which are asked for at once are counted one after the other.
            let owner = customers::lock(c, retailer, customer).await?;
            let owner = owner.ok_or(Refusal::NotFound("Customer"))?;
            if let Some(once) = &once {
                once.is_about(c, customer).await?;
            }
            refuse_many(c, customer, now).await?;
            let expires_at = expiry(c, retailer, Expiry::Default, now).await?;
            let new = NewEntryCode { group_size, ..NewEntryCode::default() };
            register(c, &app, &owner, new, expires_at, now).await
        })
    });
    made.await
}

/// Counts every trip of the customer, also those that the retailer opened: it is what a stolen token could flood.
async fn refuse_many(c: &mut Connection, customer: CustomerId, now: Moment) -> Result<(), Failure> {
    let Some(oldest) = sessions::made_before(c, customer, MOST_CODES - 1).await? else {
        return Ok(());
    };
    let left = WINDOW.micros() - now.micros_since(oldest);
    if left <= 0 {
        return Ok(());
    }
    let seconds = u32::try_from(left.div_euclid(1_000_000) + 1).map_err(Failure::broken)?;
    Err(Refusal::TooOften { seconds }.into())
}

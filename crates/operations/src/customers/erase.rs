//! Takes what is left of deleted customers out of trips, orders, messages, the log of calls, kept answers and the inbox, in
//! slices so short that nobody waits for them.
//!
//! Promises: each slice may be repeated; a crash costs nothing, for the list of those to be erased is kept until a last look
//! after everything that began before the deletion has ended.
//! The inbox of the receiver is erased too, although it only shows what somebody sent: it is the same data a second time.

use aisle_database::Connection;
use aisle_database::rows::erasures::{self, Erasure};
use aisle_database::rows::{attempts, entry_codes, idempotency, inbox, messages, orders, sessions};
use aisle_model::{CustomerId, RetailerId};
use serde_json::Value;

use crate::webhooks::mask_personal_data;
use crate::{App, Failure};

/// Rows of one kind in a slice: some milliseconds.
const SLICE: i64 = 100;

/// Deleted customers looked at in one go.
const AT_ONCE: i64 = 20;

/// Erases what is due. For a worker.
pub async fn erase_due(app: &App) -> Result<(), Failure> {
    let now = app.clock.now();
    let due = app.database.read(move |c| Box::pin(async move { erasures::due(c, now, AT_ONCE).await }));
    for erasure in due.await.map_err(Failure::from)? {
        erase(app, erasure).await?;
    }
    Ok(())
}

async fn erase(app: &App, erasure: Erasure) -> Result<(), Failure> {
    let (customer, retailer, began) = (erasure.customer, erasure.retailer, app.clock.now());
    loop {
        let within = app.clone();
        let sliced = app.database.change(move |c| {
            let app = within.clone();
            Box::pin(async move { slice(c, &app, retailer, customer).await })
        });
        if !sliced.await? {
            break;
        }
    }
    erase_inbox(app, retailer, customer).await?;
    let settled = app.database.change(move |c| Box::pin(async move { erasures::settle(c, erasure, began).await }));
    settled.await.map_err(Failure::from)
}

/// Takes a customer out of some rows of each kind; whether there may be more.
pub(super) async fn slice(
    c: &mut Connection,
    app: &App,
    retailer: RetailerId,
    customer: CustomerId,
) -> Result<bool, Failure> {
    let now = app.clock.now();
    let trips = sessions::of_customer(c, customer, SLICE).await?;
    entry_codes::lock_of_sessions(c, &trips).await?;
    sessions::lock_all(c, &trips).await?;
    entry_codes::unlink(c, &trips).await?;
    let tokens = sessions::unlink(c, &trips, now).await?;
    attempts::forget_answers_about(c, retailer, &tokens).await?;
    let kept = messages::about_customer(c, customer, 0, SLICE).await?;
    let rows: Vec<i64> = kept.iter().map(|message| message.row).collect();
    let tokens: Vec<_> = kept.iter().filter_map(|message| message.session.clone()).collect();
    attempts::forget_answers_about(c, retailer, &tokens).await?;
    attempts::forget_answers_to(c, &rows).await?;
    for message in &kept {
        messages::replace_body(c, message.row, without_person(&message.body)?).await?;
    }
    let unlinked = orders::unlink_some(c, customer, now, SLICE).await?;
    let forgotten = idempotency::forget_customer(c, customer, SLICE).await?;
    let full = SLICE.unsigned_abs();
    Ok(trips.len() as u64 >= full || rows.len() as u64 >= full || unlinked >= full || forgotten >= full)
}

fn without_person(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut body: Value = serde_json::from_slice(body).map_err(Failure::broken)?;
    mask_personal_data(&mut body);
    if let Some(external_id) = body.pointer_mut("/customer/externalId") {
        *external_id = Value::Null;
    }
    serde_json::to_vec(&body).map_err(Failure::broken)
}

/// What a receiver took in is found by what it says of the customer: there is no other link.
async fn erase_inbox(app: &App, retailer: RetailerId, customer: CustomerId) -> Result<(), Failure> {
    let read = app.database.read(move |c| Box::pin(async move { inbox::bodies(c, retailer).await }));
    let id = Value::from(customer.to_string());
    let names_them = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body.pointer("/customer/id") == Some(&id)
    };
    let mut erased = Vec::new();
    for (row, body) in read.await.map_err(Failure::from)? {
        if names_them(&body) {
            let without = without_person(&body)?;
            if without != body {
                erased.push((row, without));
            }
        }
    }
    if erased.is_empty() {
        return Ok(());
    }
    let replaced = app.database.change(move |c| {
        let erased = erased.clone();
        Box::pin(async move {
            for (row, body) in erased {
                inbox::replace_body(c, row, body).await?;
            }
            Ok(())
        })
    });
    replaced.await
}

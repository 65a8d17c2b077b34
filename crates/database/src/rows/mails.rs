//! Mails that wait to be sent. Letters are sealed by the caller.

use aisle_model::{CustomerId, Moment, RetailerId};

use crate::{Connection, Error, sql};

/// A mail that was taken to be sent.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Taken {
    pub id: i64,
    pub retailer: RetailerId,
    pub letter: Vec<u8>,
    /// This one included.
    pub attempts: i64,
    pub give_up_at: Moment,
}

/// A mail to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewMail {
    pub retailer: RetailerId,
    /// Of whom it is known already.
    pub customer: Option<CustomerId>,
    pub letter: Vec<u8>,
    pub give_up_at: Moment,
}

/// Adds a mail that is due at once.
pub async fn insert(c: &mut Connection, new: NewMail, now: Moment) -> Result<(), Error> {
    let insert = sql!(
        "insert into mails (retailer_id, customer_id, letter, attempts, due_at, give_up_at) values ($1, $2, $3, $4, $5, $6)",
        new.retailer,
        new.customer,
        new.letter,
        0_i64,
        now,
        new.give_up_at
    );
    c.execute(insert).await.map(drop)
}

/// How many wait, counted up to `most`.
pub async fn waiting(c: &mut Connection, most: i64) -> Result<i64, Error> {
    let count = sql!("select count(*) as waiting from (select id from mails limit $1) as first_ones", most);
    c.fetch_one(count).await?.get("waiting")
}

/// Takes mails that are due; one that nobody settles is due again `until`.
pub async fn take(c: &mut Connection, now: Moment, until: Moment, most: i64) -> Result<Vec<Taken>, Error> {
    // The condition stands twice: a node that waited for another's change must not take what that one took.
    let update = sql!(
        "update mails set due_at = $1, attempts = attempts + 1
         where id in (select id from mails where due_at <= $2 order by due_at, id limit $3) and due_at <= $2
         returning id, retailer_id, letter, attempts, give_up_at",
        until,
        now,
        most
    );
    let rows = c.fetch_all(update).await?;
    let taken = rows.iter().map(|row| {
        Ok(Taken {
            id: row.get("id")?,
            retailer: row.get("retailer_id")?,
            letter: row.get("letter")?,
            attempts: row.get("attempts")?,
            give_up_at: row.get("give_up_at")?,
        })
    });
    taken.collect()
}

/// Whose mail it turned out to be: it goes when the customer is deleted. False when it is gone.
pub async fn belongs_to(c: &mut Connection, id: i64, customer: CustomerId) -> Result<bool, Error> {
    c.execute_one(sql!("update mails set customer_id = $1 where id = $2", customer, id)).await
}

/// Lets a mail wait until then.
pub async fn postpone(c: &mut Connection, id: i64, due_at: Moment) -> Result<(), Error> {
    c.execute(sql!("update mails set due_at = $1 where id = $2", due_at, id)).await.map(drop)
}

/// Removes a mail.
pub async fn remove(c: &mut Connection, id: i64) -> Result<(), Error> {
    c.execute(sql!("delete from mails where id = $1", id)).await.map(drop)
}

/// Removes all mails to a customer.
pub async fn remove_all(c: &mut Connection, customer: CustomerId) -> Result<(), Error> {
    c.execute(sql!("delete from mails where customer_id = $1", customer)).await.map(drop)
}

//! Deleted customers whose traces may not all be gone yet.

use aisle_model::{CustomerId, Moment, RetailerId};

use crate::{Connection, Error, sql};

/// One deleted customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Who is gone.
    pub customer: CustomerId,
    /// Whose customer it was.
    pub retailer: RetailerId,
    /// When the last look is due: whatever began before the deletion has ended by then.
    pub last_at: Moment,
}

/// Notes that traces are to be looked for, now and at a last time.
pub async fn insert(c: &mut Connection, new: &Erasure, now: Moment) -> Result<(), Error> {
    let insert = sql!(
        "insert into customer_erasures (customer_id, retailer_id, next_at, last_at) values ($1, $2, $3, $4)",
        new.customer,
        new.retailer,
        now,
        new.last_at
    );
    c.execute(insert).await.map(drop)
}

/// Some of those that are due.
pub async fn due(c: &mut Connection, now: Moment, most: i64) -> Result<Vec<Erasure>, Error> {
    let select = sql!(
        "select customer_id, retailer_id, last_at from customer_erasures where next_at <= $1 order by next_at limit $2",
        now,
        most
    );
    let rows = c.fetch_all(select).await?;
    let erasures = rows.iter().map(|row| {
        Ok(Erasure {
            customer: row.get("customer_id")?,
            retailer: row.get("retailer_id")?,
            last_at: row.get("last_at")?,
        })
    });
    erasures.collect()
}

/// Everything found was erased: the next look is the last one, and after that there is none.
pub async fn settle(c: &mut Connection, done: Erasure, now: Moment) -> Result<(), Error> {
    let statement = if now >= done.last_at {
        sql!("delete from customer_erasures where customer_id = $1", done.customer)
    } else {
        sql!("update customer_erasures set next_at = $1 where customer_id = $2", done.last_at, done.customer)
    };
    c.execute(statement).await.map(drop)
}

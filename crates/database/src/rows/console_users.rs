//! People who use the console.

use aisle_model::{Moment, RetailerId};

use crate::{Connection, Error, sql};

/// Adds a person. The address is unique on this server, whatever its letter case.
pub async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    email: &str,
    password_hash: &str,
    now: Moment,
) -> Result<(), Error> {
    let insert = sql!(
        "insert into console_users (retailer_id, email, email_folded, password_hash, created_at)
         values ($1, $2, $3, $4, $5)",
        retailer,
        email,
        email.to_lowercase(),
        password_hash,
        now
    );
    c.execute_one(insert).await.map(drop)
}

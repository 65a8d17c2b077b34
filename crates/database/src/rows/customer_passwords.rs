//! Password hashes of living customers, and who is meant by a name and a password.

use aisle_model::{CustomerId, Moment, RetailerId};

use crate::{Connection, Error, Statement, sql};

/// Who somebody says to be, folded for comparison.
#[derive(Debug, Clone)]
pub enum Named {
    /// By e-mail address.
    Email(String),
    /// By telephone number.
    Phone(String),
}

/// The one customer of this name who has a password, with its hash. A number that two of them have means nobody.
pub async fn named(
    c: &mut Connection,
    retailer: RetailerId,
    name: &Named,
) -> Result<Option<(CustomerId, String)>, Error> {
    let mut select =
        Statement::build("select id, password_hash from customers where deleted_at is null and retailer_id = ");
    select.bind(retailer);
    match name {
        Named::Email(folded) => select.push(" and email_folded = ").bind(folded),
        Named::Phone(folded) => select.push(" and phone_folded = ").bind(folded),
    };
    select.push(" and password_hash is not null order by id limit 2");
    match c.fetch_all(select).await?.as_slice() {
        [row] => Ok(Some((row.get("id")?, row.get("password_hash")?))),
        _ => Ok(None),
    }
}

/// The same password under other parameters; nothing that anybody sees changes.
pub async fn renew(c: &mut Connection, id: CustomerId, hash: &str) -> Result<(), Error> {
    c.execute(sql!("update customers set password_hash = $1 where id = $2", hash, id)).await.map(drop)
}

/// Another password.
pub async fn set(c: &mut Connection, id: CustomerId, hash: &str, now: Moment) -> Result<(), Error> {
    let update = sql!(
        "update customers set password_hash = $1, updated_at = $2, version = version + 1 where id = $3",
        hash,
        now,
        id
    );
    c.execute(update).await.map(drop)
}

//! Log-ins of the shopper's app and the chains of tokens that came from them. One that has ended is gone.

use aisle_model::{CustomerId, LoginId, Moment, RetailerId};

use crate::{Connection, Error, Row, sql};

/// What a good token says.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct LiveToken {
    pub login: LoginId,
    pub retailer: RetailerId,
    pub customer: CustomerId,
    pub expires_at: Moment,
}

/// A token that was given once, good or not.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Token {
    pub login: LoginId,
    pub exchanged_at: Option<Moment>,
    pub expires_at: Moment,
}

/// A log-in.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Login {
    pub id: LoginId,
    pub retailer: RetailerId,
    pub customer: CustomerId,
    pub began_at: Moment,
}

/// Who has a token that is good.
pub async fn live(c: &mut Connection, hash: [u8; 32], now: Moment) -> Result<Option<LiveToken>, Error> {
    let select = sql!(
        "select l.id, l.retailer_id, l.customer_id, t.expires_at
         from customer_tokens t join customer_logins l on l.id = t.login_id
         where t.hash = $1 and t.expires_at > $2",
        hash,
        now
    );
    let row = c.fetch_optional(select).await?;
    let live = |row: &Row| {
        Ok(LiveToken {
            login: row.get("id")?,
            retailer: row.get("retailer_id")?,
            customer: row.get("customer_id")?,
            expires_at: row.get("expires_at")?,
        })
    };
    row.as_ref().map(live).transpose()
}

/// A token of a log-in that goes on.
pub async fn token(c: &mut Connection, hash: [u8; 32]) -> Result<Option<Token>, Error> {
    let select = sql!("select login_id, exchanged_at, expires_at from customer_tokens where hash = $1", hash);
    let row = c.fetch_optional(select).await?;
    let token = |row: &Row| {
        Ok(Token {
            login: row.get("login_id")?,
            exchanged_at: row.get("exchanged_at")?,
            expires_at: row.get("expires_at")?,
        })
    };
    row.as_ref().map(token).transpose()
}

/// A log-in, locked until the change ends.
pub async fn lock(c: &mut Connection, id: LoginId) -> Result<Option<Login>, Error> {
    let update = sql!(
        "update customer_logins set began_at = began_at where id = $1 returning id, retailer_id, customer_id, began_at",
        id
    );
    let row = c.fetch_optional(update).await?;
    let login = |row: &Row| {
        Ok(Login {
            id: row.get("id")?,
            retailer: row.get("retailer_id")?,
            customer: row.get("customer_id")?,
            began_at: row.get("began_at")?,
        })
    };
    row.as_ref().map(login).transpose()
}

/// Begins a log-in.
pub async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    customer: CustomerId,
    now: Moment,
    expires_at: Moment,
) -> Result<LoginId, Error> {
    let insert = sql!(
        "insert into customer_logins (retailer_id, customer_id, began_at, expires_at) values ($1, $2, $3, $4)
         returning id",
        retailer,
        customer,
        now,
        expires_at
    );
    c.fetch_one(insert).await?.get("id")
}

/// Adds the newest token of a log-in, which lives as long as that.
pub async fn insert_token(
    c: &mut Connection,
    login: LoginId,
    hash: [u8; 32],
    now: Moment,
    expires_at: Moment,
) -> Result<(), Error> {
    let extend = sql!("update customer_logins set expires_at = $1 where id = $2", expires_at, login);
    c.execute(extend).await?;
    let insert = sql!(
        "insert into customer_tokens (hash, login_id, created_at, expires_at) values ($1, $2, $3, $4)",
        hash,
        login,
        now,
        expires_at
    );
    c.execute(insert).await.map(drop)
}

/// A token was exchanged for another; it lives until then.
pub async fn note_exchange(c: &mut Connection, hash: [u8; 32], now: Moment, expires_at: Moment) -> Result<(), Error> {
    let update =
        sql!("update customer_tokens set exchanged_at = $1, expires_at = $2 where hash = $3", now, expires_at, hash);
    c.execute(update).await.map(drop)
}

/// Forgets all tokens of a log-in but the newest ones.
pub async fn forget_old_tokens(c: &mut Connection, login: LoginId, kept: i64) -> Result<(), Error> {
    let delete = sql!(
        "delete from customer_tokens where hash in
             (select hash from customer_tokens where login_id = $1 order by created_at desc limit 1000 offset $2)",
        login,
        kept
    );
    c.execute(delete).await.map(drop)
}

/// Ends the oldest log-ins of a customer beyond the newest `kept`.
pub async fn end_oldest(c: &mut Connection, customer: CustomerId, kept: i64) -> Result<(), Error> {
    let delete = sql!(
        "delete from customer_logins where id in
             (select id from customer_logins where customer_id = $1 order by id desc limit 1000 offset $2)",
        customer,
        kept
    );
    c.execute(delete).await.map(drop)
}

/// Ends one log-in.
pub async fn end(c: &mut Connection, id: LoginId) -> Result<(), Error> {
    c.execute(sql!("delete from customer_logins where id = $1", id)).await.map(drop)
}

/// Ends all log-ins of a customer, except one.
pub async fn end_all(c: &mut Connection, customer: CustomerId, except: Option<LoginId>) -> Result<(), Error> {
    let except = except.unwrap_or(LoginId(0));
    let delete = sql!("delete from customer_logins where customer_id = $1 and id <> $2", customer, except);
    c.execute(delete).await.map(drop)
}

/// Keeps the sealed token for notifications on the device of a log-in.
pub async fn set_notification_token(c: &mut Connection, id: LoginId, sealed: Option<Vec<u8>>) -> Result<(), Error> {
    c.execute(sql!("update customer_logins set notification_token = $1 where id = $2", sealed, id)).await.map(drop)
}

/// Removes log-ins that have expired, at most `most` of them; answers how many.
pub async fn purge(c: &mut Connection, now: Moment, most: i64) -> Result<u64, Error> {
    c.execute(sql!(
        "delete from customer_logins where id in
             (select id from customer_logins where expires_at <= $1 order by expires_at limit $2)",
        now,
        most
    ))
    .await
}

//! Messages of the outbox: a body is written once and never made again.

pub mod feed;
pub mod packed;

use aisle_model::webhook::WebhookName;
use aisle_model::{CustomerId, MessageId, Moment, OrderId, RetailerId, SessionToken, StoreId};

use self::packed::Packed;
use crate::{Connection, Error, Row, sql};

/// A message to be sent.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewMessage {
    pub id: MessageId,
    /// Settings whose options ask for different bodies get different variants of one message.
    pub variant: i64,
    pub retailer: RetailerId,
    pub name: WebhookName,
    pub store: Option<StoreId>,
    pub session: Option<SessionToken>,
    pub customer: Option<CustomerId>,
    pub order: Option<OrderId>,
    /// The lane it leaves in, unique within a setting.
    pub order_key: String,
    pub body: Vec<u8>,
    /// Wall time, by which it is forgotten one day.
    pub issued_at: Moment,
}

/// Adds a message; answers the number of the row. The first variant of each comes into the pull feed.
pub async fn insert(c: &mut Connection, new: &NewMessage) -> Result<i64, Error> {
    let insert = sql!(
        "insert into messages (message_id, variant, retailer_id, name, store_id, session_token, customer_id, order_id,
             order_key, body, issued_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        &new.id,
        new.variant,
        new.retailer,
        new.name,
        new.store,
        new.session.as_ref(),
        new.customer,
        new.order,
        &new.order_key,
        Packed(new.body.clone()),
        new.issued_at
    );
    let row = c.fetch_one(insert).await?.get("id")?;
    if new.variant == 0 {
        c.execute(sql!("insert into unplaced_messages (message) values ($1)", row)).await?;
    }
    Ok(row)
}

/// The body of a message that some setting got a copy of.
pub async fn body_for_delivery(c: &mut Connection, delivery: i64) -> Result<Option<Vec<u8>>, Error> {
    let select = sql!("select m.body from deliveries d join messages m on m.id = d.message where d.id = $1", delivery);
    let row = c.fetch_optional(select).await?;
    row.map(|row| Ok(row.get::<Packed>("body")?.0)).transpose()
}

/// A message as it is kept.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct KeptMessage {
    pub row: i64,
    pub name: WebhookName,
    pub session: Option<SessionToken>,
    pub issued_at: Moment,
    pub body: Vec<u8>,
}

/// The messages behind a row that carry the data of a customer, oldest first.
pub async fn about_customer(
    c: &mut Connection,
    customer: CustomerId,
    after: i64,
    most: i64,
) -> Result<Vec<KeptMessage>, Error> {
    let select = sql!(
        "select id, name, session_token, issued_at, body from messages where customer_id = $1 and id > $2
         order by id limit $3",
        customer,
        after,
        most
    );
    let kept = |row: &Row| {
        Ok(KeptMessage {
            row: row.get("id")?,
            name: row.get("name")?,
            session: row.get("session_token")?,
            issued_at: row.get("issued_at")?,
            body: row.get::<Packed>("body")?.0,
        })
    };
    c.fetch_all(select).await?.iter().map(kept).collect()
}

/// Puts the body without the customer's data in place of the other: the one case in which a body changes.
pub async fn replace_body(c: &mut Connection, row: i64, body: Vec<u8>) -> Result<(), Error> {
    let update = sql!("update messages set body = $1, customer_id = null where id = $2", Packed(body), row);
    c.execute(update).await.map(drop)
}

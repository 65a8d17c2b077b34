//! Stored cards. Tokens are sealed and hashed by the caller; only a question about a charge gets one back.

use aisle_model::store::PaymentProvider;
use aisle_model::{CardId, CustomerId, Moment};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, Statement, sql};

/// One stored card, without its token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of admin-commerce.md, section 2.6")]
pub struct Card {
    pub id: CardId,
    pub customer: CustomerId,
    pub provider: PaymentProvider,
    pub underlying_provider: Option<String>,
    pub brand: String,
    pub is_default: bool,
    pub card_id: Option<String>,
    pub has_token: bool,
    pub stripe_customer_id: Option<String>,
    pub bin: Option<String>,
    pub last4: Option<String>,
    /// `MM/YY`, good until the end of that month.
    pub expires: Option<String>,
    pub created_at: Moment,
}

/// What a card says, its token sealed.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in Card")]
pub struct CardText {
    pub provider: PaymentProvider,
    pub underlying_provider: Option<String>,
    pub brand: String,
    pub card_id: Option<String>,
    pub card_id_hash: Option<[u8; 32]>,
    pub token: Vec<u8>,
    pub token_hash: [u8; 32],
    pub bin: Option<String>,
    pub last4: Option<String>,
    pub expires: Option<String>,
}

fn card(row: &Row) -> Result<Card, Error> {
    Ok(Card {
        id: row.get("id")?,
        customer: row.get("customer_id")?,
        provider: row.get("provider")?,
        underlying_provider: row.get("underlying_provider")?,
        brand: row.get("card_brand")?,
        is_default: row.get("is_default")?,
        card_id: row.get("card_id")?,
        has_token: row.get("has_token")?,
        stripe_customer_id: row.get("stripe_customer_id")?,
        bin: row.get("bin")?,
        last4: row.get("last4")?,
        expires: row.get("expires")?,
        created_at: row.get("created_at")?,
    })
}

/// A customer's cards, default first, then youngest first; at most 50 exist.
pub async fn of_customer(c: &mut Connection, id: CustomerId) -> Result<Vec<Card>, Error> {
    of_customers(c, &[id]).await
}

/// The cards of several customers by customer, default first, then youngest first.
pub async fn of_customers(c: &mut Connection, ids: &[CustomerId]) -> Result<Vec<Card>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build(
        "select id, customer_id, provider, underlying_provider, card_brand, is_default, card_id,
             token is not null as has_token, stripe_customer_id, bin, last4, expires, created_at
         from cards where customer_id in (",
    );
    select.bind_list(ids.iter().copied()).push(") order by customer_id, is_default desc, id desc");
    c.fetch_all(select).await?.iter().map(card).collect()
}

/// Adds a card.
pub async fn insert(
    c: &mut Connection,
    customer: CustomerId,
    text: &CardText,
    is_default: bool,
    now: Moment,
) -> Result<CardId, Error> {
    let insert = sql!(
        "insert into cards (customer_id, provider, underlying_provider, card_brand, is_default, card_id, card_id_hash,
             token, token_hash, bin, last4, expires, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
        customer,
        text.provider,
        text.underlying_provider.clone(),
        &text.brand,
        is_default,
        text.card_id.clone(),
        text.card_id_hash,
        text.token.clone(),
        text.token_hash,
        text.bin.clone(),
        text.last4.clone(),
        text.expires.clone(),
        now
    );
    c.fetch_one(insert).await?.get("id")
}

/// Replaces what a card says; false when it is gone.
pub async fn replace(c: &mut Connection, id: CardId, text: &CardText) -> Result<bool, Error> {
    let update = sql!(
        "update cards set provider = $1, underlying_provider = $2, card_brand = $3, card_id = $4, card_id_hash = $5,
             token = $6, token_hash = $7, bin = $8, last4 = $9, expires = $10 where id = $11",
        text.provider,
        text.underlying_provider.clone(),
        &text.brand,
        text.card_id.clone(),
        text.card_id_hash,
        text.token.clone(),
        text.token_hash,
        text.bin.clone(),
        text.last4.clone(),
        text.expires.clone(),
        id
    );
    c.execute_one(update).await
}

/// Whether a card has this token.
pub async fn has_token(c: &mut Connection, id: CardId, token_hash: [u8; 32]) -> Result<bool, Error> {
    let select = sql!("select id from cards where id = $1 and token_hash = $2", id, token_hash);
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Those of a customer's cards that are bound to a trip under way or to an order whose money is about to move.
pub async fn in_use(c: &mut Connection, customer: CustomerId) -> Result<Vec<CardId>, Error> {
    let select = sql!(
        "select cards.id from cards where cards.customer_id = $1 and (
             exists (select 1 from sessions where sessions.customer_id = $1 and sessions.status = 'active'
                 and sessions.card_id = cards.id)
             or exists (select 1 from orders where orders.customer_id = $1 and orders.card_id = cards.id
                 and orders.status in ('draft', 'completed_so_far', 'paymentProcessing')))",
        customer
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// The card of a customer that is this physical card at a provider.
pub async fn find_by_card_id(
    c: &mut Connection,
    customer: CustomerId,
    provider: PaymentProvider,
    card_id_hash: [u8; 32],
) -> Result<Option<CardId>, Error> {
    let select = sql!(
        "select id from cards where customer_id = $1 and provider = $2 and card_id_hash = $3 order by id limit 1",
        customer,
        provider,
        card_id_hash
    );
    let row = c.fetch_optional(select).await?;
    row.map(|row| row.get("id")).transpose()
}

/// Moves the mark of the default to one of the customer's cards, whose row is locked.
pub async fn make_default(c: &mut Connection, customer: CustomerId, id: CardId) -> Result<(), Error> {
    let lower = sql!(
        "update cards set is_default = $1 where customer_id = $2 and is_default and id <> $3",
        false,
        customer,
        id
    );
    c.execute(lower).await?;
    let raise = sql!("update cards set is_default = $1 where customer_id = $2 and id = $3", true, customer, id);
    c.execute(raise).await.map(drop)
}

/// Removes one card.
pub async fn remove(c: &mut Connection, id: CardId) -> Result<(), Error> {
    c.execute(sql!("delete from cards where id = $1", id)).await.map(drop)
}

/// Removes all cards of a customer and answers how many there were.
pub async fn remove_all(c: &mut Connection, customer: CustomerId) -> Result<u64, Error> {
    c.execute(sql!("delete from cards where customer_id = $1", customer)).await
}

/// The sealed token of a card, for a question whose answer may rest on a charge.
pub async fn sealed_token(c: &mut Connection, id: CardId) -> Result<Option<Vec<u8>>, Error> {
    let row = c.fetch_optional(sql!("select id, token from cards where id = $1", id)).await?;
    row.map_or(Ok(None), |row| row.get("token"))
}

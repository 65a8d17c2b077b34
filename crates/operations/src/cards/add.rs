//! Adds a card, or refreshes it where the customer has it already.

use aisle_database::Connection;
use aisle_database::rows::cards::{self, Card};
use aisle_database::rows::customers;
use aisle_model::{CardId, CustomerId, Moment};
use serde::{Deserialize, Serialize};

use super::locked;
use crate::customers::cards::card_number_faults;
use crate::customers::{CARD_ID, NewCard, Settings};
use crate::{App, Caller, Failure, Refusal};

/// Most cards of one customer.
const MOST: usize = 50;

/// The card that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Its id.
    pub id: CardId,
    /// False when the customer had it before.
    pub is_new: bool,
}

/// Adds a card. The first one is the default; a later one becomes it when `as_default` says so.
pub async fn add(
    app: &App,
    caller: &Caller,
    customer: CustomerId,
    new: NewCard,
    as_default: bool,
) -> Result<Added, Failure> {
    let (within, retailer, once) = (app.clone(), caller.retailer, caller.once.clone());
    let added = app.change_once(caller, move |c| {
        let (app, new, once) = (within.clone(), new.clone(), once.clone());
        Box::pin(async move {
            let settings = Settings::of(c, retailer).await?;
            let faults = card_number_faults(&settings, &new, "")?;
            if !faults.is_empty() {
                return Err(Refusal::Invalid(faults).into());
            }
            if let Some(once) = &once {
                once.is_about(c, customer).await?;
            }
            let (_, stored) = locked(c, retailer, customer).await?;
            add_or_refresh(c, &app, customer, &stored, new, as_default).await
        })
    });
    added.await
}

async fn add_or_refresh(
    c: &mut Connection,
    app: &App,
    customer: CustomerId,
    stored: &[Card],
    new: NewCard,
    as_default: bool,
) -> Result<Added, Failure> {
    let now = app.clock.now();
    let same = match &new.card_id {
        Some(id) => cards::find_by_card_id(c, customer, new.provider, app.keys.hash(CARD_ID, id)).await?,
        None => None,
    };
    let same = stored.iter().find(|card| Some(card.id) == same);
    let added = match same {
        Some(card) => refreshed(c, app, card, new, now).await?,
        None if stored.len() >= MOST => {
            return Err(Refusal::conflict("Customer has too many payment instruments").into());
        }
        None => {
            let id = cards::insert(c, customer, &new.sealed(app), stored.is_empty(), now).await?;
            customers::touch(c, customer, now).await?;
            Added { id, is_new: true }
        }
    };
    let is_default = stored.iter().any(|card| card.id == added.id && card.is_default) || stored.is_empty();
    if as_default && !is_default {
        cards::make_default(c, customer, added.id).await?;
        customers::touch(c, customer, now).await?;
    }
    Ok(added)
}

/// The same physical card: what is not said of it stays.
async fn refreshed(
    c: &mut Connection,
    app: &App,
    card: &Card,
    mut new: NewCard,
    now: Moment,
) -> Result<Added, Failure> {
    if new.brand.is_empty() {
        new.brand.clone_from(&card.brand);
    }
    new.underlying_provider = new.underlying_provider.or_else(|| card.underlying_provider.clone());
    new.bin = new.bin.or_else(|| card.bin.clone());
    new.last4 = new.last4.or_else(|| card.last4.clone());
    new.expires = new.expires.or_else(|| card.expires.clone());
    let text = new.sealed(app);
    let added = Added { id: card.id, is_new: false };
    if new.says_the_same_as(card) && cards::has_token(c, card.id, text.token_hash).await? {
        return Ok(added);
    }
    cards::replace(c, card.id, &text).await?;
    customers::touch(c, card.customer, now).await?;
    Ok(added)
}

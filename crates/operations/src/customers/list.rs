//! The list of customers, read in short ascending slices so that any number of rows costs constant memory. Each row comes
//! exactly once; the whole is not one snapshot.

use aisle_database::rows::cards::{self, Card};
use aisle_database::rows::customers::{self, CustomerFilter, InstrumentHashes};
use aisle_database::rows::window::Window;
use aisle_model::CustomerId;
use aisle_model::access::Scope;

use super::{CARD_ID, CARD_TOKEN, CustomerWithCards, fold_email};
use crate::{App, Caller, Failure, Refusal};

/// What the list keeps: all conditions must hold, and of each one any of its values; an empty list keeps everything.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ListFilter {
    pub created_at: Window,
    pub updated_at: Window,
    pub external_ids: Vec<String>,
    /// In any letter case; needs the right to personal data.
    pub emails: Vec<String>,
    /// Ids of cards or tokens, as the payment provider spells them.
    pub instruments: Vec<String>,
}

/// The next customers behind an id, at most `count`. Fewer than that means there are no more.
pub async fn list_slice(
    app: &App,
    caller: &Caller,
    filter: &ListFilter,
    after: CustomerId,
    count: usize,
) -> Result<Vec<CustomerWithCards>, Failure> {
    if !filter.emails.is_empty() && !caller.may(Scope::CustomersPii) {
        let message = "Filtering by email needs the scope customers:pii";
        return Err(Refusal::Forbidden(message.to_owned()).into());
    }
    let hashes =
        |id: &String| InstrumentHashes { card_id: app.keys.hash(CARD_ID, id), token: app.keys.hash(CARD_TOKEN, id) };
    let filter = CustomerFilter {
        created_at: filter.created_at,
        updated_at: filter.updated_at,
        external_ids: filter.external_ids.clone(),
        emails: filter.emails.iter().map(|email| fold_email(email)).collect(),
        instruments: filter.instruments.iter().map(hashes).collect(),
    };
    let retailer = caller.retailer;
    let limit = i64::try_from(count).map_err(Failure::broken)?;
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let customers = customers::slice(c, retailer, &filter, after, limit).await?;
            let ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
            let cards = cards::of_customers(c, &ids).await?;
            Ok((customers, cards))
        })
    });
    let (customers, cards) = read.await.map_err(|failure: Failure| failure)?;
    let mut cards = cards.into_iter().peekable();
    let with_cards = customers.into_iter().map(|customer| {
        // Both are in the order of the customers' ids.
        let own = |card: &Card| card.customer == customer.id;
        let cards = std::iter::from_fn(|| cards.next_if(own)).collect();
        CustomerWithCards { customer, cards }
    });
    Ok(with_cards.collect())
}

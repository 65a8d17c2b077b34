//! What is known of a presented code: the code, its trip, its customer.

use aisle_database::rows::cards::Card;
use aisle_database::rows::customers::Customer;
use aisle_database::rows::entry_codes::CodeRow;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::check_in::{PresentedCode, PresentedCustomer};
use aisle_model::store::PaymentProvider;
use aisle_model::{Moment, RetailerId};

use super::card;
use crate::Failure;

/// A code of the retailer, with code and trip locked until the change ends.
pub(super) struct Known {
    pub code: CodeRow,
    pub session: Session,
    /// Absent when the customer is gone.
    pub customer: Option<Customer>,
    /// Default first.
    pub cards: Vec<Card>,
    /// Whether an order of the customer is unpaid.
    pub owes: bool,
}

/// Loads and locks; `None` for a code the retailer does not have.
pub(super) async fn lock(c: &mut Connection, retailer: RetailerId, hash: [u8; 32]) -> Result<Option<Known>, Failure> {
    let Some(code) = rows::entry_codes::lock_by_hash(c, retailer, hash).await? else {
        return Ok(None);
    };
    of_code(c, code).await.map(Some)
}

/// What belongs to a locked code.
pub(super) async fn of_code(c: &mut Connection, code: CodeRow) -> Result<Known, Failure> {
    let session = rows::sessions::lock(c, code.session)
        .await?
        .ok_or_else(|| Failure::broken(format!("code {} has no trip", code.id)))?;
    let customer = match code.customer {
        Some(id) => rows::customers::find(c, code.retailer, id).await?,
        None => None,
    };
    let (cards, owes) = match &customer {
        Some(customer) => {
            let cards = rows::customers::cards(c, customer.id).await?;
            (cards, rows::orders::any_is_unpaid(c, customer.id).await?)
        }
        None => (Vec::new(), false),
    };
    Ok(Known { code, session, customer, cards, owes })
}

impl Known {
    /// The code as the checks see it.
    pub fn presented(&self, store: &Store, now: Moment) -> Result<PresentedCode, Failure> {
        let customer = match &self.customer {
            Some(customer) => Some(self.presented_customer(customer, store, now)?),
            None => None,
        };
        Ok(PresentedCode {
            state: self.code.state,
            expires_at: self.code.expires_at,
            scannable_at: self.code.scannable_at,
            customer,
        })
    }

    fn presented_customer(
        &self,
        customer: &Customer,
        store: &Store,
        now: Moment,
    ) -> Result<PresentedCustomer, Failure> {
        let is_card_expired = match card::default_card(&self.cards) {
            Some(default) => card::is_expired(default, store, now)?,
            None => false,
        };
        Ok(PresentedCustomer {
            role: customer.role,
            is_blocked: customer.blocked,
            has_stripe_customer: self.cards.iter().any(|card| card.stripe_customer_id.is_some()),
            has_payment_method: self.cards.iter().any(|card| card.provider != PaymentProvider::None),
            has_unpaid_order: self.owes,
            is_card_expired,
        })
    }
}

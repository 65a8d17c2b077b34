//! Orders as their buyer sees them: their own, each either still being worked out or not, always with everything.
//!
//! Somebody else's order is absent. An order is in exactly one of the two lists.

use aisle_database::rows::orders;
use aisle_database::rows::own_orders::{self, OwnOrderFilter};
use aisle_database::rows::session_list::Direction;
use aisle_model::order::OrderStatus;
use aisle_model::{CustomerId, OrderId, StoreId};

use super::{OrderView, Wanted, views};
use crate::{App, Caller, Failure, Refusal};

const EVERYTHING: Wanted = Wanted { lines: true, contest: true };

/// What is asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ListOwnOrders {
    pub customer: CustomerId,
    /// Those that are still being worked out, or those that are not.
    pub are_drafts: bool,
    pub store: Option<StoreId>,
    pub payment_transaction: Option<String>,
    pub direction: Direction,
    pub start: OwnStart,
    /// Orders per page, at least 1.
    pub count: usize,
}

/// Where the page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnStart {
    /// At the beginning.
    Beginning,
    /// Behind an order.
    After(OrderId),
    /// In front of an order.
    Before(OrderId),
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnOrderPage {
    /// In the order that was asked for.
    pub orders: Vec<OrderView>,
    /// Last of the page; absent when nothing follows.
    pub next: Option<OrderId>,
    /// First of the page; absent when nothing precedes.
    pub previous: Option<OrderId>,
}

/// One page of a customer's orders.
pub async fn list_own(app: &App, asked: ListOwnOrders) -> Result<OwnOrderPage, Failure> {
    let limit = i64::try_from(asked.count).map_err(Failure::broken)?;
    let statuses = OrderStatus::ALL.iter().copied().filter(|status| status.is_draft() == asked.are_drafts);
    let filter = OwnOrderFilter {
        customer: asked.customer,
        statuses: statuses.collect(),
        store: asked.store,
        payment_transaction: asked.payment_transaction,
    };
    let page = app.database.snapshot(move |c| {
        Box::pin(async move {
            let (behind, walking) = match asked.start {
                OwnStart::Beginning => (None, asked.direction),
                OwnStart::After(id) => (Some(id), asked.direction),
                OwnStart::Before(id) => (Some(id), asked.direction.reversed()),
            };
            // One more than the page shows whether the walk goes on.
            let mut found = own_orders::slice(c, &filter, walking, behind, limit + 1).await?;
            let goes_on = found.len() > asked.count;
            found.truncate(asked.count);
            let (first, last) = (found.first().map(|order| order.id), found.last().map(|order| order.id));
            let came_from = match first.filter(|_| behind.is_some()) {
                Some(first) => {
                    let back = own_orders::slice(c, &filter, walking.reversed(), Some(first), 1);
                    !back.await?.is_empty()
                }
                None => false,
            };
            let (ahead, back) = (last.filter(|_| goes_on), first.filter(|_| came_from));
            let is_backwards = matches!(asked.start, OwnStart::Before(_));
            if is_backwards {
                found.reverse();
            }
            let (next, previous) = if is_backwards { (back, ahead) } else { (ahead, back) };
            Ok(OwnOrderPage { orders: views(c, found, EVERYTHING).await?, next, previous })
        })
    });
    page.await
}

/// One order of a customer, in its latest version.
pub async fn get_own(app: &App, caller: &Caller, customer: CustomerId, id: OrderId) -> Result<OrderView, Failure> {
    let retailer = caller.retailer;
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let order = orders::find(c, retailer, id, None).await?;
            let own = order.filter(|order| order.customer == Some(customer));
            let own = own.ok_or(Refusal::NotFound("Order"))?;
            let mut views = views(c, vec![own], EVERYTHING).await?;
            views.pop().ok_or_else(|| Failure::broken("one order has one view"))
        })
    });
    found.await
}

//! Contested orders of the caller's retailer, as they are. Raising and reviewing is not here.

use aisle_database::Connection;
use aisle_database::rows::{contests, orders};
use aisle_model::OrderId;

use crate::orders::{Order, VendorEntry};
use crate::{App, Caller, Failure, Refusal};

pub use aisle_database::rows::contests::{Contest, ContestFilter, ContestItem, SoldProduct};

/// A contest and its products.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the two parts")]
pub struct ContestWithItems {
    pub contest: Contest,
    pub items: Vec<ContestItem>,
}

/// A contest and its order in the latest version.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the parts")]
pub struct ContestRow {
    pub contest: Contest,
    pub order: Order,
    /// What vendors wrote on the order, oldest first.
    pub entries: Vec<VendorEntry>,
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct ContestPage {
    /// By id.
    pub rows: Vec<ContestRow>,
    /// Whether others follow.
    pub goes_on: bool,
}

/// Some contests.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: ContestFilter,
    offset: i64,
    count: i64,
) -> Result<ContestPage, Failure> {
    let retailer = caller.retailer;
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            // One more than the page shows whether others follow.
            let mut found = contests::page(c, retailer, &filter, offset, count + 1).await?;
            let goes_on = i64::try_from(found.len()).is_ok_and(|length| length > count);
            found.truncate(usize::try_from(count).unwrap_or(0));
            let ids: Vec<OrderId> = found.iter().map(|contest| contest.order).collect();
            let orders = orders::several(c, retailer, &ids).await?;
            let entries = orders::vendor_entries(c, &ids).await?;
            let mut rows = Vec::new();
            for contest in found {
                let order = orders.iter().find(|order| order.id == contest.order).cloned();
                let order = order.ok_or_else(|| Failure::broken("a contest has no order"))?;
                let own = entries.iter().filter(|entry| entry.order == order.id);
                let entries = own.cloned().collect();
                rows.push(ContestRow { contest, order, entries });
            }
            Ok(ContestPage { rows, goes_on })
        })
    });
    read.await
}

/// The contest of an order, and the order in its latest version.
pub async fn get(app: &App, caller: &Caller, order: OrderId) -> Result<(ContestWithItems, Order), Failure> {
    let retailer = caller.retailer;
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let found = orders::find(c, retailer, order, None).await?;
            let found = found.ok_or(Refusal::NotFound("Order"))?;
            let contest = of_orders(c, &[order]).await?.pop();
            Ok((contest.ok_or(Refusal::NotFound("Contest"))?, found))
        })
    });
    read.await
}

pub(crate) async fn of_orders(c: &mut Connection, orders: &[OrderId]) -> Result<Vec<ContestWithItems>, Failure> {
    let found = contests::of_orders(c, orders).await?;
    let ids: Vec<_> = found.iter().map(|contest| contest.id).collect();
    let items = contests::items(c, &ids).await?;
    let with_items = found.into_iter().map(|contest| {
        let own = items.iter().filter(|item| item.contest == contest.id);
        ContestWithItems { items: own.cloned().collect(), contest }
    });
    Ok(with_items.collect())
}

//! Orders of the caller's retailer, as they are. Making them is not here, and of changing them only what buyers say.

mod own;
mod satisfaction;

use std::collections::BTreeMap;

use aisle_database::Connection;
use aisle_database::rows::order_lines;
use aisle_database::rows::{order_list, orders};
use aisle_model::OrderId;

use crate::contests::{self, ContestWithItems};
use crate::{App, Caller, Failure, Refusal};

pub use own::{ListOwnOrders, OwnOrderPage, OwnStart, get_own, list_own};
pub use satisfaction::rate;

pub use aisle_database::rows::order_lines::{DiscountLine, OrderLine, TaxLine};
pub use aisle_database::rows::order_list::{OrderFilter, OrderOrder, Stretch};
pub use aisle_database::rows::orders::{Order, VendorEntry};

/// What of an order is wanted beside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The lines.
    pub lines: bool,
    /// The contest.
    pub contest: bool,
}

/// An order with what was wanted of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderView {
    /// In one version.
    pub order: Order,
    /// What vendors wrote, oldest first.
    pub entries: Vec<VendorEntry>,
    /// Absent when not wanted.
    pub lines: Option<Vec<OrderLine>>,
    /// Absent when not wanted; `Some(None)` when nothing is contested.
    pub contest: Option<Option<ContestWithItems>>,
}

/// One page and how many orders there are in all.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderPage {
    /// In the order asked for.
    pub orders: Vec<OrderView>,
    /// Over all pages.
    pub total: i64,
}

/// A page of orders, each in its latest version, and the count, both of the same moment.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: OrderFilter,
    stretch: Stretch,
    wanted: Wanted,
) -> Result<OrderPage, Failure> {
    let retailer = caller.retailer;
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let total = order_list::count(c, retailer, &filter).await?;
            let found = order_list::page(c, retailer, &filter, stretch).await?;
            let orders = views(c, found, wanted).await?;
            Ok(OrderPage { orders, total })
        })
    });
    read.await
}

/// One order with everything, in its latest version or an earlier one.
pub async fn get(app: &App, caller: &Caller, id: OrderId, version: Option<i64>) -> Result<OrderView, Failure> {
    let retailer = caller.retailer;
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let order = orders::find(c, retailer, id, version).await?;
            let order = order.ok_or(Refusal::NotFound("Order"))?;
            let wanted = Wanted { lines: true, contest: true };
            let mut views = views(c, vec![order], wanted).await?;
            views.pop().ok_or_else(|| Failure::broken("one order has one view"))
        })
    });
    read.await
}

pub(crate) async fn views(c: &mut Connection, found: Vec<Order>, wanted: Wanted) -> Result<Vec<OrderView>, Failure> {
    let ids: Vec<OrderId> = found.iter().map(|order| order.id).collect();
    let mut entries = grouped(orders::vendor_entries(c, &ids).await?, |entry| entry.order);
    let mut lines = None;
    if wanted.lines {
        let versions: Vec<_> = found.iter().map(|order| (order.id, order.version)).collect();
        lines = Some(grouped(order_lines::of(c, &versions).await?, |line| line.order));
    }
    let mut contests = None;
    if wanted.contest {
        let read = contests::of_orders(c, &ids).await?;
        contests = Some(read.into_iter().map(|one| (one.contest.order, one)).collect::<BTreeMap<_, _>>());
    }
    let view = |order: Order| OrderView {
        entries: entries.remove(&order.id).unwrap_or_default(),
        lines: lines.as_mut().map(|lines| lines.remove(&order.id).unwrap_or_default()),
        contest: contests.as_mut().map(|contests| contests.remove(&order.id)),
        order,
    };
    Ok(found.into_iter().map(view).collect())
}

fn grouped<T>(rows: Vec<T>, of: impl Fn(&T) -> OrderId) -> BTreeMap<OrderId, Vec<T>> {
    let mut groups: BTreeMap<OrderId, Vec<T>> = BTreeMap::new();
    for row in rows {
        groups.entry(of(&row)).or_default().push(row);
    }
    groups
}

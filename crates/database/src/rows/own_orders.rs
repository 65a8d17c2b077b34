//! The orders of one customer by id, in slices that go on from an order (keyset paging, right under inserts).

use aisle_model::order::OrderStatus;
use aisle_model::{CustomerId, OrderId, StoreId};

use super::orders::{Order, SELECT, order};
use super::session_list::Direction;
use crate::{Connection, Error, Statement};

/// Which of a customer's orders; all conditions must hold.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the filters of the contract")]
pub struct OwnOrderFilter {
    pub customer: CustomerId,
    /// Any of these.
    pub statuses: Vec<OrderStatus>,
    pub store: Option<StoreId>,
    pub payment_transaction: Option<String>,
}

/// The next orders behind one (or from the start), each in its latest version, at most `count`.
pub async fn slice(
    c: &mut Connection,
    filter: &OwnOrderFilter,
    direction: Direction,
    behind: Option<OrderId>,
    count: i64,
) -> Result<Vec<Order>, Error> {
    let mut select = Statement::build(SELECT);
    select.push("and v.version = o.latest_version where o.customer_id = ").bind(filter.customer);
    select.push(" and o.status in (").bind_list(filter.statuses.iter().copied()).push(")");
    if let Some(store) = filter.store {
        select.push(" and o.store_id = ").bind(store);
    }
    if let Some(payment) = &filter.payment_transaction {
        select.push(" and o.payment_transaction_id = ").bind(payment);
    }
    let (beyond, sorted) = match direction {
        Direction::Ascending => (" and o.id > ", " order by o.id limit "),
        Direction::Descending => (" and o.id < ", " order by o.id desc limit "),
    };
    if let Some(behind) = behind {
        select.push(beyond).bind(behind);
    }
    select.push(sorted).bind(count);
    c.fetch_all(&mut select).await?.iter().map(order).collect()
}

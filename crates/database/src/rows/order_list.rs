//! One page of a retailer's orders, and how many there are.

use aisle_model::order::{OrderExternalStatus, OrderStatus};
use aisle_model::store::Role;
use aisle_model::{CustomerId, OrderId, RetailerId, StoreId, named_enum};

use super::orders::{Order, SELECT, order};
use super::window::Window;
use crate::{Connection, Error, Statement, Value};

named_enum! {
    /// What orders are sorted by; ties by id.
    OrderOrder { Id = "id", Store = "storeId", Total = "totalPrice", Date = "draftCreatedAt" }
}

/// Which orders; all conditions must hold, and of each list any of its values.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the filters of the contract")]
pub struct OrderFilter {
    pub id: Option<OrderId>,
    pub store: Option<StoreId>,
    pub customer: Option<CustomerId>,
    pub statuses: Vec<OrderStatus>,
    pub external_statuses: Vec<OrderExternalStatus>,
    pub roles: Vec<Role>,
    pub sessions: Vec<String>,
    pub external_ids: Vec<String>,
    pub payment_transaction: Option<String>,
    pub card_bin: Option<String>,
    pub card_last4: Option<String>,
    pub card_expires: Option<String>,
    /// In ten-thousandths of the unit of the currency.
    pub min_total: Option<i64>,
    pub max_total: Option<i64>,
    pub min_quantity: Option<i64>,
    pub max_quantity: Option<i64>,
    pub created_at: Window,
    pub updated_at: Window,
    /// Two names of one thing: both must hold.
    pub dates: [Window; 2],
}

/// Which stretch of the list.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the paging of the contract")]
pub struct Stretch {
    pub order: OrderOrder,
    pub descending: bool,
    pub offset: i64,
    pub count: i64,
}

/// How many orders pass the filter.
pub async fn count(c: &mut Connection, retailer: RetailerId, filter: &OrderFilter) -> Result<i64, Error> {
    let mut select = Statement::build("select count(*) as total from orders o where o.retailer_id = ");
    select.bind(retailer);
    push_filter(&mut select, filter);
    c.fetch_one(&mut select).await?.get("total")
}

/// A stretch of the orders that pass the filter, each in its latest version.
pub async fn page(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &OrderFilter,
    stretch: Stretch,
) -> Result<Vec<Order>, Error> {
    let mut select = Statement::build(SELECT);
    select.push("and v.version = o.latest_version where o.retailer_id = ").bind(retailer);
    push_filter(&mut select, filter);
    select.push(match (stretch.order, stretch.descending) {
        (OrderOrder::Id, false) => " order by o.id limit ",
        (OrderOrder::Id, true) => " order by o.id desc limit ",
        (OrderOrder::Store, false) => " order by o.store_id, o.id limit ",
        (OrderOrder::Store, true) => " order by o.store_id desc, o.id desc limit ",
        (OrderOrder::Total, false) => " order by o.total_scaled, o.id limit ",
        (OrderOrder::Total, true) => " order by o.total_scaled desc, o.id desc limit ",
        (OrderOrder::Date, false) => " order by o.draft_created_at, o.id limit ",
        (OrderOrder::Date, true) => " order by o.draft_created_at desc, o.id desc limit ",
    });
    select.bind(stretch.count).push(" offset ").bind(stretch.offset);
    c.fetch_all(&mut select).await?.iter().map(order).collect()
}

fn push_filter(select: &mut Statement, filter: &OrderFilter) {
    let mut keep = |condition: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            select.push(condition).bind(value);
        }
    };
    keep(" and o.id = ", filter.id.map(Value::from));
    keep(" and o.store_id = ", filter.store.map(Value::from));
    keep(" and o.customer_id = ", filter.customer.map(Value::from));
    let payment = filter.payment_transaction.as_ref();
    keep(" and o.payment_transaction_id = ", payment.map(Value::from));
    keep(" and o.card_bin = ", filter.card_bin.as_ref().map(Value::from));
    keep(" and o.card_last4 = ", filter.card_last4.as_ref().map(Value::from));
    keep(" and o.card_expires = ", filter.card_expires.as_ref().map(Value::from));
    keep(" and o.total_scaled >= ", filter.min_total.map(Value::from));
    keep(" and o.total_scaled <= ", filter.max_total.map(Value::from));
    keep(" and o.quantity >= ", filter.min_quantity.map(Value::from));
    keep(" and o.quantity <= ", filter.max_quantity.map(Value::from));
    push_any(select, " and o.status in (", filter.statuses.iter().copied());
    push_any(select, " and o.external_status in (", filter.external_statuses.iter().copied());
    push_any(select, " and o.customer_role in (", filter.roles.iter().copied());
    push_any(select, " and o.session_token in (", filter.sessions.iter());
    push_any(select, " and o.external_id in (", filter.external_ids.iter());
    filter.created_at.push(select, " and o.created_at >= ", " and o.created_at < ");
    filter.updated_at.push(select, " and o.updated_at >= ", " and o.updated_at < ");
    for date in filter.dates {
        date.push(select, " and o.draft_created_at >= ", " and o.draft_created_at < ");
    }
}

fn push_any<V: Into<Value>>(select: &mut Statement, condition: &'static str, values: impl ExactSizeIterator<Item = V>) {
    if values.len() > 0 {
        select.push(condition).bind_list(values).push(")");
    }
}

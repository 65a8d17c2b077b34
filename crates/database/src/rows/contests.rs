//! Disputes about orders: at most one for each.

use aisle_model::order::ContestStatus;
use aisle_model::{ContestId, Moment, OrderId, ProductId, ProductSnapshotId, RetailerId, StoreId};
use serde::{Deserialize, Serialize};

use super::window::Window;
use crate::ids::Json;
use crate::{Connection, Error, Row, Statement};

/// One contest. Amounts are whole minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of the contract's ContestBase")]
pub struct Contest {
    pub id: ContestId,
    pub order: OrderId,
    /// The version in dispute.
    pub order_version: i64,
    pub message: String,
    pub from_operator: bool,
    pub status: ContestStatus,
    pub original_total: i64,
    pub contested_total: i64,
    /// Absent before the review.
    pub reviewed_total: Option<i64>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// One product of a contest.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of the contract's ContestItem")]
pub struct ContestItem {
    pub id: i64,
    pub contest: ContestId,
    pub product: ProductId,
    pub snapshot: SoldProduct,
    /// Of one unit, with which the dispute is worked out.
    pub price: i64,
    pub original_quantity: i64,
    pub contested_quantity: i64,
    /// Absent before the review.
    pub reviewed_quantity: Option<i64>,
}

/// A product as it was when it was sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's ProductSnapshot")]
pub struct SoldProduct {
    pub id: ProductSnapshotId,
    pub name: String,
    /// Whole minor units, in the store of the order.
    pub price: i64,
    pub barcode: Option<String>,
    pub category: Option<String>,
    pub thumbnail: Option<String>,
    pub weight_grams: Option<f64>,
    pub sku: Option<String>,
    pub external_id: Option<String>,
    pub tax_code: Option<String>,
    pub taken_at: Moment,
}

/// Which contests; all conditions must hold.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the filters of the contract")]
pub struct ContestFilter {
    pub status: Option<ContestStatus>,
    pub order: Option<OrderId>,
    pub store: Option<StoreId>,
    pub created_at: Window,
    pub updated_at: Window,
    /// Of the order.
    pub date: Window,
}

fn contest(row: &Row) -> Result<Contest, Error> {
    Ok(Contest {
        id: row.get("id")?,
        order: row.get("order_id")?,
        order_version: row.get("order_version")?,
        message: row.get("message")?,
        from_operator: row.get("from_operator")?,
        status: row.get("status")?,
        original_total: row.get("original_total")?,
        contested_total: row.get("contested_total")?,
        reviewed_total: row.get("reviewed_total")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// A stretch of a retailer's contests, by id.
pub async fn page(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &ContestFilter,
    offset: i64,
    count: i64,
) -> Result<Vec<Contest>, Error> {
    let mut select =
        Statement::build("select k.* from contests k join orders o on o.id = k.order_id where k.retailer_id = ");
    select.bind(retailer);
    if let Some(status) = filter.status {
        select.push(" and k.status = ").bind(status);
    }
    if let Some(order) = filter.order {
        select.push(" and k.order_id = ").bind(order);
    }
    if let Some(store) = filter.store {
        select.push(" and o.store_id = ").bind(store);
    }
    filter.created_at.push(&mut select, " and k.created_at >= ", " and k.created_at < ");
    filter.updated_at.push(&mut select, " and k.updated_at >= ", " and k.updated_at < ");
    filter.date.push(&mut select, " and o.draft_created_at >= ", " and o.draft_created_at < ");
    select.push(" order by k.id limit ").bind(count).push(" offset ").bind(offset);
    c.fetch_all(&mut select).await?.iter().map(contest).collect()
}

/// The contests of some orders.
pub async fn of_orders(c: &mut Connection, orders: &[OrderId]) -> Result<Vec<Contest>, Error> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build("select * from contests where order_id in (");
    select.bind_list(orders.iter().copied()).push(")");
    c.fetch_all(&mut select).await?.iter().map(contest).collect()
}

/// The products of some contests, by id.
pub async fn items(c: &mut Connection, contests: &[ContestId]) -> Result<Vec<ContestItem>, Error> {
    if contests.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build("select * from contest_items where contest_id in (");
    select.bind_list(contests.iter().copied()).push(") order by id");
    let item = |row: &Row| {
        Ok(ContestItem {
            id: row.get("id")?,
            contest: row.get("contest_id")?,
            product: row.get("product_id")?,
            snapshot: row.get::<Json<_>>("product_snapshot")?.0,
            price: row.get("price")?,
            original_quantity: row.get("original_quantity")?,
            contested_quantity: row.get("contested_quantity")?,
            reviewed_quantity: row.get("reviewed_quantity")?,
        })
    };
    c.fetch_all(&mut select).await?.iter().map(item).collect()
}

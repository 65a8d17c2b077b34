//! The contract's `ContestDetail` and `ContestListItem`.

use aisle_model::order::ContestStatus;
use aisle_model::{ContestId, Currency, ProductId, ProductSnapshotId, SessionNumber, SessionToken};
use aisle_operations::contests::{Contest, ContestItem, ContestRow, ContestWithItems, SoldProduct};
use aisle_operations::orders::Order;
use aisle_partners::bodies::Printed;
use serde::Serialize;

use crate::orders::face::{OrderBase, TransactionFace, money};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContestBase<'a> {
    created_at: Printed,
    updated_at: Printed,
    deleted_at: (),
    id: ContestId,
    order_id: String,
    order_version: i64,
    session_id: &'a SessionToken,
    message: &'a str,
    from_operator: bool,
    status: ContestStatus,
    contested_total_price: String,
    reviewed_total_price: Option<String>,
    original_total_price: String,
}

/// A contest with its items.
#[derive(Serialize)]
pub(crate) struct ContestFace<'a> {
    #[serde(flatten)]
    base: ContestBase<'a>,
    items: Vec<ItemFace<'a>>,
    transaction: Option<TransactionFace<'a>>,
}

/// A contest with its order.
#[derive(Serialize)]
pub(super) struct ContestListFace<'a> {
    #[serde(flatten)]
    base: ContestBase<'a>,
    order: ContestOrder<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContestOrder<'a> {
    #[serde(flatten)]
    base: OrderBase<'a>,
    customer_shopping_session_id: SessionNumber,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFace<'a> {
    id: i64,
    product_id: ProductId,
    name: &'a str,
    price: String,
    thumbnail: Option<&'a str>,
    product_snapshot: SnapshotFace<'a>,
    original_quantity: i64,
    contested_quantity: i64,
    reviewed_quantity: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotFace<'a> {
    name: &'a str,
    price: String,
    barcode: Option<&'a str>,
    category: Option<&'a str>,
    thumbnail: Option<&'a str>,
    weight: Option<f64>,
    sku: Option<&'a str>,
    external_id: Option<&'a str>,
    tax_code: Option<&'a str>,
    id: ProductSnapshotId,
    product_id: ProductId,
    created_at: Printed,
    updated_at: Printed,
}

impl<'a> ContestBase<'a> {
    fn of(contest: &'a Contest, order: &'a Order) -> Self {
        let amount = |minor: i64| money(minor, order.currency);
        Self {
            created_at: contest.created_at.into(),
            updated_at: contest.updated_at.into(),
            deleted_at: (),
            id: contest.id,
            order_id: contest.order.to_string(),
            order_version: contest.order_version,
            session_id: &order.session_token,
            message: &contest.message,
            from_operator: contest.from_operator,
            status: contest.status,
            contested_total_price: amount(contest.contested_total),
            reviewed_total_price: contest.reviewed_total.map(amount),
            original_total_price: amount(contest.original_total),
        }
    }
}

impl<'a> ContestFace<'a> {
    pub(crate) fn of(contest: &'a ContestWithItems, order: &'a Order) -> Self {
        let items = contest.items.iter().map(|item| ItemFace::of(item, order.currency));
        Self {
            base: ContestBase::of(&contest.contest, order),
            items: items.collect(),
            transaction: TransactionFace::of(order),
        }
    }
}

impl<'a> ContestListFace<'a> {
    pub(super) fn of(row: &'a ContestRow) -> Self {
        Self {
            base: ContestBase::of(&row.contest, &row.order),
            order: ContestOrder {
                base: OrderBase::of(&row.order, &row.entries),
                customer_shopping_session_id: row.order.session,
            },
        }
    }
}

impl<'a> ItemFace<'a> {
    fn of(item: &'a ContestItem, currency: Currency) -> Self {
        Self {
            id: item.id,
            product_id: item.product,
            name: &item.snapshot.name,
            price: money(item.price, currency),
            thumbnail: item.snapshot.thumbnail.as_deref(),
            product_snapshot: SnapshotFace::of(&item.snapshot, item.product, currency),
            original_quantity: item.original_quantity,
            contested_quantity: item.contested_quantity,
            reviewed_quantity: item.reviewed_quantity,
        }
    }
}

impl<'a> SnapshotFace<'a> {
    fn of(sold: &'a SoldProduct, product_id: ProductId, currency: Currency) -> Self {
        Self {
            name: &sold.name,
            price: money(sold.price, currency),
            barcode: sold.barcode.as_deref(),
            category: sold.category.as_deref(),
            thumbnail: sold.thumbnail.as_deref(),
            weight: sold.weight_grams,
            sku: sold.sku.as_deref(),
            external_id: sold.external_id.as_deref(),
            tax_code: sold.tax_code.as_deref(),
            id: sold.id,
            product_id,
            created_at: sold.taken_at.into(),
            updated_at: sold.taken_at.into(),
        }
    }
}

//! The contract's `AppOrder` and `AppContest`.

use aisle_model::order::{ContestStatus, OrderStatus};
use aisle_model::{ContestId, OrderId, SessionToken, StoreId};
use aisle_operations::contests::{ContestItem, ContestWithItems};
use aisle_operations::orders::{Order, OrderView};
use aisle_partners::bodies::Printed;
use serde::Serialize;

use crate::orders::face::{due, extra_text, money};
use crate::orders::lines::LineFace;

/// An order as its buyer sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppOrderFace<'a> {
    id: OrderId,
    created_at: Printed,
    updated_at: Printed,
    version: i64,
    store_id: StoreId,
    status: OrderStatus,
    subtotal_price: String,
    total_price: String,
    total_tax: String,
    currency: &'a str,
    currency_code: &'a str,
    amount_due: String,
    refunded_amount: String,
    paid_at: Option<Printed>,
    completed_at: Option<Printed>,
    draft_created_at: Printed,
    session_id: &'a SessionToken,
    extra_text: String,
    products: Vec<LineFace<'a>>,
    contest: Option<AppContestFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AppContestFace<'a> {
    id: ContestId,
    order_id: String,
    session_id: &'a SessionToken,
    status: ContestStatus,
    message: &'a str,
    contested_total_price: String,
    reviewed_total_price: Option<String>,
    original_total_price: String,
    created_at: Printed,
    items: Vec<ItemFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFace<'a> {
    product_id: String,
    rin: Option<&'a str>,
    original_quantity: i64,
    contested_quantity: i64,
    reviewed_quantity: Option<i64>,
}

impl<'a> AppOrderFace<'a> {
    pub(super) fn of(view: &'a OrderView) -> Self {
        let order = &view.order;
        let amount = |minor: i64| money(minor, order.currency);
        let lines = view.lines.iter().flatten();
        let contest = view.contest.iter().flatten().next();
        Self {
            id: order.id,
            created_at: order.created_at.into(),
            updated_at: order.updated_at.into(),
            version: order.version,
            store_id: order.store,
            status: order.status,
            subtotal_price: amount(order.total - order.total_tax),
            total_price: amount(order.total),
            total_tax: amount(order.total_tax),
            currency: order.currency.as_str(),
            currency_code: order.currency.as_str(),
            amount_due: due(order),
            refunded_amount: amount(order.refunded_amount),
            paid_at: order.paid_at.map(Into::into),
            completed_at: order.completed_at.map(Into::into),
            draft_created_at: order.draft_created_at.into(),
            session_id: &order.session_token,
            extra_text: extra_text(order, &view.entries),
            products: lines.map(|line| LineFace::of(line, order.currency)).collect(),
            contest: contest.map(|contest| AppContestFace::of(contest, order)),
        }
    }
}

impl<'a> AppContestFace<'a> {
    fn of(contest: &'a ContestWithItems, order: &'a Order) -> Self {
        let amount = |minor: i64| money(minor, order.currency);
        let said = &contest.contest;
        Self {
            id: said.id,
            order_id: order.id.to_string(),
            session_id: &order.session_token,
            status: said.status,
            message: &said.message,
            contested_total_price: amount(said.contested_total),
            reviewed_total_price: said.reviewed_total.map(amount),
            original_total_price: amount(said.original_total),
            created_at: said.created_at.into(),
            items: contest.items.iter().map(ItemFace::of).collect(),
        }
    }
}

impl<'a> ItemFace<'a> {
    fn of(item: &'a ContestItem) -> Self {
        Self {
            product_id: item.product.to_string(),
            rin: item.snapshot.external_id.as_deref(),
            original_quantity: item.original_quantity,
            contested_quantity: item.contested_quantity,
            reviewed_quantity: item.reviewed_quantity,
        }
    }
}

//! The contract's `Order`, and what it shares with the order that a contest shows.

use std::collections::BTreeMap;

use aisle_model::order::{OrderExternalStatus, OrderStatus, PaymentStatus};
use aisle_model::store::Role;
use aisle_model::{Currency, Money, OrderId, SessionNumber, SessionToken, StoreId};
use aisle_operations::orders::{Order, OrderView, VendorEntry};
use aisle_partners::bodies::Printed;
use serde::Serialize;

use super::lines::LineFace;
use crate::contests::face::ContestFace;

/// What every view of an order has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderBase<'a> {
    created_at: Printed,
    updated_at: Printed,
    id: OrderId,
    version: i64,
    is_latest: u8,
    customer_id: Option<String>,
    store_id: StoreId,
    status: OrderStatus,
    transaction_id: SessionNumber,
    external_id: Option<&'a str>,
    external_status: OrderExternalStatus,
    subtotal_price: String,
    total_price: String,
    total_tax: String,
    paid_at: Option<Printed>,
    notification_sent_at: Option<Printed>,
    extra_text: String,
    completed_at: Option<Printed>,
    draft_created_at: Printed,
}

/// One order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderFace<'a> {
    #[serde(flatten)]
    base: OrderBase<'a>,
    session_id: &'a SessionToken,
    transaction: Option<TransactionFace<'a>>,
    payment_transaction: Option<PaymentFace<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    products: Option<Vec<LineFace<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contest: Option<Option<ContestFace<'a>>>,
    currency: &'a str,
    amount_due: String,
    refunded_amount: String,
    customer_role: Role,
    vendor_metadata: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>,
}

/// The payment in its older shape.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransactionFace<'a> {
    payment_transaction_id: Option<&'a str>,
    refunded: bool,
    try_refund_times: i64,
    payment_failed: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentFace<'a> {
    payment_transaction_id: Option<&'a str>,
    refunded: bool,
    try_refund_times: i64,
    payment_status: PaymentStatus,
}

/// Whole minor units as the contract prints an amount.
pub(crate) fn money(minor: i64, currency: Currency) -> String {
    Money { minor, currency }.to_string()
}

/// What is still owed.
pub(crate) fn due(order: &Order) -> String {
    let due = order.latest_total - order.taken + order.refunded_amount;
    money(due.max(0), order.currency)
}

impl<'a> OrderBase<'a> {
    pub(crate) fn of(order: &'a Order, entries: &[VendorEntry]) -> Self {
        let amount = |minor: i64| money(minor, order.currency);
        Self {
            created_at: order.created_at.into(),
            updated_at: order.updated_at.into(),
            id: order.id,
            version: order.version,
            is_latest: u8::from(order.version == order.latest_version),
            customer_id: order.customer.map(|id| id.to_string()),
            store_id: order.store,
            status: order.status,
            transaction_id: order.session,
            external_id: order.external_id.as_deref(),
            external_status: order.external_status,
            subtotal_price: amount(order.total - order.total_tax),
            total_price: amount(order.total),
            total_tax: amount(order.total_tax),
            paid_at: order.paid_at.map(Into::into),
            notification_sent_at: order.notification_sent_at.map(Into::into),
            extra_text: extra_text(order, entries),
            completed_at: order.completed_at.map(Into::into),
            draft_created_at: order.draft_created_at.into(),
        }
    }
}

/// The cart mutator's text, then those of the vendors, one per line.
pub(crate) fn extra_text(order: &Order, entries: &[VendorEntry]) -> String {
    let vendors = entries.iter().filter(|entry| entry.kind == "EXTRA_TEXT");
    let texts = [order.mutator_text.as_str()].into_iter().chain(vendors.map(|entry| entry.entry.as_str()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

impl<'a> TransactionFace<'a> {
    /// Nothing before there is a payment.
    pub(crate) fn of(order: &'a Order) -> Option<Self> {
        order.payment_status.map(|status| Self {
            payment_transaction_id: order.payment_transaction_id.as_deref(),
            refunded: order.refunded,
            try_refund_times: order.try_refund_times,
            payment_failed: status == PaymentStatus::Failed,
        })
    }
}

impl<'a> OrderFace<'a> {
    pub(crate) fn of(view: &'a OrderView) -> Self {
        let order = &view.order;
        let mut vendor_metadata: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for entry in &view.entries {
            let of_vendor = vendor_metadata.entry(entry.vendor.as_str()).or_default();
            of_vendor.entry(entry.kind.as_str()).or_default().push(entry.entry.as_str());
        }
        let lines = view.lines.as_ref();
        let contest = view.contest.as_ref();
        Self {
            base: OrderBase::of(order, &view.entries),
            session_id: &order.session_token,
            transaction: TransactionFace::of(order),
            payment_transaction: order.payment_status.map(|payment_status| PaymentFace {
                payment_transaction_id: order.payment_transaction_id.as_deref(),
                refunded: order.refunded,
                try_refund_times: order.try_refund_times,
                payment_status,
            }),
            products: lines.map(|lines| lines.iter().map(|line| LineFace::of(line, order.currency)).collect()),
            contest: contest.map(|contest| contest.as_ref().map(|contest| ContestFace::of(contest, order))),
            currency: order.currency.as_str(),
            amount_due: due(order),
            refunded_amount: money(order.refunded_amount, order.currency),
            customer_role: order.customer_role,
            vendor_metadata,
        }
    }
}

//! Orders: one per trip, in one state. Lines and sums belong to a version, which is never rewritten.

use aisle_model::order::{OrderExternalStatus, OrderStatus, PaymentStatus};
use aisle_model::store::Role;
use aisle_model::{Currency, CustomerId, Moment, OrderId, RetailerId, SessionNumber, SessionToken, StoreId};

use crate::{Connection, Error, Row, Statement, sql};

/// One order in one version. Amounts are whole minor units of its currency.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of the contract's Order")]
pub struct Order {
    pub id: OrderId,
    pub retailer: RetailerId,
    pub store: StoreId,
    pub session: SessionNumber,
    pub session_token: SessionToken,
    /// Absent once the customer was deleted.
    pub customer: Option<CustomerId>,
    pub customer_role: Role,
    pub status: OrderStatus,
    pub external_id: Option<String>,
    pub external_status: OrderExternalStatus,
    pub currency: Currency,
    pub version: i64,
    pub latest_version: i64,
    /// Of this version.
    pub total: i64,
    pub total_tax: i64,
    pub mutator_text: String,
    /// Total of the latest version, which is what is owed.
    pub latest_total: i64,
    pub taken: i64,
    pub refunded_amount: i64,
    pub payment_transaction_id: Option<String>,
    /// Absent before there is a payment.
    pub payment_status: Option<PaymentStatus>,
    pub refunded: bool,
    pub try_refund_times: i64,
    pub draft_created_at: Moment,
    pub completed_at: Option<Moment>,
    pub paid_at: Option<Moment>,
    pub notification_sent_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

pub(crate) const SELECT: &str =
    "select o.*, v.version as shown_version, v.total as shown_total, v.total_tax as shown_tax,
         v.mutator_text from orders o join order_versions v on v.order_id = o.id ";

pub(crate) fn order(row: &Row) -> Result<Order, Error> {
    Ok(Order {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        store: row.get("store_id")?,
        session: row.get("session_number")?,
        session_token: row.get("session_token")?,
        customer: row.get("customer_id")?,
        customer_role: row.get("customer_role")?,
        status: row.get("status")?,
        external_id: row.get("external_id")?,
        external_status: row.get("external_status")?,
        currency: row.get("currency")?,
        version: row.get("shown_version")?,
        latest_version: row.get("latest_version")?,
        total: row.get("shown_total")?,
        total_tax: row.get("shown_tax")?,
        mutator_text: row.get("mutator_text")?,
        latest_total: row.get("total")?,
        taken: row.get("taken")?,
        refunded_amount: row.get("refunded_amount")?,
        payment_transaction_id: row.get("payment_transaction_id")?,
        payment_status: row.get("payment_status")?,
        refunded: row.get("refunded")?,
        try_refund_times: row.get("try_refund_times")?,
        draft_created_at: row.get("draft_created_at")?,
        completed_at: row.get("completed_at")?,
        paid_at: row.get("paid_at")?,
        notification_sent_at: row.get("notification_sent_at")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// One order of a retailer, in its latest version or an earlier one.
pub async fn find(
    c: &mut Connection,
    retailer: RetailerId,
    id: OrderId,
    version: Option<i64>,
) -> Result<Option<Order>, Error> {
    let mut select = Statement::build(SELECT);
    select.push("where o.retailer_id = ").bind(retailer).push(" and o.id = ").bind(id);
    match version {
        Some(version) => select.push(" and v.version = ").bind(version),
        None => select.push(" and v.version = o.latest_version"),
    };
    c.fetch_optional(&mut select).await?.as_ref().map(order).transpose()
}

/// The latest versions of some orders of a retailer.
pub async fn several(c: &mut Connection, retailer: RetailerId, ids: &[OrderId]) -> Result<Vec<Order>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build(SELECT);
    select
        .push("where v.version = o.latest_version and o.retailer_id = ")
        .bind(retailer)
        .push(" and o.id in (")
        .bind_list(ids.iter().copied())
        .push(")");
    c.fetch_all(&mut select).await?.iter().map(order).collect()
}

/// What a vendor wrote on an order.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct VendorEntry {
    pub order: OrderId,
    pub vendor: String,
    pub kind: String,
    pub entry: String,
}

/// What vendors wrote on some orders, oldest first.
pub async fn vendor_entries(c: &mut Connection, orders: &[OrderId]) -> Result<Vec<VendorEntry>, Error> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let mut select =
        Statement::build("select order_id, vendor, kind, entry from order_vendor_entries where order_id in (");
    select.bind_list(orders.iter().copied()).push(") order by id");
    let entry = |row: &Row| {
        Ok(VendorEntry {
            order: row.get("order_id")?,
            vendor: row.get("vendor")?,
            kind: row.get("kind")?,
            entry: row.get("entry")?,
        })
    };
    c.fetch_all(&mut select).await?.iter().map(entry).collect()
}

/// Whether money is about to move for an order of the customer.
pub async fn any_is_unfinished(c: &mut Connection, customer: CustomerId) -> Result<bool, Error> {
    let select = sql!(
        "select id from orders where customer_id = $1 and status in ('draft', 'completed_so_far', 'paymentProcessing')
         limit 1",
        customer
    );
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Whether the customer owes the sum of an order.
pub async fn any_is_unpaid(c: &mut Connection, customer: CustomerId) -> Result<bool, Error> {
    let select = sql!("select id from orders where customer_id = $1 and status = 'unpaid' limit 1", customer);
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Takes a customer and the digits of the card off some of the orders; answers how many.
pub async fn unlink_some(c: &mut Connection, customer: CustomerId, now: Moment, most: i64) -> Result<u64, Error> {
    let update = sql!(
        "update orders set customer_id = null, card_id = null, card_bin = null, card_last4 = null, card_expires = null,
             updated_at = $1, version = version + 1
         where id in (select id from orders where customer_id = $2 order by id limit $3)",
        now,
        customer,
        most
    );
    c.execute(update).await
}

//! `POST` and `PATCH /api/customer/v2/orders/{orderId}/payment`
//!
//! No payment provider is connected to this server yet, so there is no card that can be charged and no method that is
//! taken. Both are answers of the contract: the first call leaves the order unpaid, the second is refused.

use aisle_model::order::OrderStatus;
use aisle_operations::orders::{Order, OrderView};
use serde::Serialize;

use super::own;
use crate::answer::Answer;
use crate::call::Call;
use crate::orders::face::due;
use crate::problem::Problem;

/// How an attempt to pay went.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentFace {
    order_id: String,
    success: bool,
    amount: String,
    status: OrderStatus,
}

pub(in super::super) async fn start(call: Call) -> Result<Answer, Problem> {
    let unpaid = unpaid(own(&call, "orderId").await?)?;
    let attempt =
        PaymentFace { order_id: unpaid.id.to_string(), success: false, amount: due(&unpaid), status: unpaid.status };
    Ok(Answer::ok(&attempt))
}

pub(in super::super) async fn finish(call: Call) -> Result<Answer, Problem> {
    unpaid(own(&call, "orderId").await?)?;
    Err(Problem::Conflict("Payment provider does not take this method".to_owned()))
}

fn unpaid(found: OrderView) -> Result<Order, Problem> {
    let is_unpaid = found.order.status == OrderStatus::Unpaid;
    if is_unpaid { Ok(found.order) } else { Err(Problem::Conflict("Order is not unpaid".to_owned())) }
}

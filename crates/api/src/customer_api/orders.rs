//! A customer's own orders. One that is still being worked out is a draft, and in the one list or the other.

mod face;
mod list;
mod payment;
#[cfg(test)]
mod tests;

use aisle_operations::orders::{self, OrderView};
use serde::Deserialize;

use self::face::AppOrderFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(super) use self::list::{drafts, finals};
pub(super) use self::payment::{finish, start};

/// `GET /api/customer/v2/orders/{orderId}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let found = own(&call, "orderId").await?;
    shown(&found, !found.order.status.is_draft())
}

/// `GET /api/customer/v2/orders/draft/{draftOrderId}`
pub(super) async fn get_draft(call: Call) -> Result<Answer, Problem> {
    let found = own(&call, "draftOrderId").await?;
    shown(&found, found.order.status.is_draft())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rating {
    satisfaction_level: i64,
}

/// `POST /api/customer/v2/orders/{orderId}/satisfaction`
pub(super) async fn rate(call: Call) -> Result<Answer, Problem> {
    let customer = call.caller.logged_in()?.customer;
    let rating: Rating = call.body()?;
    orders::rate(&call.app, &call.caller, customer, call.path("orderId")?, rating.satisfaction_level).await?;
    Ok(Answer::no_content())
}

/// The order that the path names; somebody else's is absent.
async fn own(call: &Call, parameter: &str) -> Result<OrderView, Problem> {
    let customer = call.caller.logged_in()?.customer;
    Ok(orders::get_own(&call.app, &call.caller, customer, call.path(parameter)?).await?)
}

fn shown(found: &OrderView, is_here: bool) -> Result<Answer, Problem> {
    if is_here { Ok(Answer::ok(&AppOrderFace::of(found))) } else { Err(Problem::not_found("Order")) }
}

//! `GET /api/admin/v2/orders/{orderId}`

use aisle_operations::orders;
use serde::Deserialize;

use super::face::OrderFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Query {
    version: Option<i64>,
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let found = orders::get(&call.app, &call.caller, call.path("orderId")?, query.version).await?;
    Ok(Answer::ok(&OrderFace::of(&found)))
}

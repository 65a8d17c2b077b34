//! `GET /api/admin/v2/products/{id}`

use aisle_operations::products;

use super::face::ProductFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let found = products::get(&call.app, &call.caller, call.path("id")?).await?;
    Ok(Answer::ok(&ProductFace::of(&found)?))
}

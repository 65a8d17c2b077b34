//! `DELETE /api/admin/v2/products/{id}`

use aisle_operations::products;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    products::delete(&call.app, &call.caller, call.path("id")?).await?;
    Ok(Answer::no_content())
}

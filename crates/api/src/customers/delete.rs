//! `DELETE /api/admin/v2/customers/{customerId}`

use aisle_operations::customers;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    customers::delete(&call.app, &call.caller, call.path("customerId")?).await?;
    call.tokens.forget();
    Ok(Answer::no_content())
}

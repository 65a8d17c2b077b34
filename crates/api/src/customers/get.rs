//! `GET /api/admin/v2/customers/{customerId}`

use aisle_operations::customers;

use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let id = call.path("customerId")?;
    let found = customers::get(&call.app, &call.caller, id).await?;
    Ok(Answer::ok(&CustomerFace::of(&found, call.sees_personal_data())))
}

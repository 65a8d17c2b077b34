//! `/api/customer/v2/customers/me`

use aisle_operations::accounts;

use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(crate) async fn get(call: Call) -> Result<Answer, Problem> {
    let account = accounts::of_caller(&call.app, &call.caller).await?;
    Ok(Answer::ok(&CustomerFace::of(&account)))
}

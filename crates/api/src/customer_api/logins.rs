//! `/api/customer/v2/sessions`: in, on and out.

use aisle_operations::accounts::logins::{self, Given};
use aisle_partners::bodies::Printed;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::serve::bearer_token;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GivenFace {
    access_token: String,
    expires_at: Printed,
}

impl From<Given> for GivenFace {
    fn from(given: Given) -> Self {
        Self { access_token: given.token, expires_at: given.expires_at.into() }
    }
}

/// `POST /api/customer/v2/sessions/refresh`
pub(crate) async fn refresh(call: Call) -> Result<Answer, Problem> {
    let token = bearer_token(&call.parts.headers).ok_or(Problem::Unauthorized)?;
    let given = logins::exchange(&call.app, token).await?.ok_or(Problem::Unauthorized)?;
    Ok(Answer::ok(&GivenFace::from(given)))
}

/// `DELETE /api/customer/v2/sessions`
pub(crate) async fn log_out(call: Call) -> Result<Answer, Problem> {
    logins::end_all(&call.app, &call.caller).await?;
    call.tokens.forget();
    Ok(Answer::no_content())
}

/// `DELETE /api/customer/v2/sessions/{customerId}`
pub(crate) async fn log_out_by_id(call: Call) -> Result<Answer, Problem> {
    let asked_for: String = call.path("customerId")?;
    let own = call.caller.logged_in()?.customer;
    if asked_for != own.to_string() {
        return Err(Problem::not_found("Customer"));
    }
    log_out(call).await
}

//! `/api/customer/v2/sessions`: in, on and out.

use aisle_operations::accounts::logins::{self, Given};
use aisle_operations::accounts::{self, Name};
use aisle_operations::customers::Password;
use aisle_partners::bodies::Printed;
use serde::{Deserialize, Serialize};

use super::digits::Digits;
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

#[derive(Deserialize)]
struct LogIn {
    email: Option<String>,
    phone: Option<Digits>,
    password: String,
}

/// `POST /api/customer/v2/sessions`
pub(crate) async fn log_in(call: Call) -> Result<Answer, Problem> {
    let body: LogIn = call.body()?;
    let name = match (body.email, body.phone) {
        (Some(email), _) => Name::Email(email),
        (None, Some(phone)) => Name::Phone(phone.0),
        (None, None) => return Err(Problem::Internal("a log-in without a name was judged good".to_owned())),
    };
    let password = Password::new(&body.password);
    let given = accounts::log_in(&call.app, &call.caller, call.address, &name, &password).await?;
    let given = given.ok_or(Problem::LoginFailed)?;
    Ok(Answer::created(&GivenFace::from(given)))
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

//! `/api/customer/v2/password-reset`: start, verify, finish.

use aisle_operations::accounts::password_reset;
use aisle_operations::customers::Password;
use serde::{Deserialize, Serialize};

use super::digits::FiveDigits;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Start {
    token: String,
    email: String,
}

#[derive(Deserialize)]
struct Verify {
    token: String,
    code: FiveDigits,
}

#[derive(Deserialize)]
struct Finish {
    token: String,
    password: String,
}

#[derive(Serialize)]
struct Verified {
    token: String,
}

/// `POST /api/customer/v2/password-reset`
pub(crate) async fn start(call: Call) -> Result<Answer, Problem> {
    let body: Start = call.body()?;
    password_reset::start(&call.app, &call.caller, call.address, &body.token, &body.email).await?;
    Ok(Answer::no_content())
}

/// `POST /api/customer/v2/password-reset/verify`
pub(crate) async fn verify(call: Call) -> Result<Answer, Problem> {
    let body: Verify = call.body()?;
    let verified = password_reset::verify(&call.app, &call.caller, call.address, &body.token, &body.code.0);
    Ok(Answer::ok(&Verified { token: verified.await? }))
}

/// `PATCH /api/customer/v2/password-reset`
pub(crate) async fn finish(call: Call) -> Result<Answer, Problem> {
    let body: Finish = call.body()?;
    let password = Password::new(&body.password);
    password_reset::finish(&call.app, &call.caller, call.address, &body.token, &password).await?;
    call.tokens.forget();
    Ok(Answer::no_content())
}

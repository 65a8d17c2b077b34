//! `POST /api/customer/v2/customers`

use aisle_contract::Fault;
use aisle_operations::accounts::{self, Registration};
use aisle_operations::customers::{Password, email_fault};
use serde::Deserialize;
use serde_json::Value;

use super::digits::Digits;
use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::customers::as_contract_fault;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    first_name: String,
    last_name: String,
    email: String,
    phone: Digits,
    password: String,
    locale_language_code: Option<String>,
}

/// What no schema can say about an address that somebody gives as theirs.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    body["email"].as_str().and_then(email_fault).iter().map(as_contract_fault).collect()
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let said = Registration {
        email: body.email,
        password: Password::new(&body.password),
        first_name: body.first_name,
        last_name: body.last_name,
        phone: body.phone.0,
        locale_language_code: body.locale_language_code,
    };
    let account = accounts::register(&call.app, &call.caller, call.address, said).await?;
    Ok(Answer::created(&CustomerFace::of(&account)))
}

//! `PATCH /api/customer/v2/customers/me`

use aisle_contract::Fault;
use aisle_operations::accounts::{self, AccountPatch};
use aisle_operations::customers::{CustomerPatch, Password, email_fault};
use aisle_operations::patch::Patch;
use serde::Deserialize;
use serde_json::Value;

use super::digits::Digits;
use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::customers::as_contract_fault;
use crate::problem::Problem;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    phone: Option<Digits>,
    notification_token: Patch<String>,
    password: Option<String>,
    current_password: Option<String>,
    locale_language_code: Patch<String>,
    tax_id: Patch<String>,
    company_name: Patch<String>,
    address: Patch<String>,
    fully_registered: bool,
}

const KNOWN: [&str; 12] = [
    "firstName",
    "lastName",
    "email",
    "phone",
    "notificationToken",
    "password",
    "currentPassword",
    "localeLanguageCode",
    "taxId",
    "companyName",
    "address",
    "fullyRegistered",
];

impl From<Body> for AccountPatch {
    fn from(body: Body) -> Self {
        let set = |said: Option<String>| said.map_or(Patch::Keep, Patch::Set);
        let known = CustomerPatch {
            email: set(body.email),
            password: body.password.as_deref().map(Password::new),
            current_password: body.current_password.as_deref().map(Password::new),
            first_name: set(body.first_name),
            last_name: set(body.last_name),
            phone: set(body.phone.map(|phone| phone.0)),
            ..CustomerPatch::default()
        };
        Self {
            known,
            notification_token: body.notification_token,
            locale_language_code: body.locale_language_code,
            tax_id: body.tax_id,
            company_name: body.company_name,
            address: body.address,
            fully_registered: body.fully_registered,
        }
    }
}

/// What no schema can say: a known field, and both passwords or none.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    let Some(said) = body.as_object().filter(|said| !said.is_empty()) else {
        // The schema says so already.
        return Vec::new();
    };
    let mut faults: Vec<Fault> = body["email"].as_str().and_then(email_fault).iter().map(as_contract_fault).collect();
    if !KNOWN.iter().any(|known| said.contains_key(*known)) {
        faults.push(Fault::new("value", "object.base", "must have at least one known field"));
    }
    for (one, other) in [("password", "currentPassword"), ("currentPassword", "password")] {
        if said.contains_key(one) && !said.contains_key(other) {
            faults.push(Fault::required(other));
        }
    }
    faults
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let account = accounts::update(&call.app, &call.caller, call.address, body.into()).await?;
    call.tokens.forget();
    Ok(Answer::ok(&CustomerFace::of(&account)))
}

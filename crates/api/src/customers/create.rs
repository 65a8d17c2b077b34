//! `POST /api/admin/v2/customers`

use aisle_model::store::Role;
use aisle_operations::customers::{self, NewCustomer, Password};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    email: Option<String>,
    password: Option<String>,
    external_id: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    role: Option<Role>,
    priority: Option<i64>,
    metadata: Option<Map<String, Value>>,
}

impl From<Body> for NewCustomer {
    fn from(body: Body) -> Self {
        let password = body.password.filter(|typed| !typed.is_empty());
        let unsaid = Self::default();
        Self {
            email: body.email,
            password: password.as_deref().map(Password::new),
            external_id: body.external_id,
            first_name: body.first_name,
            last_name: body.last_name,
            phone: body.phone,
            role: body.role.unwrap_or(unsaid.role),
            priority: body.priority.unwrap_or(unsaid.priority),
            metadata: body.metadata,
            ..unsaid
        }
    }
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let made = customers::create(&call.app, &call.caller, body.into()).await?;
    Ok(Answer::created(&CustomerFace::of(&made, call.sees_personal_data())))
}

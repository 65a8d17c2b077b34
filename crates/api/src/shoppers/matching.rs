//! `POST /api/admin/v2/stores/{storeId}/shoppers/identity-matching`

use aisle_model::{SessionToken, ShopperId};
use aisle_operations::shoppers::{self, ReportedMatch};
use serde::Deserialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the contract's names")]
struct Body {
    registered_shopper_id: ShopperId,
    registered_session_id: SessionToken,
    visitor_shopper_id: ShopperId,
    visitor_session_id: String,
}

impl From<Body> for ReportedMatch {
    fn from(body: Body) -> Self {
        Self {
            registered: body.registered_shopper_id,
            session: body.registered_session_id,
            visitor: body.visitor_shopper_id,
            visitor_session: body.visitor_session_id,
        }
    }
}

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let store = call.path("storeId")?;
    shoppers::report_match(&call.app, &call.caller, store, body.into()).await?;
    Ok(Answer::no_content())
}

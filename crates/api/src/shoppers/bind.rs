//! `PATCH /api/admin/v2/stores/{storeId}/shoppers/{shopperId}`

use aisle_model::SessionToken;
use aisle_operations::shoppers;
use serde::Deserialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    session_id: SessionToken,
}

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let Body { session_id } = call.body()?;
    let (store, shopper) = (call.path("storeId")?, call.path("shopperId")?);
    shoppers::bind_to_session(&call.app, &call.caller, store, shopper, session_id).await?;
    Ok(Answer::no_content())
}

//! `PATCH /api/admin/v2/stores/{storeId}/sessions/{sessionId}/confirm`

use aisle_model::store::Role;
use aisle_model::{SessionNumber, SessionToken};
use aisle_operations::confirmation::{Confirmation, confirm_session};
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Face {
    id: SessionToken,
    transaction_id: SessionNumber,
    confirmation: &'static str,
    shoppers_role: Role,
}

impl From<Confirmation> for Face {
    fn from(confirmed: Confirmation) -> Self {
        Self {
            id: confirmed.session,
            transaction_id: confirmed.number,
            confirmation: if confirmed.by_hand { "manual" } else { "automatic" },
            shoppers_role: confirmed.role,
        }
    }
}

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let (store, session) = (call.path("storeId")?, call.path("sessionId")?);
    let confirmed = confirm_session(&call.app, &call.caller, store, session).await?;
    Ok(Answer::ok(&Face::from(confirmed)))
}

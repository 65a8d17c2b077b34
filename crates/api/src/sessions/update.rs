//! `PATCH /api/admin/v2/sessions/{sessionId}`

use aisle_contract::Fault;
use aisle_operations::notices::faces;
use aisle_operations::sessions::{self, SessionPatch, metadata_fault};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::call::Call;
use crate::customers::as_contract_fault;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    suspected_fraud: bool,
    metadata: Option<Map<String, Value>>,
}

/// What is wrong with a trip that no schema can say.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    let fault = body["metadata"].as_object().and_then(metadata_fault);
    fault.iter().map(as_contract_fault).collect()
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let token = call.path("sessionId")?;
    let body: Body = call.body()?;
    let patch = SessionPatch { suspected_fraud: body.suspected_fraud, metadata: body.metadata };
    let changed = sessions::update(&call.app, &call.caller, token, patch).await?;
    Ok(Answer::ok(&faces::session(&changed)))
}

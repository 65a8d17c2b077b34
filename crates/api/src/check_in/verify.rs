//! `POST …/check-in/{checkInDeviceId}/entry-codes/verify` (of the retailer and of the store) and
//! `POST …/entry/{entryId}/entry-codes/verify`

use aisle_contract::Fault;
use aisle_model::store::Role;
use aisle_model::{EntryCode, SessionToken};
use aisle_operations::check_in::{self, At, CheckInResult, Presented};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    verification_code: Option<EntryCode>,
    code: Option<EntryCode>,
    group_size: Option<i64>,
}

#[derive(Serialize)]
#[serde(tag = "status", rename_all_fields = "camelCase")]
enum Face {
    #[serde(rename = "OK")]
    Accepted { session_id: SessionToken, shoppers_role: Role, group_size: i64 },
    #[serde(rename = "FAILED")]
    Refused { reason: ReasonFace },
}

#[derive(Serialize)]
struct ReasonFace {
    message: &'static str,
    code: i64,
}

impl From<CheckInResult> for Face {
    fn from(result: CheckInResult) -> Self {
        match result {
            CheckInResult::Accepted { session, role, group } => {
                Self::Accepted { session_id: session, shoppers_role: role, group_size: group }
            }
            CheckInResult::Refused(reason) => {
                Self::Refused { reason: ReasonFace { message: reason.message(), code: reason.code() } }
            }
        }
    }
}

/// The two names of the code must say the same.
pub(super) fn same_code(body: &Value) -> Vec<Fault> {
    match (body.get("verificationCode"), body.get("code")) {
        (Some(name), Some(other)) if name != other => vec![Fault::invalid("code")],
        _ => Vec::new(),
    }
}

pub(super) async fn by_device(call: Call) -> Result<Answer, Problem> {
    let at = At::Device(call.path("checkInDeviceId")?);
    verified(call, at).await
}

pub(super) async fn by_entry(call: Call) -> Result<Answer, Problem> {
    let at = At::Gate(call.path("entryId")?);
    verified(call, at).await
}

async fn verified(call: Call, at: At) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let code = body.verification_code.or(body.code);
    let presented = Presented {
        retailer: call.caller.retailer,
        store: call.path("storeId")?,
        at,
        code: code.ok_or_else(|| Problem::Internal("a body without a code was judged good".to_owned()))?,
        group_size: body.group_size,
        scan: None,
        once: call.caller.once.clone(),
    };
    let result = check_in::verify(&call.app, presented).await?;
    Ok(Answer::ok(&Face::from(result)))
}

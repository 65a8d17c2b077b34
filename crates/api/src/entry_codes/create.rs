//! `POST /api/admin/v2/customers/{customerId}/entry-codes`
//!
//! `displayable` is read and changes nothing: a code is text that can be shown as it is.

use aisle_contract::Fault;
use aisle_model::{EntryCode, SessionToken, StoreId};
use aisle_operations::entry_codes::{self, Expiry, NewEntryCode, error_fault};
use aisle_operations::patch::Patch;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::call::Call;
use crate::customers::as_contract_fault;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Body {
    code: Option<EntryCode>,
    group_size: Option<i64>,
    session_id: Option<SessionToken>,
    referenced_session_id: Option<SessionToken>,
    expires_at: Patch<SaidMoment>,
    priority: Option<i64>,
    error: Option<Map<String, Value>>,
    store_id_scannable_at: Option<StoreId>,
}

#[derive(Serialize)]
struct Created {
    code: EntryCode,
}

impl From<Body> for NewEntryCode {
    fn from(body: Body) -> Self {
        Self {
            code: body.code,
            group_size: body.group_size,
            session: body.session_id,
            referenced: body.referenced_session_id,
            expires: match body.expires_at {
                Patch::Keep => Expiry::Default,
                Patch::Clear => Expiry::Never,
                Patch::Set(said) => Expiry::At(said.0),
            },
            priority: body.priority,
            error: body.error,
            scannable_at: body.store_id_scannable_at,
        }
    }
}

/// What is wrong with a code that no schema can say.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    let fault = body["error"].as_object().and_then(error_fault);
    fault.iter().map(as_contract_fault).collect()
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let customer = call.path("customerId")?;
    let body: Body = call.body()?;
    let trip = entry_codes::create(&call.app, &call.caller, customer, body.into()).await?;
    Ok(Answer::created(&Created { code: trip.code }))
}

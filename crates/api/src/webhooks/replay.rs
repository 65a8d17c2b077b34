//! `POST /api/admin/v2/webhooks/{webhookId}/replay`

use aisle_model::{MessageId, SessionToken, StoreId};
use aisle_operations::webhooks::{self, Replay, ReplayFilter};
use serde::Deserialize;
use serde_json::json;

use super::settings::id;
use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    message_ids: Option<Vec<MessageId>>,
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    from: SaidMoment,
    to: SaidMoment,
    state: String,
    session_id: Option<SessionToken>,
    store_id: Option<StoreId>,
}

pub(super) async fn replay(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let wanted = match body.filter {
        None => Replay::Messages(body.message_ids.unwrap_or_default()),
        Some(filter) => Replay::Matching(ReplayFilter {
            from: filter.from.0,
            to: filter.to.0,
            state: webhooks::replayed_state(&filter.state),
            session: filter.session_id,
            store: filter.store_id,
        }),
    };
    let replayed = webhooks::replay(&call.app, &call.caller, id(&call)?, wanted).await?;
    Ok(Answer::ok(&json!({"queued": replayed.queued, "skipped": replayed.skipped})))
}

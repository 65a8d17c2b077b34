//! `/api/admin/v2/webhooks/{webhookId}/messages`

use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, OrderId, SessionToken, StoreId};
use aisle_operations::webhooks::{DeliveryState, KeptDelivery, kept};
use aisle_partners::bodies::Printed;
use serde::{Deserialize, Serialize};

use super::events::{NextPage, Page};
use super::settings::id;
use crate::answer::Answer;
use crate::call::Call;
use crate::paging::{Cursor, Cursors, Start};
use crate::problem::Problem;

const CURSORS: Cursors<'static> = Cursors { list: "webhookMessages", order: "id" };

#[derive(Deserialize)]
struct Asked {
    state: String,
    count: i64,
    after: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageFace<'a> {
    message_id: &'a MessageId,
    webhook: WebhookName,
    state: &'static str,
    trigger: &'a str,
    attempts: i64,
    session_id: Option<&'a SessionToken>,
    store_id: Option<StoreId>,
    order_id: Option<OrderId>,
    issued_at: Printed,
    settled_at: Option<Printed>,
    next_attempt_at: Option<Printed>,
}

impl<'a> MessageFace<'a> {
    fn of(kept: &'a KeptDelivery) -> Self {
        Self {
            message_id: &kept.message,
            webhook: kept.name,
            state: kept.state.as_str(),
            trigger: &kept.trigger,
            attempts: kept.attempts,
            session_id: kept.session.as_ref(),
            store_id: kept.store,
            order_id: kept.order,
            issued_at: Printed(kept.issued_at),
            settled_at: kept.settled_at.map(Printed),
            next_attempt_at: kept.due_at.map(Printed),
        }
    }
}

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let asked: Asked = call.query()?;
    let after = match CURSORS.start(asked.after.as_deref(), None)? {
        Start::After(Cursor::Place(id)) => id,
        Start::First => 0,
        Start::After(Cursor::Id(_)) | Start::Before(_) => return Err(Problem::query("after")),
    };
    let state = DeliveryState::parse(&asked.state).ok_or_else(|| Problem::query("state"))?;
    let (kept, next) = kept::list(&call.app, &call.caller, id(&call)?, state, after, asked.count).await?;
    Ok(Answer::ok(&Page {
        data: kept.iter().map(MessageFace::of).collect(),
        pagination: NextPage::of(next.map(|id| CURSORS.write(&id)), asked.count),
    }))
}

pub(super) async fn give_up(call: Call) -> Result<Answer, Problem> {
    kept::give_up(&call.app, &call.caller, id(&call)?, call.path("messageId")?).await?;
    Ok(Answer::no_content())
}

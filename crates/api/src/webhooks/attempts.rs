//! `/api/admin/v2/webhooks/{webhookId}/attempts`

use aisle_model::{AttemptId, MessageId, Moment, SessionToken, StoreId};
use aisle_operations::webhooks::{self, AttemptFilter, attempts};
use serde::{Deserialize, Serialize};

use super::face::AttemptFace;
use super::settings::id;
use crate::answer::Answer;
use crate::call::Call;
use crate::paging::{Cursor, Cursors, Pagination, Start};
use crate::problem::Problem;

const CURSORS: Cursors<'static> = Cursors { list: "webhookAttempts", order: "-id" };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    count: i64,
    after: Option<String>,
    before: Option<String>,
    #[serde(default)]
    outcome: Vec<String>,
    message_id: Option<MessageId>,
    session_id: Option<SessionToken>,
    store_id: Option<StoreId>,
    min_created_at: Option<String>,
    max_created_at: Option<String>,
}

#[derive(Serialize)]
struct PageFace<'a> {
    data: Vec<AttemptFace<'a>>,
    pagination: Pagination,
}

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let asked: Asked = call.query()?;
    let (after, before) = match CURSORS.start(asked.after.as_deref(), asked.before.as_deref())? {
        Start::First => (None, None),
        Start::After(cursor) => (Some(place(cursor, "after")?), None),
        Start::Before(cursor) => (None, Some(place(cursor, "before")?)),
    };
    let filter = AttemptFilter {
        outcomes: asked.outcome,
        message: asked.message_id,
        session: asked.session_id,
        store: asked.store_id,
        from: moment(asked.min_created_at.as_deref(), "minCreatedAt")?,
        to: moment(asked.max_created_at.as_deref(), "maxCreatedAt")?,
        after: after.map(AttemptId),
        before: before.map(AttemptId),
    };
    let page = attempts::list(&call.app, &call.caller, id(&call)?, filter, asked.count).await?;
    let face = PageFace {
        data: page.attempts.iter().map(AttemptFace::of).collect(),
        pagination: CURSORS.pagination(page.next.as_ref(), page.previous.as_ref(), asked.count),
    };
    Ok(Answer::ok(&face))
}

fn place(cursor: Cursor<i64>, side: &str) -> Result<i64, Problem> {
    match cursor {
        Cursor::Place(id) => Ok(id),
        Cursor::Id(id) => id.parse().map_err(|_| Problem::query(side)),
    }
}

fn moment(text: Option<&str>, field: &str) -> Result<Option<Moment>, Problem> {
    let read = |text| Moment::parse(text).ok_or_else(|| Problem::query(field));
    text.map(read).transpose()
}

pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let found = attempts::get(&call.app, &call.caller, id(&call)?, call.path("attemptId")?);
    let (attempt, mut body) = found.await?;
    if let Some(body) = &mut body {
        webhooks::mask_payment_tokens(body);
        if !call.sees_personal_data() {
            webhooks::mask_personal_data(body);
        }
    }
    Ok(Answer::ok(&AttemptFace::with_body(&attempt, body)))
}

//! `GET /api/admin/v2/events`: the pull feed.

use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{MessageId, SessionToken, StoreId};
use aisle_operations::webhooks::{self, FeedEntry, FeedFilter, feed};
use aisle_partners::bodies::Printed;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::paging::{Cursor, Cursors, Start};
use crate::problem::Problem;

const CURSORS: Cursors<'static> = Cursors { list: "events", order: "position" };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    count: i64,
    after: Option<String>,
    #[serde(default, rename = "type")]
    kinds: Vec<WebhookType>,
    store_id: Option<StoreId>,
    session_id: Option<SessionToken>,
}

/// A list that only goes on.
#[derive(Serialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    pub(super) pagination: NextPage,
}

#[derive(Serialize)]
pub(super) struct NextPage {
    next: Option<Next>,
}

#[derive(Serialize)]
struct Next {
    after: String,
    count: i64,
}

impl NextPage {
    pub(super) fn of(after: Option<String>, count: i64) -> Self {
        Self { next: after.map(|after| Next { after, count }) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventFace<'a> {
    id: &'a MessageId,
    #[serde(rename = "type")]
    kind: WebhookType,
    path: String,
    time_of_issue: Printed,
    store_id: Option<StoreId>,
    session_id: Option<&'a SessionToken>,
    body: Value,
}

impl<'a> EventFace<'a> {
    fn of(entry: &'a FeedEntry, sees_personal_data: bool) -> Result<Self, Problem> {
        let mut body = serde_json::from_slice(&entry.body).map_err(aisle_operations::Failure::broken)?;
        webhooks::mask_payment_tokens(&mut body);
        if !sees_personal_data {
            webhooks::mask_personal_data(&mut body);
        }
        Ok(Self {
            id: &entry.message,
            kind: entry.name.setting_type(),
            path: entry.name.path_suffix().map(|suffix| format!("/{suffix}")).unwrap_or_default(),
            time_of_issue: Printed(entry.issued_at),
            store_id: entry.store,
            session_id: entry.session.as_ref(),
            body,
        })
    }
}

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let asked: Asked = call.query()?;
    let after = match CURSORS.start(asked.after.as_deref(), None)? {
        Start::After(Cursor::Place(position)) => position,
        Start::First => 0,
        Start::After(Cursor::Id(_)) | Start::Before(_) => return Err(Problem::query("after")),
    };
    let is_wanted = |name: &WebhookName| asked.kinds.contains(&name.setting_type());
    let filter = FeedFilter {
        names: WebhookName::ALL.iter().copied().filter(is_wanted).collect(),
        store: asked.store_id,
        session: asked.session_id,
    };
    let page = feed::list(&call.app, &call.caller, after, filter, asked.count).await?;
    let face = |entry| EventFace::of(entry, call.sees_personal_data());
    // A place to go on from is given at the end too: more will happen.
    let next = (page.next > 0).then(|| CURSORS.write(&page.next));
    Ok(Answer::ok(&Page {
        data: page.entries.iter().map(face).collect::<Result<_, _>>()?,
        pagination: NextPage::of(next, asked.count),
    }))
}

//! `GET /api/push/inbox`

use aisle_model::StoreId;
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_operations::webhooks::{self, InboxEntry, InboxFilter, inbox};
use aisle_partners::bodies::Printed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::paging::{Cursor, Cursors, Pagination, Start};
use crate::problem::Problem;

const CURSORS: Cursors<'static> = Cursors { list: "pushInbox", order: "-id" };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(default, rename = "type")]
    kinds: Vec<WebhookType>,
    #[serde(default)]
    webhook: Vec<WebhookName>,
    #[serde(default)]
    session_id: Vec<String>,
    count: i64,
    after: Option<String>,
    before: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryFace<'a> {
    id: String,
    webhook: WebhookName,
    #[serde(rename = "type")]
    kind: WebhookType,
    path: &'a str,
    received_at: Printed,
    last_received_at: Printed,
    attempts: i64,
    session_id: Option<&'a str>,
    store_id: Option<StoreId>,
    signature: &'a str,
    headers: Value,
    body: Value,
    faults: Value,
    answer: Value,
}

#[derive(Serialize)]
struct PageFace<'a> {
    data: Vec<EntryFace<'a>>,
    pagination: Pagination,
}

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let asked: Asked = call.query()?;
    let (after, before) = match CURSORS.start(asked.after.as_deref(), asked.before.as_deref())? {
        Start::First => (None, None),
        Start::After(cursor) => (Some(place(cursor, "after")?), None),
        Start::Before(cursor) => (None, Some(place(cursor, "before")?)),
    };
    let wanted = |name: &WebhookName| {
        (asked.kinds.is_empty() || asked.kinds.contains(&name.setting_type()))
            && (asked.webhook.is_empty() || asked.webhook.contains(name))
    };
    let names: Vec<WebhookName> = WebhookName::ALL.iter().copied().filter(wanted).collect();
    if names.is_empty() {
        let pagination = CURSORS.pagination::<i64>(None, None, asked.count);
        return Ok(Answer::ok(&PageFace { data: Vec::new(), pagination }));
    }
    let filter = InboxFilter { webhooks: names, sessions: asked.session_id, after, before };
    let page = inbox::list(&call.app, &call.caller, filter, asked.count).await?;
    let personal = call.sees_personal_data();
    let data: Result<Vec<EntryFace<'_>>, Problem> = page.entries.iter().map(|entry| face(entry, personal)).collect();
    Ok(Answer::ok(&PageFace {
        data: data?,
        pagination: CURSORS.pagination(page.next.as_ref(), page.previous.as_ref(), asked.count),
    }))
}

fn place(cursor: Cursor<i64>, side: &str) -> Result<i64, Problem> {
    match cursor {
        Cursor::Place(id) => Ok(id),
        Cursor::Id(id) => id.parse().map_err(|_| Problem::query(side)),
    }
}

fn face(kept: &InboxEntry, personal: bool) -> Result<EntryFace<'_>, Problem> {
    let entry = &kept.entry;
    let read = |text: &[u8]| {
        serde_json::from_slice::<Value>(text)
            .map_err(|error| Problem::Internal(format!("entry {} of the inbox: {error}", kept.id)))
    };
    let mut body = read(&entry.body)?;
    webhooks::mask_payment_tokens(&mut body);
    if !personal {
        webhooks::mask_personal_data(&mut body);
    }
    let answer = entry.answer_body.as_deref().map_or(Ok(Value::Null), |text| read(text.as_bytes()))?;
    Ok(EntryFace {
        id: kept.id.to_string(),
        webhook: entry.webhook,
        kind: entry.webhook.setting_type(),
        path: &entry.path,
        received_at: Printed(entry.received_at),
        last_received_at: Printed(kept.last_received_at),
        attempts: kept.attempts,
        session_id: entry.session.as_deref(),
        store_id: entry.store,
        signature: &entry.signature,
        headers: read(entry.headers.as_bytes())?,
        body,
        faults: read(entry.faults.as_bytes())?,
        answer: json!({"status": entry.answer_status, "body": answer}),
    })
}

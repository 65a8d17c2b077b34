//! `GET /api/store/v1/stores/{storeId}/events/cursor`

use aisle_model::{EventId, SourceName, StoreId};
use aisle_operations::stream::{SourceCursor, read_cursor};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Query {
    source: Option<SourceName>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Face {
    offset: i64,
    settled_up_to: Option<String>,
    server_time: String,
    sources: Vec<SourceFace>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SourceFace {
    source: SourceName,
    last_seq: Option<u64>,
    last_event_id: EventId,
    last_at: String,
    settled_up_to: Option<String>,
    gaps: Vec<GapFace>,
    skew_ms: Option<i64>,
    state: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GapFace {
    from_seq: u64,
    to_seq: u64,
}

fn face((name, source): (SourceName, SourceCursor)) -> SourceFace {
    let gaps = source.gaps.into_iter();
    SourceFace {
        source: name,
        last_seq: source.last_seq,
        last_event_id: source.last_event,
        last_at: source.last_at.to_string(),
        settled_up_to: source.settled_up_to.map(|moment| moment.to_string()),
        gaps: gaps.map(|(from_seq, to_seq)| GapFace { from_seq, to_seq }).collect(),
        skew_ms: source.skew_ms,
        state: source.state,
    }
}

/// Where each source stands.
pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let store = StoreId(call.path("storeId")?);
    let query: Query = call.query()?;
    let cursor = read_cursor(&call.app, &call.caller, store, query.source).await?;
    Ok(Answer::ok(&Face {
        offset: cursor.newest.0,
        settled_up_to: cursor.settled_up_to.map(|moment| moment.to_string()),
        server_time: cursor.now.to_string(),
        sources: cursor.sources.into_iter().map(face).collect(),
    }))
}

//! `GET /api/store/v1/stores/{storeId}/events`
//!
//! The answer is made while it is sent, a few chunks of the log at a time, so its size costs no memory.

use aisle_contract::Fault;
use aisle_model::{Moment, Offset, SourceName, StoreId};
use aisle_operations::stream::{EventFilter, read_back};
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use super::shown::shown;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::{Part, Problem};

#[derive(Deserialize)]
struct Query {
    after: Option<i64>,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    kind: Vec<String>,
    source: Option<SourceName>,
    limit: usize,
}

/// Reading under way.
struct Reading {
    call: Call,
    store: StoreId,
    after: Offset,
    filter: EventFilter,
}

/// The stored events.
pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let store = StoreId(call.path("storeId")?);
    let query: Query = call.query()?;
    let fault = match (query.after.is_some(), query.from.is_some()) {
        (false, false) => Some(Fault::new("after", "any.required", "or \"from\" is required")),
        (true, true) => Some(Fault::new("from", "any.invalid", "is not allowed together with \"after\"")),
        (true, false) | (false, true) => None,
    };
    if let Some(fault) = fault {
        return Err(Problem::Faults(Part::Query, vec![fault]));
    }
    let mut reading = Reading {
        store,
        after: Offset(query.after.unwrap_or(0)),
        filter: EventFilter {
            from: moment(query.from.as_deref(), "from")?,
            to: moment(query.to.as_deref(), "to")?,
            kinds: query.kind,
            source: query.source,
            limit: query.limit,
        },
        call,
    };
    // The first part is read before the answer begins, so that a store of somebody else is a 404.
    let first = reading.next().await?;
    let rest = stream::unfold(first.1.then_some(reading), |reading| async move {
        let mut reading = reading?;
        match reading.next().await {
            Ok((text, goes_on)) => Some((Ok(text), goes_on.then_some(reading))),
            Err(problem) => {
                tracing::warn!(?problem, "reading events back was ended");
                Some((Err("the log could not be read"), None))
            }
        }
    });
    let body = futures::StreamExt::chain(stream::iter([Ok(first.0)]), rest);
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    Ok(Answer::streamed(StatusCode::OK, ndjson, Body::from_stream(body)))
}

impl Reading {
    /// The next events as lines, and whether there may be more.
    async fn next(&mut self) -> Result<(Bytes, bool), Problem> {
        let (app, caller) = (&self.call.app, &self.call.caller);
        let (events, go_on) = read_back(app, caller, self.store, self.after, &self.filter).await?;
        self.filter.limit -= events.len().min(self.filter.limit);
        let mut text = Vec::new();
        for event in events {
            if let Some(shown) = shown(event) {
                serde_json::to_writer(&mut text, &shown).map_err(|error| Problem::Internal(error.to_string()))?;
                text.push(b'\n');
            }
        }
        self.after = go_on.unwrap_or(self.after);
        Ok((text.into(), go_on.is_some() && self.filter.limit > 0))
    }
}

fn moment(text: Option<&str>, field: &str) -> Result<Option<Moment>, Problem> {
    let parsed = |text: &str| Moment::parse(text).ok_or_else(|| Problem::query(field));
    text.map(parsed).transpose()
}

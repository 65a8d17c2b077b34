//! The whole list of customers in constant memory: it is read in short slices while it is sent, each row exactly once.
//!
//! The status is sent before the last row is read. A list that breaks off, or takes longer than its deadline, ends without
//! its closing bracket and with an aborted connection, so nobody takes a part for the whole.

use std::time::Duration;

use aisle_model::CustomerId;
use aisle_operations::customers::{self, CustomerWithCards, ListFilter};
use aisle_operations::{App, Caller, Failure};
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// Rows read at once.
const SLICE: usize = 500;

/// Longest that one list may take, so that a reader who stalls does not hold it for ever.
const DEADLINE: Duration = Duration::from_mins(10);

/// Where the reading stands: the slice in hand is not sent yet.
struct Walk {
    app: App,
    caller: Caller,
    filter: ListFilter,
    shows_personal_data: bool,
    request_id: String,
    deadline: Instant,
    opening: &'static str,
    slice: Vec<CustomerWithCards>,
}

/// Everything behind a place. Refusals and a database that is away show before the first byte is sent.
pub(super) async fn whole(call: Call, filter: ListFilter, after: CustomerId) -> Result<Answer, Problem> {
    let first = customers::list_slice(&call.app, &call.caller, &filter, after, SLICE).await?;
    let walk = Walk {
        shows_personal_data: call.sees_personal_data(),
        app: call.app,
        caller: call.caller,
        filter,
        request_id: call.request_id,
        deadline: Instant::now() + DEADLINE,
        opening: "[",
        slice: first,
    };
    let pieces = stream::try_unfold(Some(walk), |walk| async move {
        match walk {
            Some(walk) => walk.step().await.map(Some),
            None => Ok(None),
        }
    });
    let json = HeaderValue::from_static("application/json");
    Ok(Answer::streamed(StatusCode::OK, json, Body::from_stream(pieces)))
}

impl Walk {
    /// The slice in hand as text, and the walk with the next slice; none when that was the last.
    async fn step(mut self) -> Result<(Bytes, Option<Self>), Failure> {
        let mut text = self.opening.as_bytes().to_vec();
        for (place, row) in self.slice.iter().enumerate() {
            if place > 0 {
                text.push(b',');
            }
            let face = CustomerFace::of(row, self.shows_personal_data);
            serde_json::to_writer(&mut text, &face).map_err(Failure::broken)?;
        }
        let last = self.slice.last().map(|row| row.customer.id);
        let next = match last {
            Some(last) if self.slice.len() == SLICE => self.read_behind(last).await?,
            _ => Vec::new(),
        };
        if next.is_empty() {
            text.push(b']');
            return Ok((text.into(), None));
        }
        self.opening = ",";
        self.slice = next;
        Ok((text.into(), Some(self)))
    }

    async fn read_behind(&self, last: CustomerId) -> Result<Vec<CustomerWithCards>, Failure> {
        let reading = customers::list_slice(&self.app, &self.caller, &self.filter, last, SLICE);
        let read = timeout_at(self.deadline, reading).await;
        let late = |_| Failure::Busy("a list of customers took too long".to_owned());
        let read = read.map_err(late).flatten();
        if let Err(failure) = &read {
            let request_id = self.request_id.as_str();
            tracing::error!(request_id, %failure, "a list of customers broke off");
        }
        read
    }
}

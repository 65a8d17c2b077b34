//! Brings the queue to the server: one request at a time, oldest events first, until the server has decided them.
//!
//! An answer is read as it comes, so that events decided before a connection broke are not sent again. Events whose
//! answer was lost are sent again and come back as duplicates. There is never a second request under way: two could
//! overtake each other.

use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::Rejection;
use crate::backoff::Backoff;
use crate::client::{Shared, Stopped};
use crate::frames::{Counts, EndedBy, Frame, RejectedLine};
use crate::http::{CallFault, Content, ErrorBody, in_words, retry_after};
use crate::queue::Batch;

const EVENTS: &str = "/events";
const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
/// A frame is a few hundred bytes, a summary with a hundred rejections some hundred thousand.
const MOST_FRAME_BYTES: usize = 4 * 1024 * 1024;

/// The sending half of a [`crate::StoreClient`]. Somebody must run it.
#[derive(Debug)]
pub struct Delivery {
    shared: Arc<Shared>,
    backoff: Backoff,
}

/// How one request ended.
enum Outcome {
    /// Go on with what is left of the queue.
    Progress,
    /// Wait, at least so long, and send the rest again.
    Again { reason: String, wait: Duration },
    /// No request of this client will be taken.
    Refused(String),
}

/// What the answer of one request has said so far.
#[derive(Default)]
struct Heard {
    counts: Counts,
    ended_by: Option<EndedBy>,
    /// Lines whose rejection is noted; the summary repeats them.
    noted: Vec<u64>,
}

impl Delivery {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let backoff = Backoff::new(shared.options.waits, shared.options.seed);
        Self { shared, backoff }
    }

    /// Delivers until the client is closed and the queue is empty, or until the server refuses the requests
    /// themselves. Dropping the future stops delivery; what is undecided stays with the client.
    pub async fn run(mut self) -> Result<(), Stopped> {
        while let Some(batch) = self.next_batch().await {
            let before = self.shared.state().queue.len();
            let outcome = self.attempt(&batch).await;
            if self.shared.state().queue.len() < before {
                self.backoff.reset();
            }
            match outcome {
                Outcome::Progress => {}
                Outcome::Again { reason, wait } => {
                    let wait = wait.max(self.backoff.next());
                    tracing::warn!(%reason, ?wait, "store events are sent again later");
                    tokio::time::sleep(wait).await;
                }
                Outcome::Refused(reason) => {
                    let stopped = Stopped::Refused(reason);
                    self.shared.state().stopped = Some(stopped.clone());
                    return Err(stopped);
                }
            }
        }
        Ok(())
    }

    async fn next_batch(&self) -> Option<Batch> {
        let options = &self.shared.options;
        loop {
            {
                let state = self.shared.state();
                let batch = state.queue.batch(options.batch_events, options.batch_bytes);
                if batch.is_some() || state.is_closing {
                    return batch;
                }
            }
            self.shared.filled.notified().await;
        }
    }

    async fn attempt(&self, batch: &Batch) -> Outcome {
        let content = Content { body: Some((NDJSON, batch.body.clone())), accept: Some(NDJSON), idempotency_key: None };
        let path = format!("{}{EVENTS}", self.shared.path);
        let patience = self.shared.options.patience;
        let sent = self.shared.endpoint.begin(&Method::POST, &path, content, patience).await;
        match sent {
            Err(fault) => again(fault.to_string()),
            Ok(response) if response.status() == StatusCode::OK => self.hear(response, batch).await,
            Ok(response) => self.refusal(response, batch, &path).await,
        }
    }

    /// Reads the frames of an answer as they come.
    async fn hear(&self, response: Response<Incoming>, batch: &Batch) -> Outcome {
        let is_plain =
            response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let mut heard = Heard::default();
        let mut body = response.into_body();
        let mut unread: Vec<u8> = Vec::new();
        loop {
            match timeout(self.shared.options.patience, body.frame()).await {
                Err(_) => return again("the answer stopped".to_owned()),
                Ok(Some(Err(error))) => return again(in_words(&error)),
                Ok(None) => break,
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        unread.extend_from_slice(&data);
                    }
                }
            }
            if unread.len() > MOST_FRAME_BYTES {
                return again("an endless line in the answer".to_owned());
            }
            while let Some(end) = unread.iter().position(|byte| *byte == b'\n')
                && !is_plain
            {
                let line: Vec<u8> = unread.drain(..=end).collect();
                if let Err(reason) = self.hear_line(&line, &mut heard, batch) {
                    return again(reason);
                }
            }
        }
        if let Err(reason) = self.hear_line(&unread, &mut heard, batch) {
            return again(reason);
        }
        judge_end(&heard, batch)
    }

    fn hear_line(&self, line: &[u8], heard: &mut Heard, batch: &Batch) -> Result<(), String> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let frame = serde_json::from_slice(line).map_err(|error| format!("the answer cannot be read: {error}"))?;
        match frame {
            Frame::Ack(counts) => self.decide(counts, heard, batch)?,
            Frame::Reject(line) => self.note(line, heard),
            Frame::Summary(summary) => {
                for line in summary.rejections {
                    self.note(line, heard);
                }
                self.decide(summary.counts, heard, batch)?;
                heard.ended_by = Some(summary.ended_by);
            }
        }
        Ok(())
    }

    fn note(&self, line: RejectedLine, heard: &mut Heard) {
        if !heard.noted.contains(&line.line) {
            heard.noted.push(line.line);
            self.shared.state().reject(Rejection::from(line));
        }
    }

    /// Takes what is newly decided out of the queue. Counts are from the beginning of the request.
    fn decide(&self, counts: Counts, heard: &mut Heard, batch: &Batch) -> Result<(), String> {
        let places = |received| usize::try_from(received).unwrap_or(usize::MAX);
        let (before, now) = (places(heard.counts.received), places(counts.received));
        if now > batch.events {
            let reason = format!("{now} events acknowledged, {} were sent", batch.events);
            return Err(reason);
        }
        let mut state = self.shared.state();
        state.queue.forget(now.saturating_sub(before));
        let newly = counts.since(&heard.counts);
        state.totals.add(&newly);
        drop(state);
        heard.counts = counts;
        self.shared.tell_progress();
        Ok(())
    }

    async fn refusal(&self, response: Response<Incoming>, batch: &Batch, path: &str) -> Outcome {
        let status = response.status().as_u16();
        let wait = retry_after(&response).unwrap_or_default();
        let (endpoint, patience) = (&self.shared.endpoint, self.shared.options.patience);
        let body = match endpoint.body(&Method::POST, path, response, patience).await {
            Ok(body) => body,
            Err(fault) => return again(fault.to_string()),
        };
        let fault = endpoint.refused(&Method::POST, path, status, &body);
        let reason = fault.to_string();
        match &fault {
            CallFault::Refused { kind, .. } if status == 422 && kind == "E_INVALID_BODY" => {
                self.reject_all(batch, &body);
                Outcome::Progress
            }
            fault if fault.is_passing() => Outcome::Again { reason, wait },
            _ => Outcome::Refused(reason),
        }
    }

    /// 422 says that not one line could be taken. Sending them again gives the same answer.
    fn reject_all(&self, batch: &Batch, body: &[u8]) {
        let told: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
        let mut state = self.shared.state();
        for place in 0..batch.events {
            let event_id = state.queue.get(place).map(crate::WireEvent::id);
            let prefix = format!("\"lines[{place}]");
            let own = told.errors.iter().filter(|fault| fault.field.starts_with(&prefix));
            let rejection = Rejection {
                event_id,
                error: told.kind.clone(),
                faults: own.map(|fault| fault.error.clone()).collect(),
            };
            state.reject(rejection);
        }
        let events = batch.events as u64;
        let counts = Counts { received: events, rejected: events, ..Counts::default() };
        state.totals.add(&counts);
        state.queue.forget(batch.events);
        drop(state);
        self.shared.tell_progress();
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.shared.state().stopped.get_or_insert(Stopped::Closed);
        self.shared.tell_progress();
    }
}

fn judge_end(heard: &Heard, batch: &Batch) -> Outcome {
    match heard.ended_by {
        _ if heard.counts.received == batch.events as u64 => Outcome::Progress,
        Some(EndedBy::End | EndedBy::Limit) if heard.counts.received > 0 => Outcome::Progress,
        Some(EndedBy::End | EndedBy::Limit) => again("no event was decided".to_owned()),
        Some(EndedBy::Overload) => again("the server has too much to do".to_owned()),
        Some(EndedBy::Shutdown) => again("the server is stopping".to_owned()),
        None => again("the answer has no end".to_owned()),
    }
}

fn again(reason: String) -> Outcome {
    Outcome::Again { reason, wait: Duration::ZERO }
}

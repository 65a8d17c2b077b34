//! The counts of one request, and the frames that tell them.

use aisle_contract::Fault;
use aisle_model::{EventId, Moment};
use aisle_operations::stream::{Appended, Decision, Refused};
use serde::Serialize;

use super::parse::Rejected;

/// Rejections that a summary lists.
const MOST_REJECTIONS: usize = 100;

/// Why a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum EndedBy {
    End,
    Limit,
    Overload,
    Shutdown,
}

/// The contract's `IngestCounts`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    pub received: u64,
    pub accepted: u64,
    pub duplicates: u64,
    ignored: u64,
    late: u64,
    pub rejected: u64,
    pub offset: i64,
    server_time: String,
}

/// The contract's `EventRejection`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rejection {
    line: u64,
    event_id: Option<EventId>,
    error: &'static str,
    errors: Vec<Fault>,
}

/// The contract's `IngestFrame`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum Frame<'t> {
    Ack(&'t Counts),
    Reject(&'t Rejection),
    #[serde(rename_all = "camelCase")]
    Summary {
        #[serde(flatten)]
        counts: &'t Counts,
        rejections: &'t [Rejection],
        settled_up_to: Option<String>,
        ended_by: EndedBy,
    },
}

/// What one request has come to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub counts: Counts,
    pub settled_up_to: Option<Moment>,
    rejections: Vec<Rejection>,
}

impl Tally {
    /// Adds a batch: what its lines were, and what became of the good ones. Answers the rejections among them.
    pub fn add(&mut self, lines: Vec<Result<EventId, Rejected>>, appended: &Appended, now: Moment) -> Vec<Rejection> {
        let mut decisions = appended.decisions.iter();
        let mut rejections = Vec::new();
        for line in lines {
            self.counts.received += 1;
            let rejected = match line {
                Err(rejected) => Some(rejected),
                Ok(id) => decisions.next().and_then(|decision| self.count(id, *decision)),
            };
            if let Some(rejected) = rejected {
                self.counts.rejected += 1;
                rejections.push(Rejection {
                    line: self.counts.received,
                    event_id: rejected.event_id,
                    error: rejected.error.as_str(),
                    errors: rejected.faults,
                });
            }
        }
        let room = MOST_REJECTIONS - self.rejections.len();
        self.rejections.extend(rejections.iter().take(room).cloned());
        self.counts.offset = appended.newest.0;
        self.counts.server_time = now.to_string();
        self.settled_up_to = appended.settled_up_to;
        rejections
    }

    fn count(&mut self, id: EventId, decision: Decision) -> Option<Rejected> {
        match decision {
            Decision::Accepted { ignored, late } => {
                self.counts.accepted += 1;
                self.counts.ignored += u64::from(ignored);
                self.counts.late += u64::from(late);
                None
            }
            Decision::Duplicate => {
                self.counts.duplicates += 1;
                None
            }
            Decision::Refused(refused) => Some(Rejected::plainly(Some(id), refused)),
            Decision::Unknown { field } => {
                Some(Rejected { event_id: Some(id), error: Refused::Invalid, faults: vec![Fault::invalid(field)] })
            }
        }
    }

    /// Whether any line could be taken.
    pub const fn took_any(&self) -> bool {
        self.counts.accepted + self.counts.duplicates > 0
    }

    /// The faults of a request of which nothing could be taken.
    pub fn faults(&self) -> Vec<Fault> {
        self.rejections.iter().flat_map(faults_of).collect()
    }

    /// The first hundred.
    pub fn rejections(&self) -> &[Rejection] {
        &self.rejections
    }

    pub fn summary(&self, ended_by: EndedBy) -> Frame<'_> {
        Frame::Summary {
            counts: &self.counts,
            rejections: &self.rejections,
            settled_up_to: self.settled_up_to.map(|moment| moment.to_string()),
            ended_by,
        }
    }
}

fn faults_of(rejection: &Rejection) -> Vec<Fault> {
    let line = format!("lines[{}]", rejection.line - 1);
    if !rejection.errors.is_empty() {
        let placed = rejection.errors.iter().map(|fault| placed(&line, fault));
        return placed.collect();
    }
    let (field, sentence) = match Refused::parse(rejection.error) {
        Some(Refused::Malformed) => (line, "must be JSON"),
        Some(Refused::TooLarge) => (line, "must be at most 262144 bytes long"),
        Some(Refused::Conflict) => {
            (format!("{line}.eventId"), "is known with other content, or replaces what cannot be replaced")
        }
        Some(Refused::ClockSkew) => (format!("{line}.at"), "is too far ahead of the store's clock"),
        Some(Refused::TooOld) => (format!("{line}.at"), "is too long ago"),
        Some(Refused::Invalid) | None => (line, "contains an invalid value"),
    };
    vec![Fault::new(&field, "any.invalid", sentence)]
}

/// The fault with its field below the line.
fn placed(line: &str, fault: &Fault) -> Fault {
    let inner = fault.field.trim_matches('"');
    let sentence = fault.error.strip_prefix(&fault.field).unwrap_or(&fault.error).trim_start();
    let path = if inner == "value" { line.to_owned() } else { format!("{line}.{inner}") };
    Fault::new(&path, fault.rule, sentence)
}

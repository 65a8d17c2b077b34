//! The words with which the server answers a request full of events.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line of a streamed answer, or the only line of a plain one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Frame {
    /// How far events are decided.
    Ack(Counts),
    /// One event was not taken.
    Reject(RejectedLine),
    /// The last word.
    Summary(Summary),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    #[serde(flatten)]
    pub(crate) counts: Counts,
    #[serde(default)]
    pub(crate) rejections: Vec<RejectedLine>,
    pub(crate) ended_by: EndedBy,
}

/// Why the server stopped reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum EndedBy {
    End,
    Limit,
    Overload,
    Shutdown,
}

/// Counts of one request, from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) accepted: u64,
    pub(crate) duplicates: u64,
    pub(crate) ignored: u64,
    pub(crate) late: u64,
    pub(crate) rejected: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectedLine {
    pub(crate) line: u64,
    pub(crate) event_id: Option<Uuid>,
    pub(crate) error: String,
    #[serde(default)]
    pub(crate) errors: Vec<FieldFault>,
}

/// A fault in words, as in every validation error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct FieldFault {
    pub(crate) error: String,
    #[serde(default)]
    pub(crate) field: String,
}

/// What became of all events so far. An event that had to be sent again may count as a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Decided events.
    pub decided: u64,
    /// New and durable.
    pub accepted: u64,
    /// Known to the server from an earlier try.
    pub duplicates: u64,
    /// Of the accepted, those of a kind the server does not know.
    pub ignored: u64,
    /// Of the accepted, those that broke a promise to be settled.
    pub late: u64,
    /// Not taken.
    pub rejected: u64,
}

impl Counts {
    /// What later counts of the same request add to earlier ones.
    pub(crate) fn since(&self, earlier: &Counts) -> Counts {
        Counts {
            received: self.received.saturating_sub(earlier.received),
            accepted: self.accepted.saturating_sub(earlier.accepted),
            duplicates: self.duplicates.saturating_sub(earlier.duplicates),
            ignored: self.ignored.saturating_sub(earlier.ignored),
            late: self.late.saturating_sub(earlier.late),
            rejected: self.rejected.saturating_sub(earlier.rejected),
        }
    }
}

impl Totals {
    pub(crate) fn add(&mut self, counts: &Counts) {
        self.decided += counts.received;
        self.accepted += counts.accepted;
        self.duplicates += counts.duplicates;
        self.ignored += counts.ignored;
        self.late += counts.late;
        self.rejected += counts.rejected;
    }
}

/// An event that the server did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The event; `None` when the server could not read its id.
    pub event_id: Option<Uuid>,
    /// `E_CLOCK_SKEW`, `E_CONFLICT`, `E_INVALID_BODY` …
    pub error: String,
    /// The faults in words.
    pub faults: Vec<String>,
}

impl From<RejectedLine> for Rejection {
    fn from(line: RejectedLine) -> Self {
        Self {
            event_id: line.event_id,
            error: line.error,
            faults: line.errors.into_iter().map(|fault| fault.error).collect(),
        }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.event_id {
            Some(id) => write!(f, "event {id}: {}", self.error)?,
            None => write!(f, "an event: {}", self.error)?,
        }
        for fault in &self.faults {
            write!(f, "; {fault}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_the_contract_writes_them() {
        let ack = r#"{"type":"ack","received":2,"accepted":1,"duplicates":1,"ignored":0,"late":0,"rejected":0,"offset":9,"serverTime":"2026-01-19T10:49:06.512Z"}"#;
        assert!(matches!(serde_json::from_str(ack).unwrap(), Frame::Ack(Counts { received: 2, duplicates: 1, .. })));
        let reject = r#"{"type":"reject","line":2,"eventId":null,"error":"E_INVALID_BODY","errors":[{"error":"\"at\" is required","rule":"any.required","field":"\"at\""}]}"#;
        let Frame::Reject(line) = serde_json::from_str(reject).unwrap() else { panic!("no reject") };
        assert_eq!(Rejection::from(line).to_string(), r#"an event: E_INVALID_BODY; "at" is required"#);
        let summary = r#"{"type":"summary","received":2,"accepted":2,"duplicates":0,"ignored":0,"late":0,"rejected":0,"rejections":[],"offset":90412,"settledUpTo":null,"serverTime":"2026-01-19T10:49:06.512Z","endedBy":"end"}"#;
        assert!(matches!(
            serde_json::from_str(summary).unwrap(),
            Frame::Summary(Summary { ended_by: EndedBy::End, .. })
        ));
        assert!(serde_json::from_str::<Frame>(r#"{"type":"hello"}"#).is_err());
    }
}

//! How an operation can end without success.

use aisle_database::Error;

/// Why an operation gave no result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The caller's to fix.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Come back later: storage is away or a queue is full. Nothing was half done.
    #[error("busy: {0}")]
    Busy(String),
    /// The answer did not come in time: what was asked for may still happen, as a whole.
    #[error("late: {0}")]
    Late(String),
    /// Ours. The outside sees a fixed text; this is logged once, at the edge.
    #[error("broken: {0}")]
    Broken(String),
}

/// What a caller can do about it. The list is closed; `api` maps it to status and body by one exhaustive match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such object for this retailer. `Store`, `Zone`, …: the thing of `<Thing> was not found`.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Uniqueness or state forbids it; the message of the contract.
    #[error("{0}")]
    Conflict(String),
    /// The body names something that does not exist or breaks a rule no schema can say; all faults at once.
    #[error("invalid body")]
    Invalid(Vec<FieldFault>),
    /// The token is good, its rights are not enough.
    #[error("{0}")]
    Forbidden(String),
    /// Asked for too often; when to come back.
    #[error("too often, wait {seconds} s")]
    #[allow(missing_docs, reason = "said above")]
    TooOften { seconds: u32 },
}

/// One fault of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Dotted path without quotes: `polygon[2]`.
    pub field: String,
    /// Joi rule id.
    pub rule: &'static str,
    /// What is wrong, to follow the quoted field: `contains an invalid value`.
    pub text: String,
}

impl FieldFault {
    /// `any.invalid` on a field.
    pub fn invalid(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), rule: "any.invalid", text: text.into() }
    }
}

impl Refusal {
    /// A 409 with this message.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict(message.into())
    }

    /// One `any.invalid`.
    pub fn invalid(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldFault::invalid(field, text)])
    }
}

impl Failure {
    /// A fault of ours, in words for the log.
    pub fn broken(what: impl std::fmt::Display) -> Self {
        Self::Broken(what.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable { reason } => Self::Busy(reason),
            other => Self::Broken(other.to_string()),
        }
    }
}

//! What a retailer's answer about an entry code means at the door.
//!
//! The principle: silence refuses and costs the shopper nothing but time. So everything that is
//! not an answer is [`EntryAnswer::NoAnswer`], which leaves the code good; only an answer can
//! decline. This module does not look anything up: for a code that was not known before, whether
//! the named customer exists is for the caller to find out.

use crate::{Attempt, FailureKind};
use serde_json::Value;

/// A reason is cut to this many characters, which is what the contract allows.
const MAX_REASON_CHARS: usize = 500;

/// Whose entry code was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryRole {
    /// Any role to which a careless answer opens nothing.
    Customer,
    /// `employee` or `tester`: a 2xx is enough, whatever its body.
    Staff,
}

/// Whether the entry code was known before the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownCode {
    Yes(EntryRole),
    No,
}

/// The decision about one entry code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryAnswer {
    /// Let in. The two ids are as answered. For a code known before they are only to be compared
    /// with one's own; for another, `customer_id` says whose trip it is.
    Accepted { customer_id: Option<i64>, session_id: Option<String> },
    /// The retailer says no; the code is used up.
    Refused { reason: Option<String> },
    /// Nothing was decided; the code stays good.
    NoAnswer { why: FailureKind },
}

impl EntryAnswer {
    /// What the call that asked about a code has brought.
    pub fn of_attempt(attempt: &Attempt, code: KnownCode) -> Self {
        let has_answer = |kind| matches!(kind, FailureKind::Redirect | FailureKind::Http4xx | FailureKind::Http5xx);
        match (attempt.status, attempt.failure.as_ref().map(|failure| failure.kind)) {
            (_, Some(why)) if !has_answer(why) => Self::NoAnswer { why },
            (Some(status), _) => read_entry_code_answer(status, &attempt.body, code),
            (None, why) => Self::NoAnswer { why: why.unwrap_or(FailureKind::Reset) },
        }
    }
}

/// Reads a complete answer. For a call that failed without one (no status, a body cut off, too
/// large or compressed) the failure's kind is the reason of [`EntryAnswer::NoAnswer`] already.
pub fn read_entry_code_answer(status: u16, body: &[u8], code: KnownCode) -> EntryAnswer {
    match status {
        200..=299 => read_decision(body, code),
        402 | 403 => EntryAnswer::Refused { reason: reason_in(body) },
        300..=399 => EntryAnswer::NoAnswer { why: FailureKind::Redirect },
        400..=499 => EntryAnswer::NoAnswer { why: FailureKind::Http4xx },
        _ => EntryAnswer::NoAnswer { why: FailureKind::Http5xx },
    }
}

fn read_decision(body: &[u8], code: KnownCode) -> EntryAnswer {
    let accepted = EntryAnswer::Accepted { customer_id: None, session_id: None };
    if body.trim_ascii().is_empty() {
        return match code {
            KnownCode::Yes(_) => accepted,
            KnownCode::No => EntryAnswer::NoAnswer { why: FailureKind::AnswerNotUnderstood },
        };
    }
    match (parse_decision(body, code), code) {
        (Ok(answer), _) => answer,
        (Err(_), KnownCode::Yes(EntryRole::Staff)) => accepted,
        (Err(why), _) => EntryAnswer::NoAnswer { why },
    }
}

fn parse_decision(body: &[u8], code: KnownCode) -> Result<EntryAnswer, FailureKind> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| FailureKind::AnswerNotJson)?;
    match answer.get("status").and_then(Value::as_str) {
        Some("FAILED") => {
            return Ok(EntryAnswer::Refused { reason: reason_of(&answer) });
        }
        Some("OK") => {}
        _ => return Err(FailureKind::AnswerNotUnderstood),
    }
    let customer_id = read_customer_id(&answer["customerId"]);
    let session_id = read_session_id(&answer["sessionId"]);
    match (customer_id, session_id, code) {
        (Ok(customer_id), Ok(session_id), _) => Ok(EntryAnswer::Accepted { customer_id, session_id }),
        // They are not used then, so they cannot spoil the decision.
        (customer_id, session_id, KnownCode::Yes(_)) => Ok(EntryAnswer::Accepted {
            customer_id: customer_id.unwrap_or(None),
            session_id: session_id.unwrap_or(None),
        }),
        (_, _, KnownCode::No) => Err(FailureKind::AnswerNotUnderstood),
    }
}

struct WrongType;

/// A customer id is a number; many servers keep it as text.
fn read_customer_id(value: &Value) -> Result<Option<i64>, WrongType> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => number.as_i64().map(Some).ok_or(WrongType),
        Value::String(text) => text.parse().map(Some).map_err(|_| WrongType),
        _ => Err(WrongType),
    }
}

fn read_session_id(value: &Value) -> Result<Option<String>, WrongType> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(WrongType),
    }
}

fn reason_in(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    reason_of(&answer)
}

fn reason_of(answer: &Value) -> Option<String> {
    let reason = answer.get("reason")?.as_str()?;
    let reason: String = reason.chars().take(MAX_REASON_CHARS).collect();
    (!reason.is_empty()).then_some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntryRole::{Customer, Staff};
    use KnownCode::{No, Yes};

    fn accepted(customer_id: Option<i64>, session_id: Option<&str>) -> EntryAnswer {
        EntryAnswer::Accepted { customer_id, session_id: session_id.map(str::to_owned) }
    }

    fn refused(reason: Option<&str>) -> EntryAnswer {
        EntryAnswer::Refused { reason: reason.map(str::to_owned) }
    }

    fn none(why: FailureKind) -> EntryAnswer {
        EntryAnswer::NoAnswer { why }
    }

    /// One row of the contract's table: the answer for a customer's, a staff and an unknown code.
    fn check(status: u16, body: &str, customer: &EntryAnswer, staff: &EntryAnswer, unknown: &EntryAnswer) {
        for (code, expected) in [(Yes(Customer), customer), (Yes(Staff), staff), (No, unknown)] {
            let answer = read_entry_code_answer(status, body.as_bytes(), code);
            assert_eq!(&answer, expected, "{status} {body} {code:?}");
        }
    }

    fn check_all(status: u16, body: &str, expected: &EntryAnswer) {
        check(status, body, expected, expected, expected);
    }

    #[test]
    fn a_good_answer_decides_for_everyone() {
        let plain = accepted(None, None);
        for status in [200, 201, 204, 299] {
            check_all(status, r#"{"status":"OK"}"#, &plain);
            check_all(status, r#"{"status":"FAILED"}"#, &refused(None));
        }
        check_all(200, r#"{"status":"OK","customerId":null,"sessionId":null,"more":[1]}"#, &plain);
        check_all(200, r#"{"status":"OK","customerId":42,"sessionId":"s"}"#, &accepted(Some(42), Some("s")));
        check_all(200, r#"{"status":"OK","customerId":"42"}"#, &accepted(Some(42), None));
        check_all(200, r#"{"status":"FAILED","reason":"No money"}"#, &refused(Some("No money")));
        check_all(200, r#"{"status":"FAILED","reason":7}"#, &refused(None));
        check_all(200, r#"{"status":"FAILED","reason":""}"#, &refused(None));
        let long = "é".repeat(501);
        let body = format!(r#"{{"status":"FAILED","reason":"{long}"}}"#);
        check_all(200, &body, &refused(Some(&"é".repeat(500))));
    }

    #[test]
    fn an_empty_answer_accepts_only_a_code_that_was_known() {
        let ok = accepted(None, None);
        for body in ["", " \r\n\t"] {
            for status in [200, 204] {
                check(status, body, &ok, &ok, &none(FailureKind::AnswerNotUnderstood));
            }
        }
    }

    #[test]
    fn a_body_that_is_not_the_answer_opens_the_door_to_staff_only() {
        let ok = accepted(None, None);
        let rows = [
            ("OK", FailureKind::AnswerNotJson),
            (r#"{"status":"OK""#, FailureKind::AnswerNotJson),
            ("<html>welcome</html>", FailureKind::AnswerNotJson),
            ("\u{feff}{}", FailureKind::AnswerNotJson),
            ("\"OK\"", FailureKind::AnswerNotUnderstood),
            ("null", FailureKind::AnswerNotUnderstood),
            ("true", FailureKind::AnswerNotUnderstood),
            ("[]", FailureKind::AnswerNotUnderstood),
            ("{}", FailureKind::AnswerNotUnderstood),
            (r#"{"status":null}"#, FailureKind::AnswerNotUnderstood),
            (r#"{"status":"ok"}"#, FailureKind::AnswerNotUnderstood),
            (r#"{"status":true}"#, FailureKind::AnswerNotUnderstood),
            (r#"[{"status":"OK"}]"#, FailureKind::AnswerNotUnderstood),
        ];
        for (body, why) in rows {
            check(200, body, &none(why), &ok, &none(why));
        }
    }

    #[test]
    fn unusable_ids_matter_only_where_they_are_used() {
        let not_understood = none(FailureKind::AnswerNotUnderstood);
        for id in ["1.5", "\"x\"", "{}", "true", "99999999999999999999"] {
            let body = format!(r#"{{"status":"OK","customerId":{id},"sessionId":"s"}}"#);
            let ok = accepted(None, Some("s"));
            check(200, &body, &ok, &ok, &not_understood);
        }
        let ok = accepted(Some(1), None);
        check(200, r#"{"status":"OK","customerId":1,"sessionId":7}"#, &ok, &ok, &not_understood);
    }

    #[test]
    fn other_statuses_decide_by_themselves() {
        for status in [402, 403] {
            check_all(status, "", &refused(None));
            check_all(status, r#"{"status":"OK"}"#, &refused(None));
            check_all(status, r#"{"reason":"No card"}"#, &refused(Some("No card")));
        }
        let good = r#"{"status":"OK"}"#;
        for (statuses, why) in [
            (&[300, 301, 302, 304, 307, 308, 399][..], FailureKind::Redirect),
            (&[400, 401, 404, 409, 410, 422, 429, 499], FailureKind::Http4xx),
            (&[500, 502, 503, 504, 599, 600, 999], FailureKind::Http5xx),
        ] {
            for status in statuses {
                check_all(*status, good, &none(why));
            }
        }
    }
}

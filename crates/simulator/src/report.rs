//! What a simulation tells: each trip as it ends, and the sum of all.

use aisle_model::Moment;
use serde::Serialize;
use serde_json::Value;

use crate::scenario::BadCode;
use crate::walks::TripTruth;

/// Between what really happened and what the server says: noise, and rounding to a line between two positions.
const TOLERANCE_MICROS: i64 = 500_000;

/// One party, from the pavement to the pavement.
#[derive(Debug, Clone, PartialEq)]
pub struct TripReport {
    /// Number of the party in its simulation.
    pub number: u32,
    /// The customer whose code it was; `None` when nobody made the code.
    pub customer: Option<i64>,
    /// The code that was presented.
    pub code: String,
    /// What is wrong with the code.
    pub bad: Option<BadCode>,
    /// How it ended.
    pub ending: Ending,
    /// What really happened.
    pub truth: TripTruth,
    /// Where the server says something else; empty when all is well.
    pub mismatches: Vec<String>,
}

/// How a party fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Came in and left; the session the server made of it.
    Visited {
        /// `sessionId`.
        session: String,
    },
    /// Was not let in.
    Refused {
        /// Number of the reason, 1 to 16.
        code: u8,
        /// Its text.
        message: String,
    },
    /// Nobody answered the scan in time.
    Unanswered,
}

impl std::fmt::Display for TripReport {
    /// The line of the demo.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let people = self.truth.people.len();
        write!(f, "trip {:>4}  {people} {}  ", self.number + 1, if people == 1 { "person " } else { "persons" })?;
        match &self.ending {
            Ending::Visited { session } => write!(f, "came and left  session {session}")?,
            Ending::Refused { code, message } => write!(f, "refused        {code} {message}")?,
            Ending::Unanswered => write!(f, "went away      nobody answered the scan")?,
        }
        for mismatch in &self.mismatches {
            write!(f, "  MISMATCH {mismatch}")?;
        }
        Ok(())
    }
}

/// The sum of a simulation or replay. `precision`, `recall`, `f1` and `reviews` are null, `orders` and `lines` zero, as
/// long as the server makes no orders: there is nothing to compare with what was taken.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Parties that came in and left; null after a replay, which does not know.
    pub trips: Option<u64>,
    /// Customers made.
    pub customers: u64,
    /// People who came in.
    pub visitors: u64,
    /// Parties that were refused, rightly or not.
    pub refused: u64,
    /// Orders the server made of the trips.
    pub orders: u64,
    /// Lines of those orders.
    pub lines: u64,
    /// Trips of which the server says something else than what happened; null where that is not known.
    pub mismatches: Option<u64>,
    /// Reviews the server asked for.
    pub reviews: Option<u64>,
    /// Of the lines charged, the share that was taken.
    pub precision: Option<f64>,
    /// Of the products taken, the share that was charged.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
    /// Store events that the server decided.
    pub events: u64,
    /// Of them, those it did not take.
    pub rejected_events: u64,
    /// Of a replay, lines that were not sent: entries of the server itself, scans whose code is not kept.
    pub skipped_lines: u64,
}

impl Summary {
    /// The sum of a simulation that has just begun.
    pub(crate) fn of_simulation() -> Self {
        Self { trips: Some(0), mismatches: Some(0), ..Self::default() }
    }

    pub(crate) fn count(&mut self, report: &TripReport) {
        match report.ending {
            Ending::Visited { .. } => *self.trips.get_or_insert(0) += 1,
            Ending::Refused { .. } => self.refused += 1,
            Ending::Unanswered => {}
        }
        self.visitors += report.truth.visitors() as u64;
        *self.mismatches.get_or_insert(0) += u64::from(!report.mismatches.is_empty());
    }
}

/// What is wrong with a refusal or an admission, given the code.
pub(crate) fn judge_verdict(bad: Option<BadCode>, ending: &Ending) -> Option<String> {
    let expected = bad.map(|bad| match bad {
        BadCode::Unknown => 1,
        BadCode::Expired => 2,
        BadCode::Used => 3,
    });
    match (expected, ending) {
        (_, Ending::Unanswered) => Some("nobody answered the scan".to_owned()),
        (Some(expected), Ending::Visited { .. }) => {
            Some(format!("a code was accepted that deserves reason {expected}"))
        }
        // The store was full or closed: no judgement of the code.
        (_, Ending::Refused { code: 11..=13, .. }) | (None, Ending::Visited { .. }) => None,
        (None, Ending::Refused { code, message }) => Some(format!("a good code was refused: {code} {message}")),
        (Some(expected), Ending::Refused { code, .. }) => {
            (*code != expected).then(|| format!("refused for reason {code} instead of {expected}"))
        }
    }
}

/// Where the server's session says something else than what happened.
pub(crate) fn judge_session(truth: &TripTruth, session: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let status = session["status"].as_str().unwrap_or_default();
    if status != "completed" {
        faults.push(format!("status `{status}` instead of `completed`"));
    }
    let visitors = session["visitors"].as_u64();
    if visitors != Some(truth.visitors() as u64) {
        let said = visitors.map_or("no".to_owned(), |count| count.to_string());
        faults.push(format!("{said} visitors instead of {}", truth.visitors()));
    }
    let entered = || truth.people.iter().filter_map(|person| person.entered);
    let left = || truth.people.iter().filter_map(|person| person.left);
    let moments = [
        ("customerFirstEnteredAt", entered().min()),
        ("customerLastEnteredAt", entered().max()),
        ("customerFirstExitedAt", left().min()),
        ("customerLastExitedAt", left().max()),
    ];
    for (field, happened) in moments {
        faults.extend(judge_moment(field, happened, session[field].as_str()));
    }
    faults
}

fn judge_moment(field: &str, happened: Option<Moment>, said: Option<&str>) -> Option<String> {
    let read = said.and_then(Moment::parse);
    let fits = match (happened, read) {
        (Some(happened), Some(read)) => read.micros_since(happened).abs() <= TOLERANCE_MICROS,
        (None, None) => true,
        _ => false,
    };
    let happened = happened.map_or("never".to_owned(), |moment| moment.to_string());
    (!fits).then(|| format!("{field} is {} instead of {happened}", said.unwrap_or("null")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walks::PersonTruth;
    use serde_json::json;

    fn truth() -> TripTruth {
        let person = |entered: i64, left: i64| PersonTruth {
            track: "t".into(),
            entered: Some(Moment::from_millis(entered)),
            left: Some(Moment::from_millis(left)),
            zones: std::collections::BTreeSet::new(),
        };
        TripTruth { number: 0, is_admitted: true, people: vec![person(1_000, 90_000), person(2_000, 80_000)] }
    }

    #[test]
    fn a_session_is_held_against_the_truth() {
        let good = json!({
            "status": "completed", "visitors": 2,
            "customerFirstEnteredAt": "1970-01-01T00:00:01.400Z", "customerLastEnteredAt": "1970-01-01T00:00:02.000Z",
            "customerFirstExitedAt": "1970-01-01T00:01:20.000Z", "customerLastExitedAt": "1970-01-01T00:01:29.600Z",
        });
        let check = |field: &str, value: Value, expected: &[&str]| {
            let mut session = good.clone();
            session[field] = value;
            assert_eq!(judge_session(&truth(), &session), expected);
        };
        check("status", json!("completed"), &[]);
        check("status", json!("active"), &["status `active` instead of `completed`"]);
        check("visitors", json!(1), &["1 visitors instead of 2"]);
        check(
            "customerFirstEnteredAt",
            json!("1970-01-01T00:00:01.501Z"),
            &["customerFirstEnteredAt is 1970-01-01T00:00:01.501Z instead of 1970-01-01T00:00:01.000Z"],
        );
        check(
            "customerLastExitedAt",
            json!(null),
            &["customerLastExitedAt is null instead of 1970-01-01T00:01:30.000Z"],
        );
    }

    #[test]
    fn a_verdict_is_held_against_the_code() {
        let refused = |code| Ending::Refused { code, message: "m".into() };
        let visited = || Ending::Visited { session: "s".into() };
        let check = |bad, ending: Ending, is_right: bool| {
            assert_eq!(judge_verdict(bad, &ending).is_none(), is_right, "{bad:?} {ending:?}");
        };
        check(None, visited(), true);
        check(None, refused(3), false);
        check(None, refused(11), true);
        check(Some(BadCode::Unknown), refused(1), true);
        check(Some(BadCode::Expired), refused(2), true);
        check(Some(BadCode::Used), refused(3), true);
        check(Some(BadCode::Used), refused(2), false);
        check(Some(BadCode::Used), refused(12), true);
        check(Some(BadCode::Unknown), visited(), false);
        check(None, Ending::Unanswered, false);
    }
}

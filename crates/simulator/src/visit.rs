//! One party between its code and its report.

use std::time::Duration;

use aisle_store_client::{CallFault, Verdict};
use serde_json::Value;
use tokio::time::Instant;

use crate::office::Office;
use crate::report::{Ending, TripReport, judge_session, judge_verdict};
use crate::scenario::Party;
use crate::walks::TripTruth;

/// For the session to be completed after the last one left; the store's own waits are a few seconds.
const COMPLETION_PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// A party that is expected or here.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) party: Party,
    pub(crate) customer: Option<i64>,
    pub(crate) code: String,
    pub(crate) verdict: Option<Verdict>,
}

impl Visit {
    /// The report of a party that is gone; asks the server for the session of one that came in.
    pub(crate) async fn report(self, truth: TripTruth, office: Office, slowness: f64) -> Result<TripReport, CallFault> {
        let mut mismatches = Vec::new();
        let ending = match self.verdict {
            None => Ending::Unanswered,
            Some(Verdict::Refused { code, message }) => Ending::Refused { code, message },
            Some(Verdict::Admitted { session }) => {
                let patience = COMPLETION_PATIENCE.mul_f64(slowness);
                let found = completed_session(&office, &self.code, patience).await?;
                mismatches = match &found {
                    Some(found) => judge_session(&truth, found),
                    None => vec!["no session of the code".to_owned()],
                };
                let token = found.as_ref().and_then(|found| found["sessionId"].as_str());
                if let (Some(told), Some(listed)) = (&session, token)
                    && told != listed
                {
                    mismatches.push(format!("the scan said session {told}, the list {listed}"));
                }
                let session = token.map(str::to_owned).or(session).unwrap_or_default();
                Ending::Visited { session }
            }
        };
        mismatches.extend(judge_verdict(self.party.bad, &ending));
        Ok(TripReport {
            number: self.party.number,
            customer: self.customer,
            code: self.code,
            bad: self.party.bad,
            ending,
            truth,
            mismatches,
        })
    }
}

/// The session when it is completed, else as it is when patience ends.
async fn completed_session(office: &Office, code: &str, patience: Duration) -> Result<Option<Value>, CallFault> {
    let until = Instant::now() + patience;
    loop {
        let session = office.session(code).await?;
        let is_completed = session.as_ref().is_some_and(|session| session["status"] == "completed");
        if is_completed || Instant::now() >= until {
            return Ok(session);
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

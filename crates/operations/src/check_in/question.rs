//! The question to the retailer about a code, asked with no transaction open.

use std::time::Duration;

use aisle_database::rows::cards::Card;
use aisle_database::rows::check_ins::Examined;
use aisle_database::{Connection, rows};
use aisle_model::entry::CheckInPlace;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookName;
use aisle_model::{EntryCode, SessionToken};
use aisle_partners::bodies::CustomerFace;
use aisle_partners::{AnswerRule, Attempt, EntryAnswer, EntryRole, FailureKind, KnownCode};
use bytes::Bytes;
use tokio::time::Instant;

use super::known::Known;
use super::spot::Spot;
use super::{Presented, card, log};
use crate::notices::{self, Asked, faces};
use crate::once::Once;
use crate::webhooks::Endpoint;
use crate::webhooks::attempts::AskedCall;
use crate::{App, Failure};

/// A check-in that is asking: what change A left for the question and for change B.
pub(super) struct Question {
    /// The row that is `asking`.
    pub check_in: i64,
    pub spot: Spot,
    /// Without a trip and a role for a code nobody knows.
    pub examined: Examined,
    /// As it was presented.
    pub code: EntryCode,
    /// The number of people that was said at the scan.
    pub said: Option<i64>,
    /// The number of people as far as it was known at the scan.
    pub group: i64,
    /// Absent for a code nobody knows.
    pub session: Option<SessionToken>,
    /// Who is asked, in this order; at least one.
    pub endpoints: Vec<Endpoint>,
    /// Made in change A, from the state after it.
    pub body: Bytes,
    pub once: Option<Once>,
}

/// What asking brought.
#[derive(Clone)]
pub(super) struct Answered {
    pub answer: EntryAnswer,
    /// One line for each call, to be written with the outcome.
    pub attempts: Vec<AskedCall>,
}

impl Question {
    /// The bytes all are sent.
    pub async fn body(
        c: &mut Connection,
        app: &App,
        spot: &Spot,
        examined: &Examined,
        known: Option<&Known>,
        (presented, group): (&Presented, i64),
    ) -> Result<Bytes, Failure> {
        let default = known.and_then(|known| card::default_card(&known.cards));
        let token = match default {
            Some(card) => token_of(c, app, card).await?,
            None => None,
        };
        let counted = match examined.place {
            CheckInPlace::Internal { .. } => Some(group),
            _ => presented.group_size,
        };
        let asked = Asked {
            session: known.map(|known| &known.session),
            customer: match known.and_then(|known| known.customer.as_ref()) {
                Some(customer) => faces::customer(customer, customer.role),
                None => CustomerFace::nobody(),
            },
            payment: faces::payment(default, token),
            device: examined.device,
            code: presented.code.clone(),
            group_size: counted,
            at: examined.scanned_at,
        };
        let body = notices::entry_code_verify_body(app, &spot.store, asked);
        serde_json::to_vec(&body).map(Bytes::from).map_err(Failure::broken)
    }

    fn known_code(&self) -> KnownCode {
        match self.examined.role {
            Some(Role::Employee | Role::Tester) => KnownCode::Yes(EntryRole::Staff),
            Some(Role::Customer | Role::Untracked | Role::Unknown) => KnownCode::Yes(EntryRole::Customer),
            None => KnownCode::No,
        }
    }

    /// What all answers so far mean with one more, and whether nobody else need be asked. About a known code all must agree;
    /// about an unknown one the first who accepts decides, and only if all refuse it is refused.
    fn with(&self, before: EntryAnswer, answer: EntryAnswer) -> (EntryAnswer, bool) {
        let is_accepted = matches!(answer, EntryAnswer::Accepted { .. });
        if self.session.is_some() {
            return (answer, !is_accepted);
        }
        match (before, answer) {
            (EntryAnswer::NoAnswer { why }, EntryAnswer::Refused { .. }) => (EntryAnswer::NoAnswer { why }, false),
            (_, answer) => (answer, is_accepted),
        }
    }

    /// Asks one after another. All together get the time the operator set.
    pub async fn ask(&self, app: &App) -> Answered {
        let deadline = Instant::now() + app.limits.check_in_questions;
        // Of nobody's answers yet: what the first says is all there is.
        let mut answered = Answered { answer: EntryAnswer::Refused { reason: None }, attempts: Vec::new() };
        for endpoint in &self.endpoints {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                answered.answer = EntryAnswer::NoAnswer { why: FailureKind::Timeout };
                return answered;
            }
            let (answer, attempt) = self.ask_one(app, endpoint, left).await;
            let (answer, is_enough) = self.with(answered.answer, answer);
            answered.answer = answer;
            answered.attempts.push(attempt);
            if is_enough {
                break;
            }
        }
        answered
    }

    async fn ask_one(&self, app: &App, endpoint: &Endpoint, left: Duration) -> (EntryAnswer, AskedCall) {
        let message = notices::new_message_id(app);
        let (name, body, now) = (WebhookName::EntryCodeVerify, self.body.clone(), app.clock.now());
        let mut call = endpoint.call(name, &message, body, now, AnswerRule::Question);
        call.total_timeout = call.total_timeout.min(left);
        let attempt: Attempt = app.outsiders.call(call).await;
        app.measured.note("question", endpoint.id, &attempt);
        let answer = EntryAnswer::of_attempt(&attempt, self.known_code());
        self.warn_of_other_ids(&answer);
        let line = log::line(self, endpoint, message, &attempt, &answer, now);
        let is_usable = !matches!(answer, EntryAnswer::NoAnswer { .. });
        (answer, AskedCall { line, is_usable })
    }

    /// The ids in an answer about a known code are not used; that they differ is a sign of a mistake on the other side.
    fn warn_of_other_ids(&self, answer: &EntryAnswer) {
        if let EntryAnswer::Accepted { session_id: Some(session), .. } = answer
            && self.session.as_ref().is_some_and(|own| own.0 != *session)
        {
            tracing::warn!(check_in = self.check_in, "the answer about an entry code names another session");
        }
    }
}

async fn token_of(c: &mut Connection, app: &App, card: &Card) -> Result<Option<String>, Failure> {
    let Some(sealed) = rows::cards::sealed_token(c, card.id).await? else {
        return Ok(None);
    };
    let plain = app.keys.open(crate::customers::CARD_TOKEN, &sealed).map_err(Failure::broken)?;
    String::from_utf8(plain).map(Some).map_err(Failure::broken)
}

//! The question to the retailer about a code, asked with no transaction open.

use std::time::Duration;

use aisle_database::rows::cards::Card;
use aisle_database::rows::check_ins::Examined;
use aisle_database::{Connection, rows};
use aisle_model::SessionToken;
use aisle_model::entry::CheckInPlace;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookName;
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
    pub examined: Examined,
    pub role: Role,
    /// The number of people that was said at the scan.
    pub said: Option<i64>,
    pub session: SessionToken,
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
        known: &Known,
        presented: &Presented,
    ) -> Result<Bytes, Failure> {
        let default = card::default_card(&known.cards);
        let token = match default {
            Some(card) => token_of(c, app, card).await?,
            None => None,
        };
        let counted = match examined.place {
            CheckInPlace::Internal { .. } => Some(examined.places),
            _ => presented.group_size,
        };
        let asked = Asked {
            session: Some(&known.session),
            customer: match &known.customer {
                Some(customer) => faces::customer(customer, customer.role),
                None => faces::customer_of(c, &known.session).await?,
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
        match self.role {
            Role::Employee | Role::Tester => KnownCode::Yes(EntryRole::Staff),
            Role::Customer | Role::Untracked | Role::Unknown => KnownCode::Yes(EntryRole::Customer),
        }
    }

    /// Asks one after another until one does not accept. All together get the time the operator set.
    pub async fn ask(&self, app: &App) -> Answered {
        let deadline = Instant::now() + app.limits.check_in_questions;
        let mut answered =
            Answered { answer: EntryAnswer::NoAnswer { why: FailureKind::Timeout }, attempts: Vec::new() };
        for endpoint in &self.endpoints {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                answered.answer = EntryAnswer::NoAnswer { why: FailureKind::Timeout };
                return answered;
            }
            let (answer, attempt) = self.ask_one(app, endpoint, left).await;
            answered.answer = answer;
            answered.attempts.push(attempt);
            if !matches!(answered.answer, EntryAnswer::Accepted { .. }) {
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
        let answer = EntryAnswer::of_attempt(&attempt, self.known_code());
        self.warn_of_other_ids(&answer);
        let line = log::line(self, endpoint, message, &attempt, &answer, now);
        let is_usable = !matches!(answer, EntryAnswer::NoAnswer { .. });
        (answer, AskedCall { line, is_usable })
    }

    /// The ids in an answer about a known code are not used; that they differ is a sign of a mistake on the other side.
    fn warn_of_other_ids(&self, answer: &EntryAnswer) {
        if let EntryAnswer::Accepted { session_id: Some(session), .. } = answer
            && *session != self.session.0
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

//! Change B: what the retailer's answer means. Also how a check-in ends whose server died before the answer.

use aisle_database::rows::check_ins::{self, Examined};
use aisle_database::rows::entry_codes::CodeRow;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::{Occupancy, Store};
use aisle_database::{Connection, rows};
use aisle_model::check_in::{CheckInState, Reason};
use aisle_model::entry_code::{CodeMove, CodeState};
use aisle_model::session::{SessionMove, SessionStatus};
use aisle_partners::EntryAnswer;

use super::CheckInResult;
use super::accept::{self, Acceptance};
use super::question::{Answered, Question};
use super::refuse::{self, Refusal};
use crate::webhooks::attempts;
use crate::{App, Failure};

/// How an asked check-in ends without letting anybody in.
pub(super) struct NotLetIn {
    /// What becomes of the code.
    pub code: CodeMove,
    pub reason: Reason,
    /// What the retailer gave as reason.
    pub external: Option<String>,
}

impl NotLetIn {
    /// The retailer said no.
    fn declined(external: Option<String>) -> Self {
        Self { code: CodeMove::Decline, reason: Reason::External, external }
    }

    /// Nothing was decided.
    pub fn unanswered() -> Self {
        Self { code: CodeMove::GiveBack, reason: Reason::External, external: None }
    }

    /// The customer went while the retailer was asked.
    fn customer_gone() -> Self {
        Self { code: CodeMove::GiveBack, reason: Reason::CustomerGone, external: None }
    }
}

/// Writes what an answer means, in one change.
pub(super) async fn settle(
    app: &App,
    question: std::sync::Arc<Question>,
    answered: Answered,
) -> Result<CheckInResult, Failure> {
    let this = app.clone();
    let change = app.database.change(move |c| {
        let (app, question, answered) = (this.clone(), question.clone(), answered.clone());
        Box::pin(async move {
            let result = settle_in(c, &app, &question, answered.answer).await?;
            attempts::record_questions(c, &app, &answered.attempts).await?;
            if let Some(once) = &question.once {
                once.keep(c, &app, &result).await?;
            }
            Ok(result)
        })
    });
    change.await
}

async fn settle_in(
    c: &mut Connection,
    app: &App,
    question: &Question,
    answer: EntryAnswer,
) -> Result<CheckInResult, Failure> {
    let (id, examined) = (question.check_in, &question.examined);
    let locked = lock(c, examined).await?;
    let may_come_in = locked.session.status.is_open()
        && locked.session.customer.is_some()
        && locked.code.state == CodeState::Verifying;
    let ended = match answer {
        EntryAnswer::Accepted { .. } if may_come_in => {
            let now = app.clock.now();
            if check_ins::end(c, id, CheckInState::Accepted, None, None, now).await? {
                let acceptance = Acceptance {
                    spot: &question.spot,
                    examined,
                    code: &locked.code,
                    session: locked.session,
                    role: question.role,
                    said: question.said,
                };
                return accept::accept(c, app, acceptance).await;
            }
            NotLetIn::unanswered()
        }
        EntryAnswer::Accepted { .. } => NotLetIn::customer_gone(),
        EntryAnswer::Refused { reason } => NotLetIn::declined(reason),
        EntryAnswer::NoAnswer { .. } => NotLetIn::unanswered(),
    };
    let reason = ended.reason;
    if not_let_in(c, app, id, examined, locked, ended).await? {
        return Ok(CheckInResult::Refused(reason));
    }
    // It was closed as abandoned meanwhile, and told as such.
    Ok(CheckInResult::Refused(Reason::External))
}

/// Closes a check-in whose answer nobody waits for any more.
pub(super) async fn close(c: &mut Connection, app: &App, id: i64, examined: &Examined) -> Result<bool, Failure> {
    let locked = lock(c, examined).await?;
    not_let_in(c, app, id, examined, locked, NotLetIn::unanswered()).await
}

/// What an asked check-in is about, locked in the order of decisions 9.
struct Locked {
    store: Store,
    code: CodeRow,
    session: Session,
}

async fn lock(c: &mut Connection, examined: &Examined) -> Result<Locked, Failure> {
    let gone = || Failure::broken("what a check-in is about is gone");
    let store = rows::stores::find_any(c, examined.store).await?.ok_or_else(gone)?;
    rows::streams::reserve(c, store.id, 0).await?;
    rows::stores::occupancy(c, store.id, true).await?;
    let number = examined.session.ok_or_else(gone)?;
    let code = rows::entry_codes::lock_by_session(c, number).await?.ok_or_else(gone)?;
    let session = rows::sessions::lock(c, number).await?.ok_or_else(gone)?;
    Ok(Locked { store, code, session })
}

/// Places back, code and trip as the answer says, everybody told. False when it had ended already: then nothing happens.
async fn not_let_in(
    c: &mut Connection,
    app: &App,
    id: i64,
    examined: &Examined,
    locked: Locked,
    ended: NotLetIn,
) -> Result<bool, Failure> {
    let now = app.clock.now();
    let (state, reason) = (CheckInState::Refused, Some(ended.reason));
    if !check_ins::end(c, id, state, reason, ended.external.as_deref(), now).await? {
        return Ok(false);
    }
    let Locked { store, code, mut session } = locked;
    let back = Occupancy { customers: 0, visitors: 0, employees: 0, testers: 0, reserved: -examined.places };
    rows::stores::change_occupancy(c, store.id, back, store.now(now)).await?;
    if let Ok(next) = code.state.after(ended.code) {
        rows::entry_codes::change_state(c, code.id, code.state, next).await?;
    }
    if ended.code == CodeMove::Decline && session.status == SessionStatus::Pending {
        session.status = session.status.after(SessionMove::Decline).map_err(Failure::broken)?;
        if !rows::sessions::save(c, &session, now).await? {
            return Err(Failure::broken("a locked trip was changed by another"));
        }
    }
    let refusal = Refusal {
        store: &store,
        examined,
        session: Some(&session),
        code: session.code.clone(),
        reason: ended.reason,
        external: ended.external,
    };
    refuse::tell(c, app, refusal).await?;
    Ok(true)
}

//! Change B: what the retailer's answer means. Also how a check-in ends whose server died before the answer.

use std::sync::Arc;

use aisle_database::rows::check_ins::{self, CheckIn, Examined};
use aisle_database::rows::entry_codes::CodeRow;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::{Occupancy, Store};
use aisle_database::{Connection, rows};
use aisle_model::StoreId;
use aisle_model::check_in::{CheckInState, Reason};
use aisle_model::entry_code::{CodeMove, CodeState};
use aisle_model::session::{SessionMove, SessionStatus};
use aisle_model::store::DeploymentStatus;
use aisle_partners::{EntryAnswer, FailureKind};

use super::CheckInResult;
use super::accept::{self, Acceptance};
use super::examine::reserve;
use super::question::{Answered, Question};
use super::refuse::{self, Refusal};
use super::resolve::{self, resolve};
use crate::webhooks::attempts;
use crate::{App, Failure};

/// How an asked check-in ends without letting anybody in.
struct NotLetIn {
    /// What becomes of the code.
    code: CodeMove,
    reason: Reason,
    /// What the retailer gave as reason.
    external: Option<String>,
}

impl NotLetIn {
    /// Nothing was decided about the code.
    fn given_back(reason: Reason) -> Self {
        Self { code: CodeMove::GiveBack, reason, external: None }
    }
}

/// Writes what an answer means, in one change.
pub(super) async fn settle(app: &App, question: Arc<Question>, answered: Answered) -> Result<CheckInResult, Failure> {
    let is_unknown = question.session.is_none();
    match write(app, question.clone(), answered.clone()).await {
        // Somebody else was faster with the id or the code: that counts as no usable answer, as if it had been there.
        Err(Failure::Refused(crate::Refusal::Conflict(_))) if is_unknown => {
            let answer = EntryAnswer::NoAnswer { why: FailureKind::AnswerNotUnderstood };
            write(app, question, Answered { answer, ..answered }).await
        }
        written => written,
    }
}

async fn write(app: &App, question: Arc<Question>, answered: Answered) -> Result<CheckInResult, Failure> {
    let this = app.clone();
    let change = app.database.change(move |c| {
        let (app, question, answered) = (this.clone(), question.clone(), answered.clone());
        Box::pin(async move {
            let result = match question.session {
                Some(_) => settle_in(c, &app, &question, answered.answer).await?,
                None => resolve(c, &app, &question, answered.answer).await?,
            };
            attempts::record_questions(c, &app, &answered.attempts).await?;
            if let (Some(once), Some(result)) = (&question.once, &result) {
                once.keep_for_all(c, &app, result).await?;
            }
            // It was closed as abandoned meanwhile, and told as such.
            Ok(result.unwrap_or(CheckInResult::Refused(Reason::External)))
        })
    });
    change.await
}

/// `None` when the check-in had ended already: then nothing happens.
async fn settle_in(
    c: &mut Connection,
    app: &App,
    question: &Question,
    answer: EntryAnswer,
) -> Result<Option<CheckInResult>, Failure> {
    let (id, examined) = (question.check_in, &question.examined);
    let locked = lock(c, examined).await?;
    let role = examined.role.ok_or_else(|| Failure::broken("a known code was judged without a role"))?;
    let may_come_in = locked.session.status.is_open()
        && locked.session.customer.is_some()
        && locked.code.state == CodeState::Verifying;
    let ended = match answer {
        EntryAnswer::Accepted { .. } if is_over(&locked.store) => NotLetIn::given_back(Reason::Closed),
        EntryAnswer::Accepted { .. } if may_come_in => {
            if !check_ins::end(c, id, CheckInState::Accepted, None, None, app.clock.now()).await? {
                return Ok(None);
            }
            let acceptance = Acceptance {
                spot: &question.spot.at(locked.store),
                examined,
                code: &locked.code,
                session: locked.session,
                role,
                said: question.said,
            };
            return accept::accept(c, app, acceptance).await.map(Some);
        }
        // The customer went while the retailer was asked.
        EntryAnswer::Accepted { .. } => NotLetIn::given_back(Reason::CustomerGone),
        EntryAnswer::Refused { reason } => {
            NotLetIn { code: CodeMove::Decline, reason: Reason::External, external: reason }
        }
        EntryAnswer::NoAnswer { .. } => NotLetIn::given_back(Reason::External),
    };
    let reason = ended.reason;
    let has_ended = not_let_in(c, app, id, examined, locked, ended).await?;
    Ok(has_ended.then_some(CheckInResult::Refused(reason)))
}

/// Whether nobody comes in here any more, however the retailer decides.
pub(super) fn is_over(store: &Store) -> bool {
    store.deployment_status == DeploymentStatus::Decommissioned
}

/// Closes a check-in whose answer nobody waits for any more.
pub(super) async fn close(c: &mut Connection, app: &App, check_in: &CheckIn) -> Result<bool, Failure> {
    if check_in.examined.session.is_none() {
        return resolve::close(c, app, check_in).await;
    }
    let locked = lock(c, &check_in.examined).await?;
    let unanswered = NotLetIn::given_back(Reason::External);
    not_let_in(c, app, check_in.id, &check_in.examined, locked, unanswered).await
}

/// What an asked check-in is about, locked in the order of ARCHITECTURE.md.
struct Locked {
    store: Store,
    code: CodeRow,
    session: Session,
}

async fn lock(c: &mut Connection, examined: &Examined) -> Result<Locked, Failure> {
    let gone = || Failure::broken("what a check-in is about is gone");
    let (store, _) = lock_store(c, examined.store).await?;
    let number = examined.session.ok_or_else(gone)?;
    let code = rows::entry_codes::lock_by_session(c, number).await?.ok_or_else(gone)?;
    let session = rows::sessions::lock(c, number).await?.ok_or_else(gone)?;
    Ok(Locked { store, code, session })
}

/// The store as it is behind the locks of its stream and its counts.
pub(super) async fn lock_store(c: &mut Connection, id: StoreId) -> Result<(Store, Occupancy), Failure> {
    rows::streams::reserve(c, id, 0).await?;
    let occupancy = rows::stores::occupancy(c, id, true).await?;
    let store = rows::stores::find_any(c, id).await?;
    Ok((store.ok_or_else(|| Failure::broken("a stream without a store"))?, occupancy))
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
    reserve(c, &store, -examined.places, store.now(now)).await?;
    if let Ok(next) = code.state.after(ended.code) {
        rows::entry_codes::change_state(c, code.id, code.state, next).await?;
    }
    // While a person puts somebody on the trip, the engine's verdict decides about it (`crate::floor`).
    let may_end = session.status == SessionStatus::Pending && !rows::bind_requests::is_open(c, session.number).await?;
    if ended.code == CodeMove::Decline && may_end {
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

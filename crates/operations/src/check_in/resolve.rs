//! Change B for a code that nobody knew: the trip that the retailer named or wants, and the checks that could not be made
//! before.
//!
//! A trip is made under the presented code, so the next scan of it is one of a known code. Where the retailer names a trip
//! that is still pending, that trip's own code decides and is used up; the presented one is kept as used with it.
//! Deliberately absent: asking again. Whoever answered about the unknown code has answered check 14.

use aisle_database::rows::check_ins::{self, CheckIn, Examined};
use aisle_database::rows::customers::Customer;
use aisle_database::rows::entry_codes::NewCode;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::{Occupancy, Store};
use aisle_database::{Connection, rows};
use aisle_model::check_in::{CheckInState, Reason, judge};
use aisle_model::entry_code::{CodeMove, CodeState};
use aisle_model::session::SessionStatus;
use aisle_model::{CustomerId, EntryCode, SessionToken};
use aisle_partners::EntryAnswer;

use super::CheckInResult;
use super::accept::{self, Acceptance};
use super::examine::{UNKNOWN_CODE, door, reserve};
use super::known::{self, Known};
use super::question::Question;
use super::refuse::{self, Refusal};
use super::settle::{is_over, lock_store};
use crate::{App, Failure, entry_codes};

/// Most letters of an id for a trip.
const LONGEST_ID: usize = 255;

/// Writes what an answer about an unknown code means. `None` when the check-in had ended already: then nothing happens.
pub(super) async fn resolve(
    c: &mut Connection,
    app: &App,
    question: &Question,
    answer: EntryAnswer,
) -> Result<Option<CheckInResult>, Failure> {
    let (store, occupancy) = lock_store(c, question.examined.store).await?;
    if !check_ins::is_open(c, question.check_in).await? {
        return Ok(None);
    }
    let named = match answer {
        EntryAnswer::Accepted { .. } if is_over(&store) => Err(Reason::Closed),
        EntryAnswer::Accepted { customer_id, session_id } => trip(c, app, question, customer_id, session_id).await?,
        EntryAnswer::Refused { .. } => Err(Reason::Invalid),
        EntryAnswer::NoAnswer { .. } => Err(Reason::External),
    };
    let result = match named {
        Ok(known) => judged(c, app, question, store, occupancy, known).await?,
        Err(reason) => {
            let (examined, code) = (&question.examined, question.code.clone());
            let refusal = Refusal { store: &store, examined, session: None, code, reason, external: None };
            refused(c, app, question.check_in, refusal).await?
        }
    };
    Ok(Some(result))
}

/// Closes a check-in with an unknown code whose answer nobody waits for any more.
pub(super) async fn close(c: &mut Connection, app: &App, check_in: &CheckIn) -> Result<bool, Failure> {
    let (store, _) = lock_store(c, check_in.examined.store).await?;
    let sealed = check_in.unknown_code.as_ref().ok_or_else(|| Failure::broken("an unknown code was not kept"))?;
    let plain = app.keys.open(UNKNOWN_CODE, sealed).map_err(Failure::broken)?;
    let code = EntryCode(String::from_utf8(plain).map_err(Failure::broken)?);
    if !check_ins::is_open(c, check_in.id).await? {
        return Ok(false);
    }
    let (examined, reason) = (&check_in.examined, Reason::External);
    let refusal = Refusal { store: &store, examined, session: None, code, reason, external: None };
    refused(c, app, check_in.id, refusal).await?;
    Ok(true)
}

/// The trip that an accepting answer means, with its code, both locked; else why nobody comes in.
async fn trip(
    c: &mut Connection,
    app: &App,
    question: &Question,
    customer: Option<i64>,
    session: Option<String>,
) -> Result<Result<Known, Reason>, Failure> {
    let retailer = question.examined.retailer;
    let Some(id) = customer else {
        return Ok(Err(Reason::CustomerGone));
    };
    // Locked, for a customer who is deleted now would leave a trip behind.
    let Some(owner) = rows::customers::lock(c, retailer, CustomerId(id)).await? else {
        return Ok(Err(Reason::CustomerGone));
    };
    let token = session.map(SessionToken);
    let is_usable = token.as_ref().is_none_or(|token| is_id(token.as_str()));
    let hash = entry_codes::code_hash(&app.keys, question.code.as_str());
    // Somebody may have registered the code meanwhile.
    if !is_usable || known::lock(c, retailer, hash).await?.is_some() {
        return Ok(Err(Reason::External));
    }
    if let Some(token) = &token
        && let Some(session) = rows::sessions::find(c, retailer, token).await?
    {
        return pending(c, &owner, &session).await;
    }
    entry_codes::register_resolved(c, app, &owner, question.code.clone(), token).await?;
    let known = known::lock(c, retailer, hash).await?;
    Ok(Ok(known.ok_or_else(|| Failure::broken("a code was registered and is not there"))?))
}

/// As the contract has it for ids that a caller chooses.
fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_graphic())
}

/// A trip that is there already is good while it waits for this customer and nobody is asked about its own code.
async fn pending(c: &mut Connection, owner: &Customer, session: &Session) -> Result<Result<Known, Reason>, Failure> {
    let code = rows::entry_codes::lock_by_session(c, session.number).await?;
    let code = code.ok_or_else(|| Failure::broken("a trip without a code"))?;
    let known = known::of_code(c, code).await?;
    let waits = known.session.status == SessionStatus::Pending && known.code.state != CodeState::Verifying;
    let is_theirs = known.session.customer == Some(owner.id);
    Ok(if waits && is_theirs { Ok(known) } else { Err(Reason::External) })
}

/// Checks 2 to 13 and 16, and what they lead to.
async fn judged(
    c: &mut Connection,
    app: &App,
    question: &Question,
    store: Store,
    occupancy: Occupancy,
    known: Known,
) -> Result<CheckInResult, Failure> {
    let now = store.now(app.clock.now());
    let group = question.said.or(known.code.group_size).map_or(question.group, |said| said.max(1));
    let verdict = judge(Some(&known.presented(&store, now)?), &door(&store, occupancy, group)?, now);
    let id = question.check_in;
    let examined = Examined {
        session: Some(known.session.number),
        role: verdict.ok(),
        places: if verdict.is_ok() { group } else { 0 },
        ..question.examined.clone()
    };
    check_ins::name_trip(c, id, &examined).await?;
    let role = match verdict {
        Ok(role) => role,
        Err(reason) => {
            let (session, code) = (Some(&known.session), question.code.clone());
            let refusal = Refusal { store: &store, examined: &examined, session, code, reason, external: None };
            return refused(c, app, id, refusal).await;
        }
    };
    reserve(c, &store, group, now).await?;
    keep_as_used(c, app, question, &known).await?;
    check_ins::end(c, id, CheckInState::Accepted, None, None, app.clock.now()).await?;
    let acceptance = Acceptance {
        spot: &question.spot.at(store),
        examined: &examined,
        code: &known.code,
        session: known.session,
        role,
        said: question.said,
    };
    accept::accept(c, app, acceptance).await
}

/// A code that was accepted once is never unknown again, also where the trip has a code of its own.
async fn keep_as_used(c: &mut Connection, app: &App, question: &Question, known: &Known) -> Result<(), Failure> {
    let Some(customer) = known.session.customer.filter(|_| known.code.code != question.code) else {
        return Ok(());
    };
    let new = NewCode {
        retailer: known.code.retailer,
        code: question.code.clone(),
        code_hash: question.examined.code_hash.clone(),
        session: known.session.number,
        customer,
        expires_at: None,
        scannable_at: None,
        group_size: None,
        error: None,
    };
    let id = entry_codes::insert(c, &new, app.clock.now()).await?;
    let used = CodeState::Registered.after(CodeMove::Accept).map_err(Failure::broken)?;
    rows::entry_codes::change_state(c, id, CodeState::Registered, used).await?;
    Ok(())
}

async fn refused(c: &mut Connection, app: &App, id: i64, refusal: Refusal<'_>) -> Result<CheckInResult, Failure> {
    let reason = refusal.reason;
    check_ins::end(c, id, CheckInState::Refused, Some(reason), None, app.clock.now()).await?;
    refuse::tell(c, app, refusal).await?;
    Ok(CheckInResult::Refused(reason))
}

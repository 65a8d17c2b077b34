//! Change A: the checks, and what they lead to.
//!
//! The rows that decide are locked in one order (decisions 9): the stream of the store, which the runner locks first too,
//! its counts, the code, the trip.

use aisle_database::rows::check_ins::{self, Examined};
use aisle_database::rows::stores::Occupancy;
use aisle_database::{Connection, rows};
use aisle_model::Moment;
use aisle_model::check_in::{CheckInState, Door, PresentedCode, Reason, judge};
use aisle_model::entry::CheckInPlace;
use aisle_model::entry_code::{CodeMove, CodeState};
use aisle_model::store::{PaymentProvider, Role};
use aisle_model::webhook::WebhookType;

use super::accept::{self, Acceptance};
use super::known::{self, Known};
use super::question::Question;
use super::refuse::{self, Refusal};
use super::spot::{self, Spot};
use super::{CheckInResult, Presented};
use crate::entry_codes::code_hash;
use crate::webhooks::settings_to_ask;
use crate::{App, Failure};

/// What examining a presented code came to.
pub(super) enum Examination {
    /// Written.
    Decided(CheckInResult),
    /// The retailer is to be asked.
    Asks(Box<Question>),
    /// Another check-in with the same code is asking.
    UnderWay,
    /// This scan was examined before.
    Repeated,
}

/// Examines a code in one change.
pub(super) async fn examine(app: &App, presented: &Presented) -> Result<Examination, Failure> {
    let (this, presented) = (app.clone(), presented.clone());
    let change = app.database.change(move |c| {
        let (app, presented) = (this.clone(), presented.clone());
        Box::pin(async move { examine_in(c, &app, &presented).await })
    });
    change.await
}

async fn examine_in(c: &mut Connection, app: &App, presented: &Presented) -> Result<Examination, Failure> {
    let spot = spot::find(c, presented).await?;
    let store = spot.store.id;
    rows::streams::reserve(c, store, 0).await?;
    let occupancy = rows::stores::occupancy(c, store, true).await?;
    if let Some(scan) = presented.scan
        && check_ins::find_by_scan(c, store, scan.event).await?.is_some()
    {
        return Ok(Examination::Repeated);
    }
    let hash = code_hash(&app.keys, presented.code.as_str());
    let known = known::lock(c, presented.retailer, hash).await?;
    if known.as_ref().is_some_and(|known| known.code.state == CodeState::Verifying) {
        return Ok(Examination::UnderWay);
    }
    let now = spot.store.now(app.clock.now());
    let group = group(c, &spot, presented, known.as_ref()).await?;
    let code: Option<PresentedCode> = match &known {
        Some(known) => Some(known.presented(&spot.store, now)?),
        None => None,
    };
    let verdict = judge(code.as_ref(), &door(&spot, occupancy, group)?, now);
    let examined = Examined {
        code_hash: hash.to_vec(),
        session: known.as_ref().map(|known| known.session.number),
        role: verdict.ok(),
        places: if verdict.is_ok() { group } else { 0 },
        ..begun(app, presented, &spot, now)
    };
    let examination = match (verdict, known) {
        (Ok(role), Some(known)) => passed(c, app, presented, spot, examined, known, role).await?,
        (verdict, known) => {
            let reason = verdict.err().unwrap_or(Reason::Invalid);
            let refused = refused(c, app, presented, &spot, &examined, known.as_ref(), reason);
            Examination::Decided(refused.await?)
        }
    };
    if let (Some(once), Examination::Decided(result)) = (&presented.once, &examination) {
        once.keep(c, app, result).await?;
    }
    Ok(examination)
}

/// A check-in of which only place and time are known.
fn begun(app: &App, presented: &Presented, spot: &Spot, now: Moment) -> Examined {
    Examined {
        retailer: presented.retailer,
        store: spot.store.id,
        device: spot.device,
        place: spot.place.clone(),
        session: None,
        code_hash: Vec::new(),
        role: None,
        places: 0,
        scanned_at: presented.scan.map_or(now, |scan| scan.at),
        scan_event: presented.scan.map(|scan| scan.event),
        node: app.node.to_string(),
        started_at: app.clock.now(),
    }
}

/// How many places the group needs.
async fn group(c: &mut Connection, spot: &Spot, presented: &Presented, known: Option<&Known>) -> Result<i64, Failure> {
    let with_code = known.and_then(|known| known.code.group_size);
    if let Some(said) = presented.group_size.or(with_code) {
        return Ok(said.max(1));
    }
    match &spot.place {
        CheckInPlace::Internal { zone, .. } => {
            let standing = check_ins::visitors_in_zone(c, spot.store.id, zone).await?;
            Ok(standing.max(1))
        }
        _ => Ok(1),
    }
}

fn door(spot: &Spot, occupancy: Occupancy, group: i64) -> Result<Door, Failure> {
    let settings = spot.store.thresholds()?.check_in;
    Ok(Door {
        store: spot.store.id,
        status: spot.store.status,
        charges_by_stripe: settings.payment_provider == PaymentProvider::Stripe,
        requires_payment_method: settings.requires_payment_method(),
        refuses_unsettled: settings.refuse_unsettled,
        max_people: spot.store.max_people,
        inside: occupancy.inside(),
        reserved: occupancy.reserved,
        group,
    })
}

/// The places are reserved; then the retailer is asked, where it wants to be.
async fn passed(
    c: &mut Connection,
    app: &App,
    presented: &Presented,
    spot: Spot,
    examined: Examined,
    known: Known,
    role: Role,
) -> Result<Examination, Failure> {
    let (retailer, store) = (presented.retailer, spot.store.id);
    let now = spot.store.now(app.clock.now());
    reserve(c, &spot, examined.places, now).await?;
    let endpoints = settings_to_ask(c, app, retailer, WebhookType::ExternalEntry, store).await?;
    if endpoints.is_empty() {
        check_ins::insert(c, &examined, CheckInState::Accepted, None).await?;
        let acceptance = Acceptance {
            spot: &spot,
            examined: &examined,
            code: &known.code,
            session: known.session,
            role,
            said: presented.group_size,
        };
        return Ok(Examination::Decided(accept::accept(c, app, acceptance).await?));
    }
    let verifying = known.code.state.after(CodeMove::Verify).map_err(Failure::broken)?;
    rows::entry_codes::change_state(c, known.code.id, known.code.state, verifying).await?;
    let check_in = check_ins::insert(c, &examined, CheckInState::Asking, None).await?;
    let body = Question::body(c, app, &spot, &examined, &known, presented).await?;
    Ok(Examination::Asks(Box::new(Question {
        check_in,
        spot,
        examined,
        role,
        said: presented.group_size,
        session: known.session.token,
        endpoints,
        body,
        once: presented.once.clone(),
    })))
}

/// Adds to the reserved places of a store, or with a negative number gives them back.
pub(super) async fn reserve(c: &mut Connection, spot: &Spot, places: i64, now: Moment) -> Result<(), Failure> {
    let by = Occupancy { customers: 0, visitors: 0, employees: 0, testers: 0, reserved: places };
    Ok(rows::stores::change_occupancy(c, spot.store.id, by, now).await?)
}

async fn refused(
    c: &mut Connection,
    app: &App,
    presented: &Presented,
    spot: &Spot,
    examined: &Examined,
    known: Option<&Known>,
    reason: Reason,
) -> Result<CheckInResult, Failure> {
    check_ins::insert(c, examined, CheckInState::Refused, Some(reason)).await?;
    let refusal = Refusal {
        store: &spot.store,
        examined,
        session: known.map(|known| &known.session),
        code: presented.code.clone(),
        reason,
        external: None,
    };
    refuse::tell(c, app, refusal).await?;
    Ok(CheckInResult::Refused(reason))
}

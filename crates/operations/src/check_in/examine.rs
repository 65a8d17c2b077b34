//! Change A: the checks, and what they lead to.
//!
//! The rows that decide are locked in the order of ARCHITECTURE.md: the stream of the store, which the runner locks first
//! too, its counts, the code, the trip.

use aisle_database::rows::check_ins::{self, Examined};
use aisle_database::rows::stores::{Occupancy, Store};
use aisle_database::{Connection, rows};
use aisle_model::Moment;
use aisle_model::check_in::{CheckInState, Door, Reason, judge};
use aisle_model::entry::CheckInPlace;
use aisle_model::entry_code::CodeMove;
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

/// Where the text of an unknown code is sealed while its retailer is asked.
pub(super) const UNKNOWN_CODE: &str = "unknown entry code";

/// What examining a presented code came to.
pub(super) enum Examination {
    /// Written.
    Decided(CheckInResult),
    /// An earlier try of the same call has this outcome.
    Told(CheckInResult),
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
    let (retailer, store) = (presented.retailer, presented.store);
    // A store that is not there has no stream to lock.
    rows::stores::find(c, retailer, store).await?.ok_or(crate::Refusal::NotFound("Store"))?;
    rows::streams::reserve(c, store, 0).await?;
    let occupancy = rows::stores::occupancy(c, store, true).await?;
    // Read behind the locks: who waited for them is judged by the store as it is now.
    let spot = spot::find(c, presented).await?;
    if let Some(earlier) = earlier(c, app, presented).await? {
        return Ok(earlier);
    }
    let hash = code_hash(&app.keys, presented.code.as_str());
    let known = known::lock(c, retailer, hash).await?;
    if check_ins::is_asking(c, retailer, hash).await? {
        return Ok(Examination::UnderWay);
    }
    let now = spot.store.now(app.clock.now());
    let group = group(c, &spot, presented, known.as_ref()).await?;
    let examined = Examined { code_hash: hash.to_vec(), ..begun(app, presented, &spot, now) };
    let examination = match known {
        Some(known) => judged(c, app, presented, spot, examined, known, (occupancy, group)).await?,
        None => unknown(c, app, presented, spot, examined, group).await?,
    };
    if let (Some(once), Examination::Decided(result)) = (&presented.once, &examination) {
        once.keep(c, app, result).await?;
    }
    Ok(examination)
}

/// What an earlier try of the call, or of the scan, has come to.
async fn earlier(c: &mut Connection, app: &App, presented: &Presented) -> Result<Option<Examination>, Failure> {
    if let Some(once) = &presented.once
        && let Some(result) = once.made(c, app).await?
    {
        return Ok(Some(Examination::Told(result)));
    }
    match presented.scan {
        Some(scan) if check_ins::find_by_scan(c, presented.store, scan.event).await?.is_some() => {
            Ok(Some(Examination::Repeated))
        }
        _ => Ok(None),
    }
}

/// A code of the retailer.
async fn judged(
    c: &mut Connection,
    app: &App,
    presented: &Presented,
    spot: Spot,
    examined: Examined,
    known: Known,
    (occupancy, group): (Occupancy, i64),
) -> Result<Examination, Failure> {
    let now = spot.store.now(app.clock.now());
    let code = known.presented(&spot.store, now)?;
    let verdict = judge(Some(&code), &door(&spot.store, occupancy, group)?, now);
    let examined = Examined {
        session: Some(known.session.number),
        role: verdict.ok(),
        places: if verdict.is_ok() { group } else { 0 },
        ..examined
    };
    match verdict {
        Ok(role) => passed(c, app, presented, spot, examined, known, role).await,
        Err(reason) => {
            let refused = refused(c, app, presented, &spot, &examined, Some(&known), reason);
            Ok(Examination::Decided(refused.await?))
        }
    }
}

/// A code nobody knows: those settings are asked that resolve such codes. No place is held, for nobody is known who could
/// take it.
async fn unknown(
    c: &mut Connection,
    app: &App,
    presented: &Presented,
    spot: Spot,
    examined: Examined,
    group: i64,
) -> Result<Examination, Failure> {
    let kind = WebhookType::ExternalEntry;
    let mut endpoints = settings_to_ask(c, app, presented.retailer, kind, presented.store).await?;
    endpoints.retain(|endpoint| endpoint.options.resolve_unknown_codes);
    if endpoints.is_empty() {
        let refused = refused(c, app, presented, &spot, &examined, None, Reason::Invalid);
        return Ok(Examination::Decided(refused.await?));
    }
    let sealed = app.keys.seal(UNKNOWN_CODE, presented.code.as_str().as_bytes(), &app.chance);
    let Some(check_in) = check_ins::begin(c, &examined, Some(sealed)).await? else {
        return Ok(Examination::UnderWay);
    };
    let body = Question::body(c, app, &spot, &examined, None, (presented, group)).await?;
    Ok(Examination::Asks(Box::new(Question {
        check_in,
        spot,
        examined,
        code: presented.code.clone(),
        said: presented.group_size,
        group,
        session: None,
        endpoints,
        body,
        once: presented.once.clone(),
    })))
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

/// The store as the checks see it.
pub(super) fn door(store: &Store, occupancy: Occupancy, group: i64) -> Result<Door, Failure> {
    let settings = store.thresholds()?.check_in;
    Ok(Door {
        store: store.id,
        status: store.status,
        charges_by_stripe: settings.payment_provider == PaymentProvider::Stripe,
        requires_payment_method: settings.requires_payment_method(),
        refuses_unsettled: settings.refuse_unsettled,
        max_people: store.max_people,
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
    let kind = WebhookType::ExternalEntry;
    let endpoints = settings_to_ask(c, app, presented.retailer, kind, presented.store).await?;
    let now = spot.store.now(app.clock.now());
    if endpoints.is_empty() {
        reserve(c, &spot.store, examined.places, now).await?;
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
    // Before anything else is written: a retailer may be asked about this code as one that nobody knew.
    let Some(check_in) = check_ins::begin(c, &examined, None).await? else {
        return Ok(Examination::UnderWay);
    };
    reserve(c, &spot.store, examined.places, now).await?;
    let verifying = known.code.state.after(CodeMove::Verify).map_err(Failure::broken)?;
    rows::entry_codes::change_state(c, known.code.id, known.code.state, verifying).await?;
    let group = examined.places;
    let body = Question::body(c, app, &spot, &examined, Some(&known), (presented, group)).await?;
    Ok(Examination::Asks(Box::new(Question {
        check_in,
        spot,
        examined,
        code: known.code.code,
        said: presented.group_size,
        group,
        session: Some(known.session.token),
        endpoints,
        body,
        once: presented.once.clone(),
    })))
}

/// Adds to the reserved places of a store, or with a negative number gives them back.
pub(super) async fn reserve(c: &mut Connection, store: &Store, places: i64, now: Moment) -> Result<(), Failure> {
    let by = Occupancy { customers: 0, visitors: 0, employees: 0, testers: 0, reserved: places };
    Ok(rows::stores::change_occupancy(c, store.id, by, now).await?)
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

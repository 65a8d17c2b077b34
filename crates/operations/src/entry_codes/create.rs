//! A new entry code and the pending trip behind it.

use aisle_database::rows::customers::{self, Customer};
use aisle_database::rows::entry_codes::{self, NewCode};
use aisle_database::rows::sessions::{self, NewSession, Session};
use aisle_database::rows::stores;
use aisle_database::{Connection, Error};
use aisle_model::{CustomerId, EntryCode, Millis, Moment, RetailerId, SessionToken, StoreId};
use serde_json::{Map, Value};

use super::code_hash;
use crate::customers::Settings;
use crate::{App, Caller, Failure, FieldFault, Refusal};

const DEFAULT_LIFETIME_SECONDS: i64 = 24 * 60 * 60;
const ERROR_BYTES: usize = 4 * 1024;

/// What is said about a new code; nothing is required.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's EntryCodeCreate")]
pub struct NewEntryCode {
    /// Absent: a random UUID.
    pub code: Option<EntryCode>,
    /// How many people will come; 0 means not said.
    pub group_size: Option<i64>,
    /// Absent: a random UUID.
    pub session: Option<SessionToken>,
    /// The trip this one comes from; it must exist.
    pub referenced: Option<SessionToken>,
    pub expires: Expiry,
    /// Absent: the customer's.
    pub priority: Option<i64>,
    /// What went wrong at the card reader; kept for the registration screen.
    pub error: Option<Map<String, Value>>,
    /// The only store where the code may be scanned.
    pub scannable_at: Option<StoreId>,
}

/// When a code stops being good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expiry {
    /// As the retailer has set it.
    #[default]
    Default,
    /// Never.
    Never,
    /// Then. A code that is tied to a store lives by that store's clock.
    At(Moment),
}

/// Registers a code and opens the trip behind it, which carries the code.
pub async fn create(app: &App, caller: &Caller, customer: CustomerId, new: NewEntryCode) -> Result<Session, Failure> {
    let (within, retailer, once) = (app.clone(), caller.retailer, caller.once.clone());
    let made = app.change_once(caller, move |c| {
        let (app, new, once) = (within.clone(), new.clone(), once.clone());
        Box::pin(async move {
            let now = app.clock.now();
            let expires_at = judge(c, retailer, &new, now).await?;
            let owner = customers::find(c, retailer, customer).await?;
            let owner = owner.ok_or(Refusal::NotFound("Customer"))?;
            if let Some(once) = &once {
                once.is_about(c, customer).await?;
            }
            refuse_taken(c, retailer, &new).await?;
            register(c, &app, &owner, new, expires_at, now).await
        })
    });
    made.await
}

/// When the code expires, or everything that is wrong with what was said.
async fn judge(
    c: &mut Connection,
    retailer: RetailerId,
    new: &NewEntryCode,
    wall: Moment,
) -> Result<Option<Moment>, Failure> {
    let mut faults = Vec::new();
    let mut now = wall;
    if let Some(id) = new.scannable_at {
        match stores::find(c, retailer, id).await? {
            Some(store) => now = store.now(wall),
            None => faults.push(unknown("storeIdScannableAt")),
        }
    }
    if let Some(token) = &new.referenced
        && sessions::find(c, retailer, token).await?.is_none()
    {
        faults.push(unknown("referencedSessionId"));
    }
    let expires_at = expiry(c, retailer, new.expires, now).await?;
    if expires_at.is_some_and(|moment| moment <= now) {
        faults.push(FieldFault::invalid("expiresAt", "must be in the future"));
    }
    faults.extend(new.error.as_ref().and_then(error_fault));
    if faults.is_empty() { Ok(expires_at) } else { Err(Refusal::Invalid(faults).into()) }
}

fn unknown(field: &str) -> FieldFault {
    FieldFault::invalid(field, "contains an invalid value")
}

/// What is wrong with the report of a card reader, if anything: at most 4 KiB are kept.
pub fn error_fault(error: &Map<String, Value>) -> Option<FieldFault> {
    let is_large = text_of(error).len() > ERROR_BYTES;
    is_large.then(|| FieldFault::invalid("error", "must not be larger than 4 KiB"))
}

fn text_of(error: &Map<String, Value>) -> String {
    serde_json::to_string(error).expect("a JSON value is JSON")
}

/// The retailer's setting is a number of seconds or the word `never`.
pub(super) async fn expiry(
    c: &mut Connection,
    retailer: RetailerId,
    said: Expiry,
    now: Moment,
) -> Result<Option<Moment>, Failure> {
    match said {
        Expiry::Never => return Ok(None),
        Expiry::At(moment) => return Ok(Some(moment)),
        Expiry::Default => {}
    }
    let name = "entryCodes.defaultLifetime";
    let settings = Settings::of(c, retailer).await?;
    let lifetime = settings.get(name, Value::from(DEFAULT_LIFETIME_SECONDS))?;
    match lifetime.as_i64() {
        Some(seconds) if seconds > 0 => Ok(Some(now.plus(Millis(seconds.saturating_mul(1000))))),
        None if lifetime == "never" => Ok(None),
        _ => Err(Failure::broken(format!("the retailer's setting {name} is {lifetime}"))),
    }
}

/// Whoever repeats a call with both a code and a session of their own is told about the code, not about the session.
async fn refuse_taken(c: &mut Connection, retailer: RetailerId, new: &NewEntryCode) -> Result<(), Failure> {
    if let Some(code) = &new.code
        && entry_codes::find(c, retailer, code.as_str()).await?.is_some()
    {
        return Err(code_exists());
    }
    Ok(())
}

/// Registers the code of a customer whom the retailer named when it was asked about the code. It lives as the retailer has
/// set it.
pub(crate) async fn register_resolved(
    c: &mut Connection,
    app: &App,
    owner: &Customer,
    code: EntryCode,
    session: Option<SessionToken>,
) -> Result<Session, Failure> {
    let now = app.clock.now();
    let expires_at = expiry(c, owner.retailer, Expiry::Default, now).await?;
    let new = NewEntryCode { code: Some(code), session, ..NewEntryCode::default() };
    register(c, app, owner, new, expires_at, now).await
}

/// Adds a code to a trip.
pub(crate) async fn insert(c: &mut Connection, new: &NewCode, now: Moment) -> Result<i64, Failure> {
    entry_codes::insert(c, new, now).await.map_err(taken)
}

pub(super) async fn register(
    c: &mut Connection,
    app: &App,
    owner: &Customer,
    new: NewEntryCode,
    expires_at: Option<Moment>,
    now: Moment,
) -> Result<Session, Failure> {
    let random = || app.chance.uuid().to_string();
    let error = new.error.as_ref().map(text_of);
    let code = new.code.unwrap_or_else(|| EntryCode(random()));
    let group_size = new.group_size.filter(|size| *size > 0);
    let trip = NewSession {
        retailer: owner.retailer,
        token: new.session.unwrap_or_else(|| SessionToken(random())),
        customer: owner.id,
        role: owner.role,
        code: code.clone(),
        store_scannable_at: new.scannable_at,
        group_size,
        priority: new.priority.unwrap_or(owner.priority),
        referenced: new.referenced,
        expires_at,
    };
    let trip = sessions::insert(c, &trip, now).await.map_err(taken)?;
    let registered = NewCode {
        retailer: owner.retailer,
        code_hash: code_hash(&app.keys, code.as_str()).to_vec(),
        code,
        session: trip.number,
        customer: owner.id,
        expires_at,
        scannable_at: new.scannable_at,
        group_size,
        error,
    };
    insert(c, &registered, now).await?;
    Ok(trip)
}

fn code_exists() -> Failure {
    Refusal::conflict("Entry code already exists").into()
}

/// The contract's 409 for what the database found taken.
fn taken(error: Error) -> Failure {
    match &error {
        Error::Conflict(key) if key.table == "sessions" => Refusal::conflict("Session already exists").into(),
        Error::Conflict(key) if key.table == "entry_codes" => code_exists(),
        _ => error.into(),
    }
}

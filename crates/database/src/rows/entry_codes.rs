//! Entry codes. A code's text is unique within the retailer for ever; scans look it up by its keyed hash.

use std::collections::BTreeSet;

use aisle_model::entry_code::CodeState;
use aisle_model::{CustomerId, EntryCode, Moment, RetailerId, SessionNumber, StoreId};

use crate::{Connection, Error, Row, Statement, sql};

/// One code.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct CodeRow {
    pub id: i64,
    pub retailer: RetailerId,
    pub code: EntryCode,
    pub session: SessionNumber,
    pub customer: Option<CustomerId>,
    pub state: CodeState,
    pub expires_at: Option<Moment>,
    pub scannable_at: Option<StoreId>,
    pub group_size: Option<i64>,
}

/// A code to be registered.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewCode {
    pub retailer: RetailerId,
    pub code: EntryCode,
    pub code_hash: Vec<u8>,
    pub session: SessionNumber,
    pub customer: CustomerId,
    pub expires_at: Option<Moment>,
    pub scannable_at: Option<StoreId>,
    pub group_size: Option<i64>,
    /// What went wrong at the card reader, JSON, for the registration screen.
    pub error: Option<String>,
}

fn code(row: &Row) -> Result<CodeRow, Error> {
    Ok(CodeRow {
        id: row.get("id")?,
        retailer: row.get("retailer_id")?,
        code: row.get("code")?,
        session: row.get("session_number")?,
        customer: row.get("customer_id")?,
        state: row.get("state")?,
        expires_at: row.get("expires_at")?,
        scannable_at: row.get("store_id_scannable_at")?,
        group_size: row.get("group_size")?,
    })
}

/// Registers a code.
pub async fn insert(c: &mut Connection, new: &NewCode, now: Moment) -> Result<i64, Error> {
    let insert = sql!(
        "insert into entry_codes (retailer_id, code, code_hash, session_number, customer_id, state, expires_at,
             store_id_scannable_at, group_size, error, created_at)
         values ($1, $2, $3, $4, $5, 'registered', $6, $7, $8, $9, $10) returning id",
        new.retailer,
        &new.code,
        new.code_hash.clone(),
        new.session,
        new.customer,
        new.expires_at,
        new.scannable_at,
        new.group_size,
        new.error.clone(),
        now
    );
    c.fetch_one(insert).await?.get("id")
}

/// One code by its text.
pub async fn find(c: &mut Connection, retailer: RetailerId, text: &str) -> Result<Option<CodeRow>, Error> {
    let select = sql!("select * from entry_codes where retailer_id = $1 and code = $2", retailer, text);
    c.fetch_optional(select).await?.as_ref().map(code).transpose()
}

/// Moves a code from one state to another; false when it is no longer in the first.
pub async fn change_state(c: &mut Connection, id: i64, from: CodeState, to: CodeState) -> Result<bool, Error> {
    c.execute_one(sql!("update entry_codes set state = $1 where id = $2 and state = $3", to, id, from)).await
}

/// One code by its keyed hash, locked until the change ends.
pub async fn lock_by_hash(c: &mut Connection, retailer: RetailerId, hash: [u8; 32]) -> Result<Option<CodeRow>, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!(
        "update entry_codes set state = state where retailer_id = $1 and code_hash = $2 returning *",
        retailer,
        hash
    );
    let row = c.fetch_optional(update).await?;
    row.as_ref().map(code).transpose()
}

/// The code of a trip. It is locked until the change ends, and with it those that a retailer accepted for the trip later on.
pub async fn lock_by_session(c: &mut Connection, session: SessionNumber) -> Result<Option<CodeRow>, Error> {
    let update = sql!("update entry_codes set state = state where session_number = $1 returning *", session);
    let rows = c.fetch_all(update).await?;
    let codes = rows.iter().map(code).collect::<Result<Vec<_>, _>>()?;
    Ok(codes.into_iter().min_by_key(|code| code.id))
}

/// Locks the codes of trips, in the order of the trips: a statement over many rows would lock them in any. With the
/// embedded database a change is alone anyway.
pub async fn lock_of_sessions(c: &mut Connection, sessions: &BTreeSet<SessionNumber>) -> Result<(), Error> {
    if c.is_postgres() {
        for session in sessions {
            lock_by_session(c, *session).await?;
        }
    }
    Ok(())
}

/// Trips whose codes may be due to expire, in their order. `store`: those that only this store takes, else those whose time
/// is not told by the clock of one store. A code whose trip an engine is asked about is left alone until the verdict.
pub async fn due(
    c: &mut Connection,
    store: Option<StoreId>,
    now: Moment,
    limit: i64,
) -> Result<BTreeSet<SessionNumber>, Error> {
    let mut select = Statement::build(
        "select session_number from entry_codes where state = 'registered'
             and not exists (select 1 from bind_requests
                 where bind_requests.session_number = entry_codes.session_number and verdict is null)
             and expires_at <= ",
    );
    select.bind(now);
    match store {
        Some(store) => select.push(" and store_id_scannable_at = ").bind(store),
        None => select.push(
            " and not exists (select 1 from stores
                 where stores.id = entry_codes.store_id_scannable_at and stores.clock_set_at is not null)",
        ),
    };
    select.push(" order by expires_at limit ").bind(limit);
    let rows = c.fetch_all(&mut select).await?;
    rows.iter().map(|row| row.get("session_number")).collect()
}

/// Expires the registered codes of trips, unless an engine is asked about the trip; answers the trips whose code did. The
/// caller holds the locks of the codes.
pub async fn expire(
    c: &mut Connection,
    sessions: &BTreeSet<SessionNumber>,
    now: Moment,
) -> Result<Vec<SessionNumber>, Error> {
    let mut update = Statement::build(
        "update entry_codes set state = 'expired' where state = 'registered'
             and not exists (select 1 from bind_requests
                 where bind_requests.session_number = entry_codes.session_number and verdict is null)
             and expires_at <= ",
    );
    update
        .bind(now)
        .push(" and session_number in (")
        .bind_list(sessions.iter().copied())
        .push(") returning session_number");
    let rows = c.fetch_all(&mut update).await?;
    rows.iter().map(|row| row.get("session_number")).collect()
}

/// Takes the customer, and what the card reader said of the card, off the codes of some trips.
pub async fn unlink(c: &mut Connection, sessions: &BTreeSet<SessionNumber>) -> Result<(), Error> {
    if sessions.is_empty() {
        return Ok(());
    }
    let mut update =
        Statement::build("update entry_codes set customer_id = null, error = null where session_number in (");
    update.bind_list(sessions.iter().copied()).push(")");
    c.execute(&mut update).await.map(drop)
}

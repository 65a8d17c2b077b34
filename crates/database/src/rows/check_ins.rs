//! Check-ins: one row per examined code. A row that is `asking` stands for a question to the retailer that is under way;
//! what a crash leaves of them is closed by whoever finds its node dead.

use aisle_model::check_in::{CheckInState, Reason};
use aisle_model::entry::CheckInPlace;
use aisle_model::store::Role;
use aisle_model::{CheckInDeviceId, EventId, Moment, RetailerId, SessionNumber, StoreId, ZoneId};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

/// One examined code.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct CheckIn {
    pub id: i64,
    pub examined: Examined,
    /// The text of a code that nobody knows, sealed, while the retailer is asked about it.
    pub unknown_code: Option<Vec<u8>>,
    pub state: CheckInState,
    pub reason: Option<Reason>,
    /// What the retailer gave as reason.
    pub external_reason: Option<String>,
}

/// What is known of a check-in from its beginning.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Examined {
    pub retailer: RetailerId,
    pub store: StoreId,
    /// The device webhooks name.
    pub device: Option<CheckInDeviceId>,
    pub place: CheckInPlace,
    /// Absent for a code the retailer does not have.
    pub session: Option<SessionNumber>,
    /// Keyed hash of the code; its text is kept with the code alone.
    pub code_hash: Vec<u8>,
    /// Role in force, once it was judged.
    pub role: Option<Role>,
    /// Places reserved for it.
    pub places: i64,
    /// Store clock.
    pub scanned_at: Moment,
    pub scan_event: Option<EventId>,
    pub node: String,
    /// Server clock.
    pub started_at: Moment,
}

fn check_in(row: &Row) -> Result<CheckIn, Error> {
    let reason = row
        .get::<Option<i64>>("reason")?
        .map(|code| Reason::try_from(code).map_err(|error| row.corrupt("reason", error)));
    let examined = Examined {
        retailer: row.get("retailer_id")?,
        store: row.get("store_id")?,
        device: row.get("device_id")?,
        place: row.get::<Json<_>>("place")?.0,
        session: row.get("session_number")?,
        code_hash: row.get("code_hash")?,
        role: row.get("role")?,
        places: row.get("places")?,
        scanned_at: row.get("scanned_at")?,
        scan_event: row.get("scan_event_id")?,
        node: row.get("node")?,
        started_at: row.get("started_at")?,
    };
    Ok(CheckIn {
        id: row.get("id")?,
        examined,
        unknown_code: row.get("unknown_code")?,
        state: row.get("state")?,
        reason: reason.transpose()?,
        external_reason: row.get("external_reason")?,
    })
}

/// Adds a check-in that has ended: accepted, or refused for a reason.
pub async fn insert(
    c: &mut Connection,
    new: &Examined,
    state: CheckInState,
    reason: Option<Reason>,
) -> Result<(), Error> {
    c.execute(insertion(new, state, reason, None)).await.map(drop)
}

/// Adds a check-in that is asking and answers its id; `None` while another one asks about the same code.
pub async fn begin(c: &mut Connection, new: &Examined, unknown_code: Option<Vec<u8>>) -> Result<Option<i64>, Error> {
    let mut insert = insertion(new, CheckInState::Asking, None, unknown_code);
    insert.push(" on conflict (retailer_id, code_hash) where state = 'asking' do nothing returning id");
    let row = c.fetch_optional(&mut insert).await?;
    row.map(|row| row.get("id")).transpose()
}

fn insertion(new: &Examined, state: CheckInState, reason: Option<Reason>, unknown_code: Option<Vec<u8>>) -> Statement {
    let ended_at = (state != CheckInState::Asking).then_some(new.started_at);
    sql!(
        "insert into check_ins (retailer_id, store_id, device_id, place, session_number, code_hash, state, reason, role,
             places, scanned_at, scan_event_id, node, started_at, ended_at, unknown_code)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        new.retailer,
        new.store,
        new.device,
        json_text(&new.place),
        new.session,
        new.code_hash.clone(),
        state,
        reason.map(Reason::code),
        new.role,
        new.places,
        new.scanned_at,
        new.scan_event,
        &new.node,
        new.started_at,
        ended_at,
        unknown_code
    )
}

/// Whether a retailer is being asked about a code.
pub async fn is_asking(c: &mut Connection, retailer: RetailerId, code_hash: [u8; 32]) -> Result<bool, Error> {
    let select = sql!(
        "select id from check_ins where retailer_id = $1 and code_hash = $2 and state = 'asking'",
        retailer,
        code_hash
    );
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Whether a check-in is still asking. Who locked the stream of its store may rely on the answer.
pub async fn is_open(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(c.fetch_optional(sql!("select id from check_ins where id = $1 and state = 'asking'", id)).await?.is_some())
}

/// Notes the trip that a retailer named for a code nobody knew, and how it was judged.
pub async fn name_trip(c: &mut Connection, id: i64, examined: &Examined) -> Result<(), Error> {
    let update = sql!(
        "update check_ins set session_number = $1, role = $2, places = $3 where id = $4",
        examined.session,
        examined.role,
        examined.places,
        id
    );
    c.execute(update).await.map(drop)
}

/// Ends a check-in that is asking, and keeps its row locked until the change ends. False when it has ended already.
pub async fn end(
    c: &mut Connection,
    id: i64,
    state: CheckInState,
    reason: Option<Reason>,
    external_reason: Option<&str>,
    now: Moment,
) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update check_ins set state = $1, reason = $2, external_reason = $3, ended_at = $4, unknown_code = null
         where id = $5 and state = 'asking'",
        state,
        reason.map(Reason::code),
        external_reason.map(str::to_owned),
        now,
        id
    ))
    .await
}

/// The check-in of a scan, if it was examined already.
pub async fn find_by_scan(c: &mut Connection, store: StoreId, event: EventId) -> Result<Option<CheckIn>, Error> {
    let select = sql!("select * from check_ins where store_id = $1 and scan_event_id = $2", store, event);
    let row = c.fetch_optional(select).await?;
    row.as_ref().map(check_in).transpose()
}

/// Check-ins that are asking although nobody can be waiting for the answer: their node is not among the living, or they
/// began before a moment. Oldest first.
pub async fn abandoned(
    c: &mut Connection,
    living: &[String],
    before: Moment,
    limit: i64,
) -> Result<Vec<CheckIn>, Error> {
    let mut select = Statement::build("select * from check_ins where state = 'asking' and (started_at < ");
    select.bind(before).push(" or node not in (");
    select.bind_list(living).push(")) order by id limit ").bind(limit);
    c.fetch_all(&mut select).await?.iter().map(check_in).collect()
}

/// The place of the check-in that brought a session in; `None` when a person put somebody on it without one.
pub async fn accepted_place(c: &mut Connection, session: SessionNumber) -> Result<Option<CheckInPlace>, Error> {
    let select = sql!(
        "select id, place from check_ins where session_number = $1 and state = 'accepted' order by id limit 1",
        session
    );
    let row = c.fetch_optional(select).await?;
    row.map(|row| Ok(row.get::<Json<_>>("place")?.0)).transpose()
}

/// How many visitors stand in a zone, as of the last facts.
pub async fn visitors_in_zone(c: &mut Connection, store: StoreId, zone: &ZoneId) -> Result<i64, Error> {
    let select = sql!(
        "select shopper_id, zone_ids from shoppers
         where store_id = $1 and left_at is null and state = 'visitor' limit 100000",
        store
    );
    let mut standing = 0;
    for row in c.fetch_all(select).await? {
        let zones: Vec<ZoneId> = row.get::<Json<_>>("zone_ids")?.0;
        standing += i64::from(zones.contains(zone));
    }
    Ok(standing)
}

/// Forgets check-ins of a store that ended before a moment; answers how many.
pub async fn delete_ended(c: &mut Connection, store: StoreId, before: Moment, limit: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from check_ins where id in
             (select id from check_ins where store_id = $1 and ended_at < $2 order by ended_at limit $3)",
        store,
        before,
        limit
    );
    c.execute(delete).await
}

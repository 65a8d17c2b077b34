//! People in stores, one row per person and visit.

use aisle_model::store::{Role, ShopperFlag, ShopperMark, ShopperState};
use aisle_model::{GateId, Moment, SessionNumber, ShopperId, StoreId, TrackId, VisitorSessionId, ZoneId};

use crate::ids::{Json, json_text};
use crate::{Connection, Error, Row, Statement, sql};

/// One person on one visit.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of the contract's Shopper")]
pub struct Shopper {
    pub id: ShopperId,
    pub store: StoreId,
    pub state: ShopperState,
    pub role: Role,
    pub session: Option<SessionNumber>,
    /// The provisional session; absent once registered.
    pub visitor_session: Option<VisitorSessionId>,
    pub tracks: Vec<TrackId>,
    /// Last known place, metres.
    pub position: Option<(f64, f64)>,
    pub zones: Vec<ZoneId>,
    pub flags: Vec<ShopperFlag>,
    pub interactions: i64,
    pub restricted_interactions: i64,
    pub marks: Vec<ShopperMark>,
    pub entered_at: Moment,
    pub entered_gate: Option<GateId>,
    /// Absent while inside. Somebody who waits before the gate on a session has not come in: it says since when.
    pub left_at: Option<Moment>,
    pub last_seen_at: Moment,
}

/// Reads a row of `shoppers`.
pub fn shopper(row: &Row) -> Result<Shopper, Error> {
    let position: (Option<f64>, Option<f64>) = (row.get("x")?, row.get("y")?);
    Ok(Shopper {
        id: row.get("shopper_id")?,
        store: row.get("store_id")?,
        state: row.get("state")?,
        role: row.get("role")?,
        session: row.get("session_number")?,
        visitor_session: row.get("visitor_session_id")?,
        tracks: row.get::<Json<_>>("track_ids")?.0,
        position: position.0.zip(position.1),
        zones: row.get::<Json<_>>("zone_ids")?.0,
        flags: row.get::<Json<_>>("flags")?.0,
        interactions: row.get("interactions")?,
        restricted_interactions: row.get("restricted_interactions")?,
        marks: row.get::<Json<_>>("marks")?.0,
        entered_at: row.get("entered_at")?,
        entered_gate: row.get("entered_gate_id")?,
        left_at: row.get("left_at")?,
        last_seen_at: row.get("last_seen_at")?,
    })
}

/// One person of a store.
pub async fn find(c: &mut Connection, store: StoreId, id: &ShopperId) -> Result<Option<Shopper>, Error> {
    let select = sql!("select * from shoppers where store_id = $1 and shopper_id = $2", store, id);
    c.fetch_optional(select).await?.as_ref().map(shopper).transpose()
}

/// Everybody of some trips.
pub async fn of_sessions(c: &mut Connection, sessions: &[SessionNumber]) -> Result<Vec<Shopper>, Error> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build("select * from shoppers where session_number in (");
    select.bind_list(sessions.iter().copied()).push(") order by entered_at, shopper_id");
    c.fetch_all(&mut select).await?.iter().map(shopper).collect()
}

/// Saves a person, new or known.
pub async fn save(c: &mut Connection, shopper: &Shopper) -> Result<(), Error> {
    let upsert = sql!(
        "insert into shoppers (shopper_id, store_id, state, role, session_number, visitor_session_id, track_ids, x, y,
             zone_ids, flags, interactions, restricted_interactions, marks, entered_at, entered_gate_id, left_at,
             last_seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         on conflict (shopper_id) do update set state = excluded.state, role = excluded.role,
             session_number = excluded.session_number, visitor_session_id = excluded.visitor_session_id,
             track_ids = excluded.track_ids, x = excluded.x, y = excluded.y, zone_ids = excluded.zone_ids,
             flags = excluded.flags, interactions = excluded.interactions,
             restricted_interactions = excluded.restricted_interactions, marks = excluded.marks,
             entered_at = excluded.entered_at, entered_gate_id = excluded.entered_gate_id, left_at = excluded.left_at,
             last_seen_at = excluded.last_seen_at",
        &shopper.id,
        shopper.store,
        shopper.state,
        shopper.role,
        shopper.session,
        shopper.visitor_session,
        json_text(&shopper.tracks),
        shopper.position.map(|(x, _)| x),
        shopper.position.map(|(_, y)| y),
        json_text(&shopper.zones),
        json_text(&shopper.flags),
        shopper.interactions,
        shopper.restricted_interactions,
        json_text(&shopper.marks),
        shopper.entered_at,
        shopper.entered_gate,
        shopper.left_at,
        shopper.last_seen_at
    );
    c.execute(upsert).await.map(drop)
}

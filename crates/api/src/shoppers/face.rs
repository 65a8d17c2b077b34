//! A person as the contract shows one.

use aisle_model::store::{Role, ShopperFlag, ShopperMark, ShopperState};
use aisle_model::{CustomerId, GateId, SessionToken, ShopperId, TrackId, VisitorSessionId, ZoneId};
use aisle_operations::shoppers::{Candidate, ShopperView};
use aisle_partners::bodies::Printed;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShopperFace {
    shopper_id: ShopperId,
    state: ShopperState,
    role: Role,
    session_id: Option<SessionToken>,
    visitor_session_id: Option<VisitorSessionId>,
    customer_id: Option<CustomerId>,
    track_ids: Vec<TrackId>,
    position: Option<PointFace>,
    zone_ids: Vec<ZoneId>,
    shopper_flags: Vec<ShopperFlag>,
    interactions_count: i64,
    restricted_interactions_count: i64,
    marks: Vec<ShopperMark>,
    entered_at: Printed,
    entered_gate_id: Option<GateId>,
    left_at: Option<Printed>,
    last_seen_at: Printed,
    match_candidates: Vec<CandidateFace>,
}

/// Metres.
#[derive(Serialize)]
struct PointFace {
    x: f64,
    y: f64,
    z: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CandidateFace {
    shopper_id: ShopperId,
    session_id: SessionToken,
    score: f64,
    basis: String,
}

impl From<Candidate> for CandidateFace {
    fn from(candidate: Candidate) -> Self {
        Self {
            shopper_id: candidate.shopper,
            session_id: candidate.session,
            score: candidate.score,
            basis: candidate.basis,
        }
    }
}

impl From<ShopperView> for ShopperFace {
    fn from(view: ShopperView) -> Self {
        let shopper = view.shopper;
        Self {
            shopper_id: shopper.id,
            state: shopper.state,
            role: shopper.role,
            session_id: view.session,
            visitor_session_id: shopper.visitor_session,
            customer_id: view.customer,
            track_ids: shopper.tracks,
            // People are followed on the floor.
            position: shopper.position.map(|(x, y)| PointFace { x, y, z: 0.0 }),
            zone_ids: shopper.zones,
            shopper_flags: shopper.flags,
            interactions_count: shopper.interactions,
            restricted_interactions_count: shopper.restricted_interactions,
            marks: shopper.marks,
            entered_at: shopper.entered_at.into(),
            entered_gate_id: shopper.entered_gate,
            left_at: shopper.left_at.map(Into::into),
            last_seen_at: shopper.last_seen_at.into(),
            match_candidates: view.candidates.into_iter().map(Into::into).collect(),
        }
    }
}

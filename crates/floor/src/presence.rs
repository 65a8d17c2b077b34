//! Who is inside right now, for questions that are answered from memory.

use aisle_model::entry::SessionRef;
use aisle_model::floor_map::FloorPoint;
use aisle_model::store::{ShopperMark, ShopperState};
use aisle_model::{GateId, Moment, ShopperId, TrackId, VisitorSessionId, ZoneId};

use crate::Floor;
use crate::person::Person;
use crate::spot::Spot;

/// Somebody inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence<'a> {
    pub shopper: &'a ShopperId,
    pub visitor_session: VisitorSessionId,
    pub state: ShopperState,
    pub session: Option<&'a SessionRef>,
    pub tracks: &'a [TrackId],
    /// The last believed position, metres; absent for somebody without a track.
    pub position: Option<FloorPoint>,
    /// When they were seen last.
    pub seen_at: Moment,
    /// Coming in, or first sight.
    pub since: Moment,
    /// The gate they came in by.
    pub gate: Option<GateId>,
    pub marks: &'a [ShopperMark],
    /// The zones they are in, in the order of the plan.
    pub zones: Vec<&'a ZoneId>,
}

impl Floor {
    /// Everybody who counts as inside, in the order in which they were first seen.
    pub fn people_inside(&self) -> impl Iterator<Item = Presence<'_>> {
        let inside = self.people.iter().filter(|person| person.is_inside());
        inside.map(|person| self.presence(person))
    }

    fn presence<'a>(&'a self, person: &'a Person) -> Presence<'a> {
        let planned = |zone: usize| self.plan.as_ref()?.zones.get(zone);
        let zones = person.sight.zones.inside();
        Presence {
            shopper: &person.shopper,
            visitor_session: person.visitor_session,
            state: person.state(),
            session: person.session(),
            tracks: &person.tracks,
            position: person.sight.last.map(|last| Spot::metres(last.spot)),
            seen_at: person.sight.seen_at,
            since: person.since,
            gate: person.came.map(|came| came.gate),
            marks: &person.marks,
            zones: zones.filter_map(|at| Some(&planned(at.index())?.id)).collect(),
        }
    }
}

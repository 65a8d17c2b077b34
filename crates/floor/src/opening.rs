//! Whether the store is open, and what closing and decommissioning do to those who are still inside.
//!
//! Closing forbids check-ins, which is no business of the engine; an hour later whoever is inside and does not work here
//! was missed by perception. Maintenance is neither closing nor opening: people go on and out, an hour that runs runs on.

use aisle_model::floor_map::FloorPlan;
use aisle_model::store::{DeploymentStatus, ShopperState, StoreStatus};
use aisle_model::{Millis, Moment};
use serde::{Deserialize, Serialize};

use crate::time::Waiting;
use crate::{Fact, Floor, LeftBecause};

/// So long after closing people may take to go out.
const STAY_AFTER_CLOSING: Millis = Millis(3_600_000);

/// What the store's status means for those inside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Opening {
    #[default]
    Open,
    /// Closed; whoever is inside then is lost.
    Closed { empty_at: Moment },
    /// Closed for longer than anybody stays.
    Emptied,
    /// Decommissioned: nothing happens here any more.
    Over,
}

impl Opening {
    fn after(self, plan: &FloorPlan) -> Self {
        match (self, plan.deployment, plan.status) {
            (Self::Over, ..) | (_, DeploymentStatus::Decommissioned, _) => Self::Over,
            (_, _, StoreStatus::Open) => Self::Open,
            (Self::Open, _, StoreStatus::Closed) => Self::Closed { empty_at: plan.at.plus(STAY_AFTER_CLOSING) },
            (opening, ..) => opening,
        }
    }

    /// When the store must be empty.
    pub const fn due(self) -> Option<Moment> {
        match self {
            Self::Closed { empty_at } => Some(empty_at),
            Self::Open | Self::Emptied | Self::Over => None,
        }
    }

    pub const fn is_over(self) -> bool {
        matches!(self, Self::Over)
    }
}

impl Floor {
    /// Takes over the status of a new plan.
    pub(crate) fn open_or_close(&mut self, plan: &FloorPlan, facts: &mut Vec<Fact>) {
        let was_over = self.opening.is_over();
        self.opening = self.opening.after(plan);
        if self.opening.is_over() && !was_over {
            self.give_up_store(plan.at, facts);
        }
    }

    /// The hour after closing is over.
    pub(crate) fn empty_after_closing(&mut self, now: Moment, facts: &mut Vec<Fact>) {
        self.opening = Opening::Emptied;
        for (number, gone_at) in self.inside(now, |state| state != ShopperState::Employee) {
            self.lose(number, gone_at, facts);
        }
    }

    /// Nobody comes in or goes out any more: places end, everybody is gone, and so all trips end. Nobody is asked to
    /// review them, for that would hold them open.
    fn give_up_store(&mut self, at: Moment, facts: &mut Vec<Fact>) {
        self.waiting = Waiting::default();
        self.unnamed.clear();
        self.end_all_places(at, facts);
        for (number, gone_at) in self.inside(at, |_| true) {
            self.leave(number, gone_at, None, LeftBecause::Lost, facts);
        }
        for number in self.people.numbers() {
            self.leave_before_gate(number, at, facts);
        }
    }

    pub(crate) fn end_all_places(&mut self, at: Moment, facts: &mut Vec<Fact>) {
        while let Some(reservation) = self.places.take_due() {
            self.end_places(&reservation, at, facts);
        }
    }

    /// Who is inside and when they were last seen; somebody without a track is as good as seen now.
    fn inside(&self, now: Moment, fits: impl Fn(ShopperState) -> bool) -> Vec<(u64, Moment)> {
        let people = self.people.iter().filter(|p| p.is_inside() && fits(p.state()));
        let last_seen = people.map(|p| (p.number, if p.is_tracked() { p.sight.seen_at } else { now }));
        last_seen.collect()
    }
}

//! Who counts as what: the change of a store's occupancy that a batch of facts comes to.

use aisle_database::rows::shoppers::Shopper;
use aisle_database::rows::stores::Occupancy;
use aisle_model::store::{Role, ShopperState};

/// What is added to the counts of a store.
#[derive(Debug, Default)]
pub(super) struct Presence {
    customers: i64,
    visitors: i64,
    employees: i64,
    testers: i64,
    reserved: i64,
}

impl Presence {
    /// Counts a person as they are now, `by` times: taken out before a change of their row and put in after it.
    pub fn count(&mut self, shopper: &Shopper, by: i64) {
        if shopper.left_at.is_some() {
            return;
        }
        *match (shopper.state, shopper.role) {
            (ShopperState::Employee, _) | (_, Role::Employee) => &mut self.employees,
            (ShopperState::Registered, Role::Tester) => &mut self.testers,
            (ShopperState::Registered, _) => &mut self.customers,
            (ShopperState::Visitor | ShopperState::Left | ShopperState::Lost, _) => &mut self.visitors,
        } += by;
    }

    /// Places that are held from now on, or given back.
    pub const fn reserve(&mut self, places: i64) {
        self.reserved += places;
    }

    /// The change; `None` when nothing changes.
    pub const fn change(&self) -> Option<Occupancy> {
        let nothing =
            self.customers == 0 && self.visitors == 0 && self.employees == 0 && self.testers == 0 && self.reserved == 0;
        if nothing {
            return None;
        }
        Some(Occupancy {
            customers: self.customers,
            visitors: self.visitors,
            employees: self.employees,
            testers: self.testers,
            reserved: self.reserved,
        })
    }
}

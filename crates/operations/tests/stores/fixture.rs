//! A server's parts over a fresh database, with one retailer, and what tests say often.

use aisle_database::Database;
use aisle_model::entry::{EntryBody, ServerEntry};
use aisle_model::floor_map::{DeviceKind, FloorPlan, ZoneLabel};
use aisle_model::{Millis, Moment, StoreId};
use aisle_operations::check_in_devices::DeviceFields;
use aisle_operations::stores::Store;
use aisle_operations::zones::StoredZone;
use aisle_operations::{App, Caller, stores, zones};
pub use aisle_testkit::{START, assert_absent, assert_conflict, corner as named, faults, gate, map_with, square};

pub struct Fixture {
    pub app: App,
    pub caller: Caller,
}

pub async fn fixture(database: Database) -> Fixture {
    let app = aisle_testkit::app(database);
    let caller = aisle_testkit::retailer(&app, "corner").await;
    Fixture { app, caller }
}

impl Fixture {
    pub async fn store(&self, name: &str) -> Store {
        stores::create(&self.app, &self.caller, named(name)).await.unwrap()
    }

    pub async fn zone(&self, store: StoreId, labels: &[ZoneLabel]) -> StoredZone {
        let new = square(None, labels);
        zones::create(&self.app, &self.caller, store, new).await.unwrap()
    }

    /// A caller of another retailer.
    pub async fn stranger(&self) -> Caller {
        aisle_testkit::retailer(&self.app, "other").await
    }

    pub fn later(&self) -> Moment {
        self.app.clock.advance(Millis(1000));
        self.app.clock.now()
    }

    /// The plans in the stream of a store, oldest first.
    pub async fn plans(&self, store: StoreId) -> Vec<FloorPlan> {
        let mut plans = Vec::new();
        for entry in aisle_testkit::entries(&self.app, store).await {
            if let EntryBody::Server(ServerEntry::Planned(plan)) = entry {
                plans.push(*plan);
            }
        }
        plans
    }
}

pub fn device(kind: DeviceKind) -> DeviceFields {
    DeviceFields { kind, gate: None, ..aisle_testkit::reader() }
}

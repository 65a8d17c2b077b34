//! An open store with a gate and a reader, and events for it.

use aisle_database::{Database, rows};
use aisle_model::event::{CodeScanned, Direction, EventKind};
use aisle_model::{CheckInDeviceId, Millis, Offset, StoreId};
use aisle_operations::stream::{Decision, Entries, Incoming, Ingest, read_entries};
use aisle_operations::{App, Caller, Failure};
use aisle_testkit::furnished;
pub use aisle_testkit::{START, heartbeat, incoming, open_store as add_store};

pub const ACCEPTED: Decision = Decision::Accepted { ignored: false, late: false };

pub struct World {
    pub app: App,
    pub caller: Caller,
    pub store: StoreId,
    pub device: CheckInDeviceId,
}

pub async fn world(database: Database) -> World {
    let shop = furnished(aisle_testkit::app(database)).await;
    World { app: shop.app, caller: shop.caller, store: shop.store, device: shop.device }
}

impl World {
    pub async fn ingest(&self) -> Ingest {
        Ingest::open(&self.app, &self.caller, self.store).await.unwrap()
    }

    pub async fn send(&self, events: Vec<Incoming>) -> Vec<Decision> {
        let appended = self.ingest().await.append(&self.app, events).await;
        appended.unwrap().decisions
    }

    pub async fn entries(&self, after: Offset) -> Entries {
        let store = self.store;
        let read = self.app.database.read(move |c| Box::pin(async move { read_entries(c, store, after).await }));
        let entries: Result<Entries, Failure> = read.await;
        entries.unwrap()
    }

    pub async fn newest(&self) -> Offset {
        let store = self.store;
        let read = self
            .app
            .database
            .read(move |c| Box::pin(async move { rows::streams::state(c, store).await.map_err(Failure::from) }));
        read.await.unwrap().newest
    }
}

/// An event with its own id and `seq`, so many milliseconds after the start.
pub fn event(number: u64, millis: i64, body: EventKind) -> Incoming {
    incoming(aisle_testkit::event(number, millis, body))
}

pub fn crossed(direction: Direction) -> EventKind {
    aisle_testkit::crossed(direction, None)
}

pub fn positions(track: &str, y: f64) -> EventKind {
    aisle_testkit::positions(&[(track, (0.5, y))])
}

pub fn settled(millis: i64, lost: Vec<(u64, u64)>) -> EventKind {
    aisle_testkit::settled(START.plus(Millis(millis)), lost)
}

pub fn scan(device: CheckInDeviceId) -> EventKind {
    EventKind::CodeScanned(CodeScanned {
        device,
        code_hash: "00".to_owned(),
        medium: "qr".to_owned(),
        group_size: None,
    })
}

//! Stores that close while somebody is inside.

use aisle_database::rows;
use aisle_database::testing::{TestDatabase, open_postgres, open_sqlite};
use aisle_model::event::{Direction, EventKind, GateCrossed, StoreEvent};
use aisle_model::session::SessionStatus;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{EventId, GateId, Millis, SessionToken, SourceName};
use aisle_operations::stores::{self, StoreEdit};
use aisle_operations::stream::Ingest;
use aisle_operations::{Failure, Refusal};

use crate::world::{Node, START, World, app_over, eventually, handle_for_node, world};

impl World {
    async fn set(&self, edit: StoreEdit) {
        stores::update(&self.app, &self.caller, self.store, edit).await.unwrap();
    }

    async fn status_of(&self, token: &SessionToken) -> SessionStatus {
        let (retailer, token) = (self.caller.retailer, token.clone());
        let read =
            self.app.database.read(move |c| Box::pin(async move { rows::sessions::find(c, retailer, &token).await }));
        read.await.unwrap().unwrap().status
    }

    /// Whether the engine has acted up to so many milliseconds after the start.
    async fn has_reached(&self, millis: i64) -> bool {
        let (store, moment) = (self.store, START.plus(Millis(millis)));
        let read = self.app.database.read(move |c| Box::pin(rows::streams::state(c, store)));
        read.await.unwrap().store_time.is_some_and(|time| time >= moment)
    }

    async fn counted(&self) -> (i64, i64) {
        let store = self.store;
        let read = self.app.database.read(move |c| Box::pin(rows::stores::occupancy(c, store, false)));
        let occupancy = read.await.unwrap();
        (occupancy.inside(), occupancy.reserved)
    }
}

/// Nobody sees them afterwards, so nothing but the store itself ends their visit for a day.
fn came_through_the_turnstile() -> StoreEvent {
    StoreEvent {
        event_id: EventId(uuid::Uuid::from_u128(1)),
        at: START.plus(Millis(1_000)),
        source: SourceName("turnstile".to_owned()),
        seq: None,
        supersedes: None,
        body: EventKind::GateCrossed(GateCrossed {
            gate_id: GateId(1),
            direction: Direction::In,
            track_id: None,
            forced: false,
        }),
        more: serde_json::Map::new(),
    }
}

/// A world in which one customer has just come in and another is expected, and a node that runs it.
async fn one_inside(test: &TestDatabase) -> (World, Node, [SessionToken; 2]) {
    let world = world(test.database.clone()).await;
    let (clock, nudges) = (world.app.clock.clone(), world.app.nudges.clone());
    let node = Node::start(&app_over(handle_for_node(test).await, clock, nudges, "back"));
    let inside = world.check_in().await;
    world.app.clock.advance(Millis(2_000));
    world.send(vec![came_through_the_turnstile()], 1).await;
    eventually("coming in", || async { world.messages("transitionEntered").await.len() == 1 }).await;
    let expected = world.check_in().await;
    (world, node, [inside, expected])
}

async fn decommissioning_ends_all_trips(test: TestDatabase) {
    let (world, node, [inside, expected]) = one_inside(&test).await;
    let mut ingest = Ingest::open(&world.app, &world.caller, world.store).await.unwrap();
    world.set(StoreEdit { deployment_status: Some(DeploymentStatus::Decommissioned), ..StoreEdit::default() }).await;
    eventually("the end", || async { world.messages("transitionLeft").await.len() == 1 }).await;
    assert_eq!(world.status_of(&inside).await, SessionStatus::Completed);
    assert_eq!(world.status_of(&expected).await, SessionStatus::Expired);
    assert_eq!(world.counted().await, (0, 0));
    let is_refused = |failure: Failure| {
        let conflict = Refusal::conflict("Store is decommissioned");
        assert_eq!(failure.to_string(), Failure::from(conflict).to_string());
    };
    is_refused(Ingest::open(&world.app, &world.caller, world.store).await.err().unwrap());
    world.app.clock.advance(Millis(1_000));
    is_refused(ingest.append(&world.app, Vec::new()).await.err().unwrap());
    node.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn decommissioning_ends_all_trips_on_sqlite() {
    decommissioning_ends_all_trips(open_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn decommissioning_ends_all_trips_on_postgres() {
    decommissioning_ends_all_trips(open_postgres().await).await;
}

async fn nobody_stays_an_hour_after_closing(test: TestDatabase) {
    let (world, node, [inside, _]) = one_inside(&test).await;
    let to = |status| StoreEdit { status: Some(status), ..StoreEdit::default() };
    world.set(to(StoreStatus::Closed)).await;
    world.app.clock.advance(Millis(3_000_000));
    eventually("nearly an hour", || world.has_reached(3_000_000)).await;
    world.set(to(StoreStatus::Open)).await;
    world.set(to(StoreStatus::Closed)).await;
    world.app.clock.advance(Millis(3_590_000));
    eventually("nearly an hour once more", || world.has_reached(6_590_000)).await;
    assert_eq!(world.status_of(&inside).await, SessionStatus::Active);
    world.app.clock.advance(Millis(15_000));
    eventually("the end", || async { world.messages("transitionLeft").await.len() == 1 }).await;
    assert_eq!(world.status_of(&inside).await, SessionStatus::Completed);
    assert_eq!(world.counted().await, (0, 0));
    node.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stays_an_hour_after_closing_on_sqlite() {
    nobody_stays_an_hour_after_closing(open_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stays_an_hour_after_closing_on_postgres() {
    nobody_stays_an_hour_after_closing(open_postgres().await).await;
}

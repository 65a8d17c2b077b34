//! Facts and the cursor behind them: written once, by the holder of the lease only.

use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_database::testing::on_both_databases;
use aisle_floor::Fact;
use aisle_model::event::Direction;
use aisle_model::store::StoreStatus;
use aisle_model::{Millis, Offset, ShopperId, SourceName, StoreClock, VisitorSessionId};
use aisle_operations::Failure;
use aisle_operations::floor::{Applied, Batch, EntryFacts, apply_facts};

use crate::fixture::{START, World, crossed, event, heartbeat, world};

async fn lease(world: &World) -> i64 {
    let change = world.app.database.change(|c| {
        Box::pin(async move {
            rows::nodes::beat(c, "test", None).await?;
            let epoch = rows::leases::take(c, "runner:1", "test", START).await?;
            Ok::<_, Failure>(epoch.unwrap())
        })
    });
    change.await.unwrap()
}

fn batch(world: &World, epoch: i64, from: i64, facts: Vec<Fact>) -> Batch {
    let offset = Offset(from + 1);
    Batch {
        store: world.store,
        lease: "runner:1".to_owned(),
        epoch,
        from: Offset(from),
        to: offset,
        store_time: Some(START),
        settled_up_to: None,
        facts: vec![EntryFacts { offset, facts }],
    }
}

async fn store(world: &World) -> Store {
    let id = world.store;
    let read = world
        .app
        .database
        .read(move |c| Box::pin(async move { rows::stores::find_any(c, id).await.map_err(Failure::from) }));
    read.await.unwrap().unwrap()
}

async fn visitors(world: &World) -> i64 {
    let id = world.store;
    let read = world.app.database.read(move |c| {
        Box::pin(async move {
            let occupancy = rows::stores::occupancy(c, id, false).await;
            occupancy.map_err(Failure::from)
        })
    });
    read.await.unwrap().visitors
}

fn came_in() -> Fact {
    Fact::CameIn {
        shopper: ShopperId("100000000000001".to_owned()),
        visitor_session: VisitorSessionId(uuid::Uuid::from_u128(7)),
        tracks: Vec::new(),
        gate: None,
        at: START,
        position: None,
        marks: Vec::new(),
    }
}

#[tokio::test]
async fn a_batch_is_written_once_and_only_by_the_holder() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        world.send(vec![event(1, 0, crossed(Direction::In))]).await;
        let epoch = lease(&world).await;
        let facts = batch(&world, epoch, 0, vec![came_in()]);
        let written = apply_facts(&world.app, facts.clone()).await.unwrap();
        assert_eq!(written, Applied::Yes);
        assert_eq!(visitors(&world).await, 1);
        let again = apply_facts(&world.app, facts).await.unwrap();
        assert_eq!(again, Applied::NotOurs);
        let newer = lease(&world).await;
        assert_eq!(newer, epoch + 1);
        let stale = batch(&world, epoch, 1, vec![came_in()]);
        let refused = apply_facts(&world.app, stale).await.unwrap();
        assert_eq!(refused, Applied::NotOurs);
        assert_eq!(visitors(&world).await, 1);
    })
    .await;
}

#[tokio::test]
async fn when_a_row_was_changed_is_told_by_the_servers_clock() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let before = store(&world).await;
        let ahead = StoreClock { set_at: START, showed: START.plus(Millis(90 * 86_400_000)), rate: 60.0 };
        let change = world.app.database.change(move |c| {
            let ahead = Store { clock: Some(ahead), ..before.clone() };
            Box::pin(async move { rows::stores::save(c, &ahead, START).await.map_err(Failure::from) })
        });
        assert!(change.await.unwrap());
        world.app.clock.advance(Millis(1_000));
        let now = world.app.clock.now();
        world.send(vec![event(1, 90 * 86_400_000, heartbeat())]).await;
        let epoch = lease(&world).await;
        let inside = Fact::EmployeesInside { count: 1, at: now };
        let written = apply_facts(&world.app, batch(&world, epoch, 0, vec![came_in(), inside])).await;
        assert_eq!(written.unwrap(), Applied::Yes);
        assert_eq!(store(&world).await.updated_at, now);
    })
    .await;
}

#[tokio::test]
async fn a_store_without_eyes_closes_and_opens_again_by_itself() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        world.send(vec![event(1, 0, heartbeat())]).await;
        let epoch = lease(&world).await;
        let before = store(&world).await.status;
        let source = || SourceName("vision".to_owned());
        let lost = Fact::SourceLost { source: source(), required: true, at: START };
        let written = apply_facts(&world.app, batch(&world, epoch, 0, vec![lost])).await;
        assert_eq!(written.unwrap(), Applied::Yes);
        let closed = store(&world).await;
        assert_eq!(closed.status, StoreStatus::ClosedForMaintenance);
        assert_eq!(closed.status_reason.as_deref(), Some("perceptionLost"));
        let recovered = Fact::SourceRecovered { source: source(), required: true, at: START };
        let written = apply_facts(&world.app, batch(&world, epoch, 1, vec![recovered])).await;
        assert_eq!(written.unwrap(), Applied::Yes);
        let open = store(&world).await;
        assert_eq!((open.status, open.status_reason), (before, None));
    })
    .await;
}

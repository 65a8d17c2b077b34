//! Runners that are killed again and again.

use std::time::Duration;

use aisle_database::rows;
use aisle_database::testing::{TestDatabase, open_postgres, open_sqlite};
use aisle_model::session::SessionStatus;
use aisle_model::{Millis, SessionToken};

use crate::world::{Node, START, World, app_over, eventually, handle_for_node, visit, world};

const TRIPS: u128 = 12;

#[allow(clippy::disallowed_methods, reason = "the task is awaited below")]
/// Sends trips while nodes are killed, then lets one finish.
async fn check(test: TestDatabase, batch: usize) {
    let world = world(test.database.clone()).await;
    let (over, killed) = tokio::sync::oneshot::channel::<()>();
    let nodes = {
        let (clock, nudges) = (world.app.clock.clone(), world.app.nudges.clone());
        let handles = [
            handle_for_node(&test).await,
            handle_for_node(&test).await,
            handle_for_node(&test).await,
            handle_for_node(&test).await,
        ];
        tokio::spawn(async move {
            for (place, database) in handles.into_iter().enumerate() {
                let app = app_over(database, clock.clone(), nudges.clone(), "back");
                let node = Node::start(&app);
                tokio::time::sleep(Duration::from_millis(150 + 130 * place as u64)).await;
                node.kill();
            }
            over.send(()).ok();
        })
    };
    let mut tokens = Vec::new();
    for number in 0..TRIPS {
        let start = START.plus(Millis(20_000 * i64::try_from(number).unwrap()));
        tokens.push(world.check_in().await);
        world.app.clock.advance(Millis(20_000));
        world.send(visit(number + 1, start), batch).await;
    }
    killed.await.unwrap();
    nodes.await.unwrap();
    let handle = handle_for_node(&test).await;
    let app = app_over(handle, world.app.clock.clone(), world.app.nudges.clone(), "back");
    let node = Node::start(&app);
    let last = tokens.clone();
    eventually("the end of all trips", || all_completed(&world, &last)).await;
    node.stop.cancel();
    told_once(&world, tokens).await;
    node.kill();
}

async fn all_completed(world: &World, tokens: &[SessionToken]) -> bool {
    for token in tokens {
        if session(world, token).await.status != SessionStatus::Completed {
            return false;
        }
    }
    true
}

async fn session(world: &World, token: &SessionToken) -> rows::sessions::Session {
    let (retailer, token) = (world.caller.retailer, token.clone());
    let read =
        world.app.database.read(move |c| Box::pin(async move { rows::sessions::find(c, retailer, &token).await }));
    read.await.unwrap().unwrap()
}

async fn told_once(world: &World, tokens: Vec<SessionToken>) {
    for token in &tokens {
        let session = session(world, token).await;
        let counts = (session.visitors, session.inside, session.places);
        assert_eq!(counts, (1, 0, 0), "{token}");
        // Equal where the clock's step overtook the rest of a visit: whoever is lost left when last seen.
        assert!(session.first_entered_at <= session.last_exited_at, "{session:?}");
    }
    let mut expected: Vec<String> = tokens.into_iter().map(|token| token.0).collect();
    expected.sort();
    for name in ["transitionEntered", "transitionLeft"] {
        assert_eq!(world.messages(name).await, expected, "{name}");
    }
    let store = world.store;
    let read = world.app.database.read(move |c| Box::pin(rows::stores::occupancy(c, store, false)));
    let occupancy = read.await.unwrap();
    assert_eq!((occupancy.inside(), occupancy.reserved), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fact_is_written_once_on_sqlite_whoever_is_killed() {
    check(open_sqlite().await, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fact_is_written_once_on_postgres_whoever_is_killed() {
    check(open_postgres().await, 1).await;
}

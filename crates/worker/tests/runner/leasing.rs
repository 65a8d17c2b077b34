//! Who may run a store.

use std::time::Duration;

use aisle_database::rows::nodes::Beat;
use aisle_database::testing::on_both_databases;
use aisle_database::{Database, Error, rows};
use aisle_model::Millis;

use crate::world::{Node, START, app_over, eventually, visit, world};

async fn take(database: &Database, node: &'static str) -> Option<i64> {
    let change = database.change(move |c| {
        Box::pin(async move {
            rows::nodes::beat(c, node, None).await?;
            rows::leases::take(c, "runner:1", node, START).await
        })
    });
    change.await.map_err(|error: Error| error).unwrap()
}

/// What another node does that has heard nothing of it since so many beats.
async fn bury(database: &Database, node: &str, count: i64) -> bool {
    let silent = Beat { node: node.to_owned(), count };
    let change = database.change(move |c| {
        let silent = silent.clone();
        Box::pin(async move { rows::nodes::remove_silent(c, &silent).await })
    });
    change.await.map_err(|error: Error| error).unwrap()
}

async fn holds(database: &Database, node: &'static str, epoch: i64) -> bool {
    let change = database.change(move |c| Box::pin(rows::leases::holds(c, "runner:1", node, epoch)));
    change.await.map_err(|error: Error| error).unwrap()
}

#[tokio::test]
async fn a_lease_moves_only_when_its_holder_is_dead() {
    on_both_databases(|database| async move {
        assert_eq!(take(&database, "a").await, Some(1));
        assert_eq!(take(&database, "a").await, Some(2), "its own again");
        assert!(!bury(&database, "a", 1).await, "it has beaten since");
        assert_eq!(take(&database, "b").await, None);
        assert!(holds(&database, "a", 2).await);
        assert!(bury(&database, "a", 2).await);
        assert_eq!(take(&database, "b").await, Some(3));
        assert!(!holds(&database, "a", 2).await);
        assert_eq!(take(&database, "a").await, None);
        let give_back = database.change(|c| Box::pin(rows::leases::give_back(c, "runner:1", "b", 3)));
        give_back.await.map_err(|error: Error| error).unwrap();
        assert_eq!(take(&database, "a").await, Some(4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_from_the_snapshot() {
    let test = aisle_database::testing::open_sqlite().await;
    let world = world(test.database.clone()).await;
    world.check_in().await;
    world.app.clock.advance(Millis(20_000));
    let events = visit(1, START);
    let (before, after) = events.split_at(10);
    let app = app_over(world.app.database.clone(), world.app.clock.clone(), world.app.nudges.clone(), "first");
    let node = Node::start(&app);
    world.send(before.to_vec(), 3).await;
    eventually("coming in", || async { world.messages("transitionEntered").await.len() == 1 }).await;
    node.stop.cancel();
    let (store, database) = (world.store, world.app.database.clone());
    eventually("a snapshot", || async {
        let read = database.read(move |c| Box::pin(rows::snapshots::find(c, store)));
        read.await.map_err(|error: Error| error).unwrap().is_some()
    })
    .await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    node.kill();
    world.send(after.to_vec(), 3).await;
    let again = app_over(world.app.database.clone(), world.app.clock.clone(), world.app.nudges.clone(), "second");
    let node = Node::start(&again);
    eventually("going out", || async { world.messages("transitionLeft").await.len() == 1 }).await;
    assert_eq!(world.messages("transitionEntered").await.len(), 1);
    node.kill();
}

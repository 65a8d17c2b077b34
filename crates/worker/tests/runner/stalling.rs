//! What is broken in one store stops that store alone, is seen, and ends when it is mended.

use aisle_database::testing::{TestDatabase, fetch_all, open_postgres, open_sqlite};
use aisle_database::{Error, sql};
use aisle_model::{Millis, StoreId};
use aisle_testkit::{execute, open_store};

use crate::world::{Node, START, World, app_over, eventually, handle_for_node, visit, world};

/// The newest chunk of facts of a store.
async fn newest_chunk(world: &World) -> Vec<u8> {
    let store = world.store;
    let read = world.app.database.read(move |c| {
        let select =
            sql!("select body from stream_chunks where store_id = $1 order by last_offset desc limit 1", store);
        Box::pin(async move { fetch_all(c, select).await?.remove(0).get("body") })
    });
    read.await.map_err(|error: Error| error).unwrap()
}

async fn replace_newest_chunk(world: &World, body: Vec<u8>) {
    let update = sql!(
        "update stream_chunks set body = $1 where store_id = $2
         and last_offset = (select max(last_offset) from stream_chunks where store_id = $3)",
        body,
        world.store,
        world.store
    );
    execute(&world.app, update).await;
}

async fn applied(world: &World, store: StoreId) -> bool {
    let read = world.app.database.read(move |c| Box::pin(aisle_database::rows::streams::state(c, store)));
    let state = read.await.map_err(|error: Error| error).unwrap();
    state.applied == state.newest
}

async fn check(test: TestDatabase) {
    let broken = world(test.database.clone()).await;
    let other = open_store(&broken.app, &broken.caller, "Other").await;
    let well = World { app: broken.app.clone(), caller: broken.caller.clone(), store: other, device: broken.device };
    let app = app_over(handle_for_node(&test).await, broken.app.clock.clone(), broken.app.nudges.clone(), "back");
    broken.app.clock.advance(Millis(20_000));
    broken.send(visit(1, START), 5).await;
    let body = newest_chunk(&broken).await;
    replace_newest_chunk(&broken, b"\x09damaged".to_vec()).await;
    let node = Node::start(&app);
    eventually("the stall being seen", || async { !app.stalls.all().is_empty() }).await;
    let (store, why) = app.stalls.all().remove(0);
    assert_eq!(store, broken.store);
    assert!(why.contains("format 9 is not known"), "{why}");
    well.send(visit(2, START), 5).await;
    eventually("the other store going on", || applied(&well, other)).await;
    assert!(!applied(&broken, broken.store).await);
    replace_newest_chunk(&broken, body).await;
    eventually("the store going on", || applied(&broken, broken.store)).await;
    eventually("the stall being over", || async { app.stalls.all().is_empty() }).await;
    node.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_store_stalls_alone_on_sqlite() {
    check(open_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_store_stalls_alone_on_postgres() {
    check(open_postgres().await).await;
}

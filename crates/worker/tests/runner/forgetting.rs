//! What is kept long enough is forgotten.

use aisle_database::rows;
use aisle_database::rows::idempotency::RequestName;
use aisle_database::testing::{TestDatabase, fetch_all, on_both_databases, open_postgres, open_sqlite};
use aisle_database::{Error, sql};
use aisle_model::Millis;
use aisle_worker::{retention, runner};
use tokio_util::sync::CancellationToken;

use crate::world::{Node, START, World, app_over, eventually, handle_for_node, visit, world};

const DAY: i64 = 86_400_000;

impl World {
    async fn sweep_after(&self, millis: i64) -> [i64; 2] {
        self.app.clock.advance(Millis(millis));
        retention::sweep(&self.app, &CancellationToken::new()).await.unwrap();
        let read = self.app.database.read(|c| {
            let query = sql!(
                "select (select count(*) from check_ins) as check_ins,
                 (select count(*) from idempotent_requests) as requests"
            );
            Box::pin(async move {
                let row = fetch_all(c, query).await?.pop().unwrap();
                Ok::<_, Error>([row.get("check_ins")?, row.get("requests")?])
            })
        });
        read.await.unwrap()
    }

    /// More requests than one slice holds, and a check-in.
    async fn leave_traces(&self) {
        self.check_in().await;
        let now = self.app.clock.now();
        let change = self.app.database.change(move |c| {
            Box::pin(async move {
                for number in 0..600 {
                    let name = RequestName {
                        credential: "key:1".to_owned(),
                        method: "POST".to_owned(),
                        path: "/customers".to_owned(),
                        key: number.to_string(),
                    };
                    rows::idempotency::claim(c, &name, [0; 32], "gone", now, now).await?;
                }
                Ok::<_, Error>(())
            })
        });
        change.await.unwrap();
    }
}

#[tokio::test]
async fn answers_and_check_ins_are_forgotten_in_their_time() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        world.leave_traces().await;
        assert_eq!(world.sweep_after(60_000).await, [1, 600]);
        assert_eq!(world.sweep_after(3_600_000).await, [1, 600]);
        assert_eq!(world.sweep_after(DAY).await, [1, 0]);
        assert_eq!(world.sweep_after(88 * DAY).await, [1, 0]);
        assert_eq!(world.sweep_after(DAY).await, [0, 0]);
    })
    .await;
}

impl World {
    async fn chunks(&self) -> i64 {
        let store = self.store;
        let read = self.app.database.read(move |c| {
            let count = sql!("select count(*) as chunks from stream_chunks where store_id = $1", store);
            Box::pin(async move { fetch_all(c, count).await?.remove(0).get("chunks") })
        });
        read.await.map_err(|error: Error| error).unwrap()
    }

    async fn is_applied(&self) -> bool {
        let store = self.store;
        let read = self.app.database.read(move |c| Box::pin(rows::streams::state(c, store)));
        let state = read.await.map_err(|error: Error| error).unwrap();
        state.applied == state.newest
    }
}

/// A runner dies before its first snapshot; years pass, as they do in seconds where a store's clock runs fast.
async fn keeps_what_no_snapshot_covers(test: TestDatabase) {
    let world = world(test.database.clone()).await;
    let handle = handle_for_node(&test).await;
    let app = app_over(handle, world.app.clock.clone(), world.app.nudges.clone(), "back");
    world.app.clock.advance(Millis(20_000));
    world.send(visit(1, START), 5).await;
    let node = Node::start(&app);
    eventually("the facts", || world.is_applied()).await;
    node.kill();
    let before = world.chunks().await;
    world.sweep_after(400 * DAY).await;
    assert!(world.chunks().await >= before, "the dying runner may have added a tick, and nothing is gone");
    let dead = app.node.clone();
    let buried = world.app.database.change(move |c| {
        let dead = dead.clone();
        Box::pin(async move { rows::nodes::remove(c, &dead).await })
    });
    buried.await.map_err(|error: Error| error).unwrap();
    runner::run_due_work(&world.app).await.unwrap();
    world.sweep_after(400 * DAY).await;
    let after = world.chunks().await;
    assert!(after < before, "the next runner took a snapshot of what it read again: {before} then {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_without_a_snapshot_are_kept_on_sqlite() {
    keeps_what_no_snapshot_covers(open_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_without_a_snapshot_are_kept_on_postgres() {
    keeps_what_no_snapshot_covers(open_postgres().await).await;
}

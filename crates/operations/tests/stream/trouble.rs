//! A store in trouble fails alone: the others of the node get their events into the log.

use aisle_database::testing::{on_both_databases, open_postgres};
use aisle_database::{Error, rows, sql};
use aisle_model::StoreId;
use aisle_model::event::Direction;
use aisle_operations::Failure;
use aisle_operations::stream::{Decision, Ingest};
use aisle_testkit::execute;
use futures::FutureExt;
use tokio::sync::oneshot;

use crate::fixture::{ACCEPTED, World, add_store, crossed, event, heartbeat, world};

impl World {
    async fn send_to(&self, store: StoreId, number: u64) -> Result<Vec<Decision>, Failure> {
        let mut ingest = Ingest::open(&self.app, &self.caller, store).await.unwrap();
        let appended = ingest.append(&self.app, vec![event(number, 10, crossed(Direction::In))]).await;
        appended.map(|appended| appended.decisions)
    }

    /// Ten requests of each store at once; how many of the first store's were taken, and of the second's.
    async fn crowd(&self, stores: [StoreId; 2], first: u64) -> [usize; 2] {
        let sending = (0..20).map(|number| self.send_to(stores[usize::from(number % 2 == 1)], first + number));
        let outcomes = futures::future::join_all(sending).await;
        let taken = |of: usize| {
            let of_store = outcomes.iter().skip(of).step_by(2);
            of_store.filter(|outcome| matches!(outcome, Ok(decisions) if *decisions == [ACCEPTED])).count()
        };
        [taken(0), taken(1)]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_rows_of_one_store_refuse_only_its_own_events() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let other = add_store(&world.app, &world.caller, "Other").await;
        world.send(vec![event(1, 0, heartbeat())]).await;
        let set = |gaps: &'static str| {
            let update = sql!("update stream_sources set gaps = $1 where store_id = $2", gaps, world.store);
            execute(&world.app, update)
        };
        set("oops").await;
        assert_eq!(world.crowd([world.store, other], 100).await, [0, 10]);
        set("[]").await;
        assert_eq!(world.crowd([world.store, other], 200).await, [10, 10]);
    })
    .await;
}

/// Nothing is waited for but the database's own patience with a lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_stalls_keeps_nobody_waiting_twice() {
    let test = open_postgres().await;
    let world = world(test.database.clone()).await;
    let other = add_store(&world.app, &world.caller, "Other").await;
    let (stalls, stalled) = oneshot::channel();
    let (goes_on, mended) = oneshot::channel::<()>();
    let ends = std::sync::Arc::new(std::sync::Mutex::new(Some((stalls, mended))));
    let store = world.store;
    let holding = world.app.database.change(move |c| {
        let ends = ends.lock().unwrap().take();
        Box::pin(async move {
            rows::streams::reserve(c, store, 0).await?;
            let (stalls, mended) = ends.unwrap();
            stalls.send(()).unwrap();
            mended.await.unwrap();
            Ok::<_, Error>(())
        })
    });
    let story = async {
        stalled.await.unwrap();
        assert_eq!(world.crowd([store, other], 100).await, [0, 10]);
        let (stuck, well) = (world.send_to(store, 200), world.send_to(other, 201));
        tokio::pin!(stuck);
        assert!((&mut stuck).now_or_never().is_none());
        assert_eq!(well.await.unwrap(), [ACCEPTED]);
        goes_on.send(()).unwrap();
        assert_eq!(stuck.await.unwrap(), [ACCEPTED]);
    };
    let (held, ()) = futures::join!(holding, story);
    held.unwrap();
    assert_eq!(world.crowd([store, other], 300).await, [10, 10]);
}

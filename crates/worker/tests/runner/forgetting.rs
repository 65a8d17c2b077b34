//! What is kept long enough is forgotten.

use aisle_database::rows;
use aisle_database::rows::idempotency::RequestName;
use aisle_database::testing::{fetch_all, on_both_databases};
use aisle_database::{Error, sql};
use aisle_model::Millis;
use aisle_worker::retention;
use tokio_util::sync::CancellationToken;

use crate::world::{World, world};

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

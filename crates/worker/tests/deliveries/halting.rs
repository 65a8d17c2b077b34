//! A node that cannot prove that it lives begins no call: another may be sending what it holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aisle_database::sql;
use aisle_model::webhook::WebhookType;
use aisle_testkit::{Answer, Catcher};
use aisle_worker::nodes::proof;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::receiver::take_names;
use crate::world::{World, eventually, on_both};

/// More than the calls that may be under way at once.
const SESSIONS: usize = 40;
const CALLS: usize = 32;

#[tokio::test]
async fn what_is_not_under_way_is_given_back_and_nothing_begins_until_the_proof_is_there() {
    on_both(async |world: World| {
        let silent = Arc::new(AtomicBool::new(true));
        let is_silent = silent.clone();
        let receiver =
            Catcher::start(
                move |_| {
                    if is_silent.load(Ordering::SeqCst) { Answer::hang() } else { Answer::status(204) }
                },
            )
            .await;
        world.setting(WebhookType::Transitions, &receiver.url).await;
        for number in 0..SESSIONS {
            world.send(Box::leak(format!("s{number:02}-").into_boxed_str()), 1).await;
        }
        let (give, proof) = proof();
        let lasting = || Instant::now() + Duration::from_mins(10);
        give.send_replace(lasting());
        let stop = CancellationToken::new();
        let mut worker = tokio::task::JoinSet::new();
        worker.spawn(world.dispatcher().run(stop.clone(), proof));
        receiver.wait_for(CALLS).await;
        assert_eq!(receiver.arrivals().len(), CALLS);

        give.send_replace(Instant::now());
        let free = || sql!("select count(*) as n from lanes where node is null");
        let rest = i64::try_from(SESSIONS - CALLS).unwrap();
        eventually("what is not under way", async || world.number(free()).await == rest).await;
        silent.store(false, Ordering::SeqCst);
        world.tamper(sql!("insert into nodes (id, beats) values ('first', 1)")).await;
        let other = world.another_node();
        other.app.nudges.deliveries().notify_one();
        assert_eq!(
            other.dispatcher().run_due_work().await,
            SESSIONS - CALLS,
            "nothing else is sent, and nothing twice"
        );

        give.send_replace(lasting());
        world.send("later", 1).await;
        receiver.wait_for(SESSIONS + 1).await;
        let mut names = take_names(&receiver);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), SESSIONS + 1);
        worker.shutdown().await;
    })
    .await;
}

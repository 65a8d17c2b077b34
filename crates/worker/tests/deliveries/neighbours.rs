//! Settings do not get in each other's way.

use aisle_model::webhook::WebhookType;
use tokio_util::sync::CancellationToken;

use aisle_testkit::{Answer, Catcher};

use crate::receiver::take_names;
use crate::world::{World, alive, on_both};

const SESSIONS: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

#[tokio::test]
async fn a_hanging_receiver_delays_nobody() {
    on_both(async |world: World| {
        let hanging = Catcher::answering(Answer::hang()).await;
        let healthy = Catcher::answering(Answer::status(204)).await;
        world.setting(WebhookType::Transitions, &hanging.url).await;
        let hook = world.setting(WebhookType::Transitions, &healthy.url).await;
        for n in 1..=5 {
            for session in SESSIONS {
                world.send(session, n).await;
            }
        }
        let mut worker = tokio::task::JoinSet::new();
        worker.spawn(world.dispatcher().run(CancellationToken::new(), alive()));
        // A call to the hanging one takes 15 seconds; the healthy one is done long before.
        let all = tokio::time::timeout(std::time::Duration::from_secs(10), healthy.wait_for(50));
        all.await.expect("the healthy one has everything while the other hangs");
        assert_eq!(hanging.take().len(), SESSIONS.len(), "one call of each session is open");
        worker.shutdown().await;
        assert!(world.waiting(hook).await <= 50);
    })
    .await;
}

#[tokio::test]
async fn a_setting_that_only_fails_is_called_one_at_a_time_until_it_succeeds() {
    on_both(async |world: World| {
        let mut left = 10;
        let receiver = Catcher::start(move |_| {
            left -= 1;
            Answer::status(if left >= 0 { 500 } else { 204 })
        })
        .await;
        world.setting(WebhookType::Transitions, &receiver.url).await;
        for session in SESSIONS {
            world.send(session, 1).await;
        }
        let mut dispatcher = world.dispatcher();
        assert_eq!(dispatcher.run_due_work().await, 10, "each has failed once");
        receiver.take_most_at_once();
        world.advance(10);
        assert_eq!(world.another_node().dispatcher().run_due_work().await, 10);
        let mut names = take_names(&receiver);
        assert_eq!(names.len(), 20);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 10, "all have arrived at last");
    })
    .await;
}

#[tokio::test]
async fn while_it_only_fails_one_call_is_open_at_a_time() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(500)).await;
        world.setting(WebhookType::Transitions, &receiver.url).await;
        for session in SESSIONS {
            world.send(session, 1).await;
        }
        let mut dispatcher = world.dispatcher();
        dispatcher.run_due_work().await;
        receiver.take_most_at_once();
        world.advance(7);
        assert_eq!(dispatcher.run_due_work().await, 10);
        assert_eq!(receiver.take_most_at_once(), 1);
        // A node that is new to it knows from the row that it fails.
        world.advance(40);
        assert_eq!(world.another_node().dispatcher().run_due_work().await, 10);
        assert_eq!(receiver.take_most_at_once(), 1);
    })
    .await;
}

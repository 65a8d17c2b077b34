//! A worker that dies between sending and writing down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aisle_model::webhook::WebhookType;
use tokio_util::sync::CancellationToken;

use aisle_testkit::{Answer, Catcher};

use crate::receiver::Numbered;
use crate::world::{World, alive, on_both};

#[tokio::test]
async fn the_unsettled_one_comes_again_under_its_name_and_the_rest_in_order() {
    on_both(async |world: World| {
        let silent = Arc::new(AtomicBool::new(true));
        let is_silent = Arc::clone(&silent);
        let receiver = Catcher::start(move |request| {
            if request.n() == 3 && is_silent.load(Ordering::SeqCst) {
                return Answer::hang();
            }
            Answer::status(204)
        })
        .await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        for n in 1..=5 {
            world.send("a", n).await;
        }
        let mut worker = tokio::task::JoinSet::new();
        worker.spawn(world.dispatcher().run(CancellationToken::new(), alive()));
        receiver.wait_for(3).await;
        worker.shutdown().await;
        let before = receiver.take();
        assert_eq!(before.iter().map(Numbered::n).collect::<Vec<i64>>(), [1, 2, 3]);

        silent.store(false, Ordering::SeqCst);
        world.another_node().dispatcher().run_due_work().await;
        let after = receiver.take();
        let names: Vec<i64> = after.iter().map(Numbered::n).collect();
        assert!(names.ends_with(&[3, 4, 5]) && names.is_sorted(), "{names:?}");
        for repeat in &after {
            let earlier = before.iter().find(|one| one.n() == repeat.n());
            assert!(earlier.is_none_or(|one| one.id() == repeat.id() && one.body == repeat.body));
        }
        assert_eq!(world.waiting(hook).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(204)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        for n in 1..=20 {
            world.send("a", n).await;
            world.send("b", n).await;
        }
        let stop = CancellationToken::new();
        let mut worker = tokio::task::JoinSet::new();
        worker.spawn(world.dispatcher().run(stop.clone(), alive()));
        receiver.wait_for(5).await;
        stop.cancel();
        worker.join_next().await.unwrap().unwrap();
        let begun = receiver.take();
        let waiting = world.waiting(hook).await;
        assert_eq!(begun.len() + usize::try_from(waiting).unwrap(), 40, "what was answered is written down");
        world.dispatcher().run_due_work().await;
        assert_eq!(receiver.take().len(), usize::try_from(waiting).unwrap());
    })
    .await;
}

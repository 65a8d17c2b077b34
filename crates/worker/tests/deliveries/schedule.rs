//! The retry schedule, with a receiver that never takes anything.

use aisle_database::rows::attempts::AttemptFilter;
use aisle_model::Millis;
use aisle_model::webhook::WebhookType;
use aisle_operations::Clock;
use aisle_operations::webhooks::attempts;

use aisle_testkit::{Answer, Catcher};

use crate::receiver::{Numbered, take_names};
use crate::world::{World, on_both};

const WAITS: [i64; 10] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200];

#[tokio::test]
async fn eleven_attempts_and_the_next_moves_on() {
    on_both(async |world: World| {
        let receiver = Catcher::start(|request| match request.n() {
            1 => Answer::status(500),
            _ => Answer::status(200),
        })
        .await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        world.send("a", 1).await;
        world.send("a", 2).await;
        let mut dispatcher = world.dispatcher();
        let mut ids = Vec::new();
        for wait in WAITS {
            assert_eq!(dispatcher.run_due_work().await, 1);
            ids.extend(receiver.take().iter().map(|request| request.id().to_owned()));
            world.app.clock.advance(Millis(wait * 1000 - 1));
            assert_eq!(dispatcher.run_due_work().await, 0, "not before {wait} s");
            world.app.clock.advance(Millis(wait * 200 + 1));
        }
        assert_eq!(dispatcher.run_due_work().await, 2, "the last attempt, and the next message");
        let last = receiver.take();
        ids.push(last[0].id().to_owned());
        assert_eq!((last[0].n(), last[1].n()), (1, 2));
        assert_eq!(ids.len(), 11);
        assert!(ids.iter().all(|id| *id == ids[0]), "one name over all attempts");
        assert_ne!(last[1].id(), ids[0]);
        assert_eq!(world.waiting(hook).await, 0);
        log_is_right(&world, hook).await;
    })
    .await;
}

async fn log_is_right(world: &World, hook: aisle_model::WebhookId) {
    let page = attempts::list(&world.app, &world.caller, hook, AttemptFilter::default(), 20).await.unwrap();
    let of_first = &page.attempts[1..];
    assert!(page.attempts[0].call.delivered && page.next.is_none() && page.previous.is_none());
    for (place, attempt) in of_first.iter().rev().enumerate() {
        let call = &attempt.call;
        assert_eq!(call.attempt, i64::try_from(place).unwrap() + 1);
        assert_eq!(call.trigger, if place == 0 { "event" } else { "retry" });
        assert_eq!((call.http_status, call.error.as_deref()), (Some(500), Some("http_5xx")));
        assert_eq!(call.next_attempt_at.is_some(), place < 10);
    }
    assert_eq!(of_first.len(), 11);
}

#[tokio::test]
async fn a_clock_that_is_set_by_an_hour_causes_no_storm_and_no_stall() {
    on_both(async |world: World| {
        let mut refusals = 2;
        let receiver = Catcher::start(move |request| {
            refusals -= i32::from(request.session() == "a");
            Answer::status(if request.session() == "a" && refusals >= 0 { 500 } else { 204 })
        })
        .await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        let mut dispatcher = world.dispatcher();
        world.send("a", 1).await;
        assert_eq!(dispatcher.run_due_work().await, 1);
        world.send("b", 1).await;
        world.advance(-3600);
        world.send("c", 1).await;
        let calls = dispatcher.run_due_work().await + dispatcher.run_due_work().await;
        assert_eq!(calls, 3, "neither what waits for a retry nor what waits for nothing stalls");
        assert_eq!(dispatcher.run_due_work().await, 0, "and the next one is by the new clock");
        world.advance(3600);
        world.send("d", 1).await;
        assert_eq!(dispatcher.run_due_work().await, 2);
        assert_eq!(dispatcher.run_due_work().await, 0);
        assert_eq!(world.waiting(hook).await, 0);
        assert_eq!(take_names(&receiver).len(), 6);
    })
    .await;
}

#[tokio::test]
async fn a_node_whose_clock_is_behind_sends_what_another_wrote() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(204)).await;
        world.setting(WebhookType::Transitions, &receiver.url).await;
        world.send("a", 1).await;
        let mut behind = world.another_node();
        behind.app.clock = Clock::set_to(world.app.clock.now().minus(Millis(30_000)));
        assert_eq!(behind.dispatcher().run_due_work().await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_receiver_may_ask_for_more_time() {
    on_both(async |world: World| {
        let mut answers =
            vec![Answer::status(204), Answer::status(503).retry_after(1), Answer::status(503).retry_after(600)];
        let receiver = Catcher::start(move |_| answers.pop().unwrap()).await;
        world.setting(WebhookType::Transitions, &receiver.url).await;
        world.send("a", 1).await;
        let mut dispatcher = world.dispatcher();
        let mut calls = Vec::new();
        for seconds in [0, 599, 1, 29, 7] {
            world.advance(seconds);
            calls.push(dispatcher.run_due_work().await);
        }
        assert_eq!(calls, [1, 0, 1, 0, 1], "no earlier than asked, no earlier than the schedule");
    })
    .await;
}

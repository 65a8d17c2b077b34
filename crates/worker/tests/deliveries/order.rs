//! Order within a session and setting, and nothing else in the way.

use std::sync::Arc;
use std::time::Duration;

use aisle_database::sql;
use aisle_database::testing::open_postgres;
use aisle_model::webhook::WebhookType;
use aisle_partners::{SigningKey, verify};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use aisle_testkit::{Answer, Catcher};

use crate::receiver::{Numbered, take_names};
use crate::world::{World, alive, eventually, on_both};

#[tokio::test]
async fn a_refused_message_holds_up_its_session_and_nothing_else() {
    on_both(async |world: World| {
        let mut refusals = 2;
        let receiver = Catcher::start(move |request| {
            if request.session() == "a" && request.n() == 1 && refusals > 0 {
                refusals -= 1;
                return Answer::status(500);
            }
            Answer::status(204)
        })
        .await;
        let other = Catcher::answering(Answer::status(200)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        world.setting(WebhookType::Transitions, &other.url).await;
        for n in 1..=4 {
            world.send("a", n).await;
            world.send("b", n).await;
        }
        let mut dispatcher = world.dispatcher();
        dispatcher.run_due_work().await;
        let mut first = take_names(&receiver);
        first.sort();
        assert_eq!(first, ["a1", "b1", "b2", "b3", "b4"]);
        let theirs = take_names(&other);
        let of_a: Vec<&String> = theirs.iter().filter(|name| name.starts_with('a')).collect();
        assert_eq!((of_a.len(), theirs.len()), (4, 8), "another setting does not wait");
        assert!(of_a.is_sorted());
        world.advance(7);
        world.send("a", 5).await;
        dispatcher.run_due_work().await;
        assert_eq!(take_names(&receiver), ["a1"]);
        assert_eq!(world.waiting(hook).await, 5);
        world.advance(40);
        dispatcher.run_due_work().await;
        assert_eq!(take_names(&receiver), ["a1", "a2", "a3", "a4", "a5"]);
        assert_eq!(world.waiting(hook).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_lane_is_never_removed_over_a_message_that_waits() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(204)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        for n in 1..=3 {
            world.send("a", n).await;
        }
        world.tamper(sql!("update lanes set pending = 1")).await;
        world.dispatcher().run_due_work().await;
        assert_eq!(take_names(&receiver), ["a1", "a2", "a3"]);
        assert_eq!(world.waiting(hook).await, 0);
        assert_eq!(world.number(sql!("select count(*) as n from lanes")).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_addition_that_takes_long_holds_up_its_own_lane_only() {
    let test = open_postgres().await;
    let world = World::over(test.database.clone()).await;
    let receiver = Catcher::answering(Answer::status(204).after(Duration::from_secs(1))).await;
    let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
    world.send("a", 1).await;
    world.send("b", 1).await;
    let stop = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(world.dispatcher().run(stop.clone(), alive()));
    receiver.wait_for(2).await;
    // Both calls are under way; this adds to one of their lanes and does not commit yet.
    let gate = Arc::new(Notify::new());
    let adding = world.send_slowly("a", 2, gate.clone());
    tasks.spawn(adding);
    eventually("the settlement of the other lane", async || world.waiting(hook).await == 1).await;
    gate.notify_one();
    eventually("the settlement of the rest", async || world.waiting(hook).await == 0).await;
    assert_eq!(take_names(&receiver).last().unwrap(), "a2");
    stop.cancel();
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn what_arrives_is_what_was_signed() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(204)).await;
        let url = format!("{}/?k=1", receiver.url);
        let (_, secret) = world.setting_with_secret(WebhookType::Transitions, &url).await;
        world.send("a", 1).await;
        world.dispatcher().run_due_work().await;
        let request = receiver.take().pop().unwrap();
        assert_eq!(request.path, "/hook/entered?k=1");
        assert_eq!(request.body, br#"{"n":1,"session":"a"}"#);
        assert_eq!(request.headers["authorization"], "Bearer let-me-in");
        assert_eq!(request.headers["webhook-timestamp"], "1700000000");
        assert!(request.id().starts_with("msg_") && request.id().len() == 30, "{}", request.id());
        let secret = SigningKey::parse(&secret).unwrap();
        let signature = &request.headers["webhook-signature"];
        assert!(verify(&secret, request.id(), "1700000000", &request.body, signature));
    })
    .await;
}

#[tokio::test]
async fn what_comes_while_a_lane_is_worked_on_is_not_left_behind() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(204)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        let stop = CancellationToken::new();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(world.dispatcher().run(stop.clone(), alive()));
        let sessions = ["a", "b", "c", "d"];
        for n in 1..=50 {
            for session in sessions {
                world.send(session, n).await;
                world.app.nudges.deliveries().notify_one();
            }
        }
        receiver.wait_for(200).await;
        stop.cancel();
        tasks.join_next().await.unwrap().unwrap();
        let names = receiver.take();
        assert_eq!(names.len(), 200);
        for session in sessions {
            let order: Vec<i64> = names.iter().filter(|one| one.session() == session).map(Numbered::n).collect();
            assert_eq!(order, (1..=50).collect::<Vec<i64>>(), "{session}");
        }
        assert_eq!(world.waiting(hook).await, 0);
    })
    .await;
}

//! 410, and settings that are switched off or taken away.

use aisle_database::rows::webhooks::DisabledReason;
use aisle_model::webhook::WebhookType;
use aisle_operations::webhooks::{self, WebhookChange};
use serde_json::Value;

use aisle_testkit::{Answer, Catcher};

use crate::receiver::take_names;
use crate::world::{World, on_both};

fn switch(on: bool) -> WebhookChange {
    WebhookChange { enabled: Some(on), ..WebhookChange::default() }
}

#[tokio::test]
async fn gone_switches_off_tells_the_owner_and_keeps_what_comes() {
    on_both(async |world: World| {
        let mut gone = true;
        let receiver = Catcher::start(move |_| Answer::status(if std::mem::take(&mut gone) { 410 } else { 204 })).await;
        let owner = Catcher::answering(Answer::status(204)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        world.setting(WebhookType::Operational, &owner.url).await;
        world.send("a", 1).await;
        world.send("a", 2).await;
        let mut dispatcher = world.dispatcher();
        dispatcher.run_due_work().await;
        assert_eq!(take_names(&receiver), ["a1"]);
        let told: Value = serde_json::from_slice(&owner.take()[0].body).unwrap();
        assert_eq!(aisle_contract::contract().check("OperationalNotice", &told), []);
        assert_eq!((&told["type"], &told["data"]["webhookId"]), (&"webhook.disabled".into(), &hook.0.into()));
        let view = webhooks::get(&world.app, &world.caller, hook).await.unwrap();
        assert_eq!(view.setting.disabled_reason, Some(DisabledReason::Gone));
        world.send("a", 3).await;
        world.advance(100);
        assert_eq!(dispatcher.run_due_work().await, 0);
        assert_eq!(world.waiting(hook).await, 2, "the second and what came later are kept");
        webhooks::update(&world.app, &world.caller, hook, switch(true)).await.unwrap();
        dispatcher.run_due_work().await;
        assert_eq!(take_names(&receiver), ["a2", "a3"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_switches_off_keeps_nothing() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(204)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        world.send("a", 1).await;
        webhooks::update(&world.app, &world.caller, hook, switch(false)).await.unwrap();
        world.send("a", 2).await;
        webhooks::update(&world.app, &world.caller, hook, switch(true)).await.unwrap();
        world.send("a", 3).await;
        world.dispatcher().run_due_work().await;
        assert_eq!(take_names(&receiver), ["a3"]);
        world.send("a", 4).await;
        webhooks::delete(&world.app, &world.caller, hook).await.unwrap();
        assert_eq!(world.dispatcher().run_due_work().await, 0);
    })
    .await;
}

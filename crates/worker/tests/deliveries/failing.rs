//! Settings that only fail: told after an hour, switched off after five days, kept for, and told of when they are well again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use aisle_database::rows::webhooks::DisabledReason;
use aisle_model::WebhookId;
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_operations::notices;
use aisle_operations::webhooks::attempts::{self, AskedCall};
use aisle_operations::webhooks::{self, NewAttempt, WebhookChange};
use aisle_testkit::{Answer, Catcher};
use aisle_worker::deliveries::forget_old;
use serde_json::Value;

use crate::receiver::take_names;
use crate::world::{World, on_both};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

struct Story {
    world: World,
    receiver: Catcher,
    owner: Catcher,
    hook: WebhookId,
    /// What the receiver answers.
    status: Arc<AtomicU16>,
}

impl Story {
    async fn start(world: World) -> Self {
        let status = Arc::new(AtomicU16::new(500));
        let answer = status.clone();
        let receiver = Catcher::start(move |_| Answer::status(answer.load(Ordering::SeqCst))).await;
        let owner = Catcher::answering(Answer::status(204)).await;
        let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
        world.setting(WebhookType::Operational, &owner.url).await;
        Self { world, receiver, owner, hook, status }
    }

    async fn deliver(&self) -> usize {
        self.world.dispatcher().run_due_work().await
    }

    /// The kinds of notices that came to the owner since the last look.
    fn told(&self) -> Vec<String> {
        let kind = |body: Value| {
            assert_eq!(aisle_contract::contract().check("OperationalNotice", &body), []);
            assert_eq!(body["data"]["webhookId"], self.hook.0);
            body["type"].as_str().unwrap().to_owned()
        };
        self.owner.take().iter().map(|one| kind(serde_json::from_slice(&one.body).unwrap())).collect()
    }

    /// Sends one message a day until the setting is off; five days of failures.
    async fn fail_for_five_days(&self) {
        for day in 0..=5 {
            self.world.send("daily", day).await;
            self.deliver().await;
            self.world.advance(DAY);
        }
        let view = webhooks::get(&self.world.app, &self.world.caller, self.hook).await.unwrap();
        assert_eq!(view.setting.disabled_reason, Some(DisabledReason::Failures));
        self.receiver.take();
    }

    async fn switch_on(&self, drop_kept: bool) {
        let change = WebhookChange { enabled: Some(true), drop_kept, ..WebhookChange::default() };
        let view = webhooks::update(&self.world.app, &self.world.caller, self.hook, change).await.unwrap();
        assert_eq!(view.setting.failing_since, None, "it begins without a past");
        self.status.store(204, Ordering::SeqCst);
        self.deliver().await;
    }
}

#[tokio::test]
async fn an_hour_of_failures_is_told_once_and_so_is_the_end() {
    on_both(async |world: World| {
        let story = Story::start(world).await;
        story.world.send("a", 1).await;
        story.deliver().await;
        assert_eq!(webhooks::tell_of_failing(&story.world.app).await.unwrap(), 0);
        story.world.advance(HOUR);
        assert_eq!(webhooks::tell_of_failing(&story.world.app).await.unwrap(), 1);
        assert_eq!(webhooks::tell_of_failing(&story.world.app).await.unwrap(), 0);
        story.deliver().await;
        story.world.advance(2 * HOUR);
        story.deliver().await;
        assert_eq!(story.told(), ["webhook.failing"]);
        story.status.store(200, Ordering::SeqCst);
        story.world.advance(2 * HOUR);
        story.deliver().await;
        story.deliver().await;
        assert_eq!(story.told(), ["webhook.recovered"]);
    })
    .await;
}

#[tokio::test]
async fn five_days_of_failures_switch_off_and_what_comes_is_kept_and_sent_in_order() {
    on_both(async |world: World| {
        let story = Story::start(world).await;
        story.fail_for_five_days().await;
        assert_eq!(story.told(), ["webhook.failing", "webhook.disabled"]);
        story.world.send("daily", 7).await;
        assert_eq!(story.deliver().await, 0);
        let waiting = story.world.waiting(story.hook).await;
        story.switch_on(false).await;
        let names = take_names(&story.receiver);
        assert_eq!(i64::try_from(names.len()).unwrap(), waiting);
        assert!(names.is_sorted() && names.ends_with(&["daily5".into(), "daily7".into()]), "{names:?}");
        story.status.store(500, Ordering::SeqCst);
        story.world.send("daily", 8).await;
        story.deliver().await;
        let view = webhooks::get(&story.world.app, &story.world.caller, story.hook).await.unwrap();
        assert!(view.setting.enabled, "one failure after switching on is no five days");
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_is_dropped_when_asked_to_or_after_thirty_days() {
    on_both(async |world: World| {
        let story = Story::start(world).await;
        story.fail_for_five_days().await;
        story.world.send("kept", 1).await;
        story.switch_on(true).await;
        assert_eq!((take_names(&story.receiver).len(), story.world.waiting(story.hook).await), (0, 0));
        story.status.store(500, Ordering::SeqCst);
        story.fail_for_five_days().await;
        story.world.advance(26 * DAY);
        story.world.send("kept", 2).await;
        assert!(forget_old(&story.world.app).await.unwrap().given_up > 0);
        story.world.advance(4 * DAY);
        forget_old(&story.world.app).await.unwrap();
        story.switch_on(false).await;
        assert_eq!(take_names(&story.receiver), ["kept2"]);
    })
    .await;
}

#[tokio::test]
async fn a_default_checkout_stays_on_and_its_owner_is_told() {
    on_both(async |world: World| {
        let receiver = Catcher::answering(Answer::status(500)).await;
        let owner = Catcher::answering(Answer::status(204)).await;
        world.setting(WebhookType::Operational, &owner.url).await;
        let hook = world.setting(WebhookType::Checkout, &receiver.url).await;
        let default = WebhookChange { is_default: Some(true), ..WebhookChange::default() };
        webhooks::update(&world.app, &world.caller, hook, default).await.unwrap();
        for day in 0..=6 {
            world.send_as(WebhookName::Checkout, "daily", day).await;
            world.dispatcher().run_due_work().await;
            world.advance(DAY);
        }
        let view = webhooks::get(&world.app, &world.caller, hook).await.unwrap();
        assert!(view.setting.enabled && view.setting.failing_since.is_some());
        assert_eq!(owner.take().len(), 1, "told once that it fails, never switched off");
    })
    .await;
}

#[tokio::test]
async fn ten_questions_running_without_a_usable_answer_are_told() {
    on_both(async |world: World| {
        let owner = Catcher::answering(Answer::status(204)).await;
        world.setting(WebhookType::Operational, &owner.url).await;
        let hook = world.setting(WebhookType::ExternalEntry, "http://127.0.0.1:1/").await;
        for (times, is_usable, told) in
            [(9, false, 0), (1, true, 0), (9, false, 0), (1, false, 1), (5, false, 0), (1, true, 1)]
        {
            for _ in 0..times {
                ask(&world, hook, is_usable).await;
            }
            world.dispatcher().run_due_work().await;
            assert_eq!(owner.take().len(), told, "{times} {is_usable}");
        }
    })
    .await;
}

/// Writes a question down that was asked.
async fn ask(world: &World, hook: WebhookId, is_usable: bool) {
    let app = world.app.clone();
    let change = world.app.database.change(move |c| {
        let app = app.clone();
        Box::pin(async move {
            let line = NewAttempt {
                webhook: hook,
                delivery: None,
                message: notices::new_message_id(&app),
                name: WebhookName::EntryCodeVerify,
                trigger: "event".to_owned(),
                attempt: 1,
                delivered: true,
                url: "http://127.0.0.1:1/".to_owned(),
                resolved_ip: None,
                http_status: Some(200),
                error: (!is_usable).then(|| "answer_not_json".to_owned()),
                connect_ms: None,
                total_ms: 1,
                answer: None,
                answer_use: None,
                session: None,
                order: None,
                store: None,
                created_at: app.clock.now(),
                next_attempt_at: None,
            };
            attempts::record_questions(c, &app, &[AskedCall { line, is_usable }]).await
        })
    });
    change.await.unwrap();
}

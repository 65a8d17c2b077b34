//! Buffered zones through their rows; the table of cases is beside the state machine.

use aisle_database::testing::on_both_databases;
use aisle_model::webhook::WebhookType;
use aisle_model::{Moment, StoreClock};
use aisle_operations::notices;
use serde_json::json;

use crate::in_a_change;
use crate::world::{START, World, shopper};

async fn cross(world: &World, entered: bool, name: &'static str, at: i64) {
    in_a_change!(world, |c, w| async move {
        let (zone, at) = ("bar".into(), Moment::from_millis(at));
        if entered {
            notices::checkout_zone_entered(c, &w.app, &w.store, &w.session, &zone, shopper(name), at).await
        } else {
            notices::checkout_zone_left(c, &w.app, &w.store, &w.session, &zone, shopper(name), at).await
        }
    });
}

async fn told(world: &World) -> Vec<String> {
    while notices::settle_buffers(&world.app).await.unwrap() > 0 {}
    let say = |one: crate::world::Waiting| {
        format!(
            "{} {} {}",
            one.name,
            one.body["shopper"]["shopperId"].as_str().unwrap(),
            one.body["timeOfOrigin"].as_str().unwrap()
        )
    };
    world.waiting().await.into_iter().map(say).collect()
}

#[tokio::test]
async fn one_message_per_session_and_change_that_lasts() {
    on_both_databases(async |database| {
        let world = World::over(database).await;
        world.setting(WebhookType::CheckoutZone, json!({"buffered": true, "buffer_ms": 1000})).await;
        cross(&world, true, "1", 1000).await;
        cross(&world, true, "2", 1500).await;
        world.advance(999);
        assert_eq!(told(&world).await, [""; 0]);
        world.advance(1);
        let entered = "checkoutZoneEntered 1 1970-01-01T00:00:01.000Z";
        assert_eq!(told(&world).await, [entered]);
        cross(&world, false, "1", 5000).await;
        cross(&world, false, "2", 6000).await;
        world.advance(500);
        cross(&world, true, "2", 6500).await;
        world.advance(5000);
        assert_eq!(told(&world).await, [entered], "a short absence is not told");
        cross(&world, false, "2", 9000).await;
        let due = notices::next_buffer_due(&world.app).await.unwrap();
        assert_eq!(due, Some(world.app.clock.now().plus(aisle_model::Millis(1000))));
        world.advance(1000);
        assert_eq!(told(&world).await, [entered, "checkoutZoneLeft 2 1970-01-01T00:00:09.000Z"]);
        assert_eq!(notices::next_buffer_due(&world.app).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn leaving_the_store_ends_the_wait() {
    on_both_databases(async |database| {
        let world = World::over(database).await;
        world.setting(WebhookType::CheckoutZone, json!({"buffered": true})).await;
        world.setting(WebhookType::Transitions, json!({})).await;
        cross(&world, true, "1", 1000).await;
        world.advance(2000);
        cross_out(&world).await;
        let names: Vec<String> = world.waiting().await.into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["checkoutZoneEntered", "checkoutZoneLeft", "transitionLeft"]);
    })
    .await;
}

async fn cross_out(world: &World) {
    assert_eq!(told(world).await.len(), 1);
    cross(world, false, "1", 5000).await;
    in_a_change!(world, |c, w| notices::transition_left(c, &w.app, &w.store, &w.session, shopper("1"), START));
}

#[tokio::test]
async fn the_wait_runs_by_the_stores_clock() {
    on_both_databases(async |database| {
        let mut world = World::over(database).await;
        world.store.clock = Some(StoreClock { set_at: START, showed: START, rate: 20.0 });
        world.setting(WebhookType::CheckoutZone, json!({"buffered": true})).await;
        cross(&world, true, "1", 1000).await;
        world.advance(99);
        assert_eq!(told(&world).await.len(), 0);
        world.advance(1);
        assert_eq!(told(&world).await.len(), 1);
    })
    .await;
}

//! Who is told what, under which name.

use aisle_contract::contract;
use aisle_database::testing::on_both_databases;
use aisle_model::check_in::Reason;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookType;
use aisle_operations::notices::{self, Refused};
use serde_json::{Value, json};

use crate::in_a_change;
use crate::world::{START, World, shopper};

fn fits(name: &str, body: &Value) {
    let schema = contract().webhook_schema(name).unwrap();
    assert_eq!(contract().check(schema, body), [], "{name} {body}");
}

#[tokio::test]
async fn every_setting_gets_its_variant_under_one_name() {
    on_both_databases(async |database| {
        let world = World::over(database).await;
        let plain = world.setting(WebhookType::CheckoutZone, json!({})).await;
        let again = world.setting(WebhookType::CheckoutZone, json!({})).await;
        let old = world.setting(WebhookType::CheckoutZone, json!({"numeric_zone_id": true, "send_cart": true})).await;
        world.setting(WebhookType::Transitions, json!({})).await;
        in_a_change!(world, |c, w| notices::checkout_zone_entered(
            c,
            &w.app,
            &w.store,
            &w.session,
            &"17".into(),
            shopper("1"),
            START
        ));
        let waiting = world.waiting().await;
        assert_eq!(waiting.iter().map(|one| one.webhook).collect::<Vec<_>>(), [plain, again, old]);
        assert!(waiting.iter().all(|one| one.message == waiting[0].message));
        assert_eq!(waiting[0].body, waiting[1].body);
        assert_eq!((&waiting[0].body["checkoutZoneId"], waiting[0].body.get("cart")), (&json!("17"), None));
        assert_eq!((&waiting[2].body["checkoutZoneId"], &waiting[2].body["cart"]), (&json!(17), &json!([])));
        for one in &waiting {
            fits(&one.name, &one.body);
        }
    })
    .await;
}

#[tokio::test]
async fn a_trip_tells_what_the_contract_says() {
    on_both_databases(async |database| {
        let world = World::over(database).await;
        world.setting(WebhookType::Transitions, json!({})).await;
        world.setting(WebhookType::EntryCodeNotify, json!({})).await;
        in_a_change!(world, |c, w| notices::transition_entered(c, &w.app, &w.store, &w.session, shopper("1"), START));
        in_a_change!(world, |c, w| notices::transition_left(c, &w.app, &w.store, &w.session, shopper("1"), START));
        in_a_change!(world, |c, w| async move {
            let refused = Refused {
                session: None,
                device: None,
                code: "nonsense".into(),
                reason: Reason::External,
                external_reason: Some("no".repeat(400)),
                at: START,
            };
            notices::entry_code_notify(c, &w.app, &w.store, refused).await
        });
        let waiting = world.waiting().await;
        let names: Vec<&str> = waiting.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["transitionEntered", "transitionLeft", "entryCodeNotify"]);
        for one in &waiting {
            fits(&one.name, &one.body);
        }
        let entered = &waiting[0].body;
        assert_eq!(entered["customer"]["metadata"], json!({"k": "v"}));
        assert_eq!(entered["session"]["status"], "active");
        assert_eq!(waiting[2].body["externalReason"].as_str().unwrap().len(), 500);
        assert_eq!(waiting[2].body["customer"]["role"], "unknown");
    })
    .await;
}

#[tokio::test]
async fn a_change_that_fails_tells_nobody() {
    on_both_databases(async |database| {
        let world = World::over(database).await;
        world.setting(WebhookType::Transitions, json!({})).await;
        let inner = world.clone();
        let failed = world.app.database.change(move |c| {
            let w = inner.clone();
            Box::pin(async move {
                notices::transition_entered(c, &w.app, &w.store, &w.session, shopper("1"), START).await?;
                Err::<(), _>(aisle_operations::Failure::Broken("on purpose".to_owned()))
            })
        });
        assert!(failed.await.is_err());
        assert_eq!(world.waiting().await, []);
    })
    .await;
}

#[tokio::test]
async fn of_an_untracked_person_zones_are_not_told() {
    on_both_databases(async |database| {
        let mut world = World::over(database).await;
        world.session.role = Role::Untracked;
        world.setting(WebhookType::CheckoutZone, json!({})).await;
        world.setting(WebhookType::Transitions, json!({})).await;
        in_a_change!(world, |c, w| notices::checkout_zone_left(
            c,
            &w.app,
            &w.store,
            &w.session,
            &"17".into(),
            shopper("1"),
            START
        ));
        in_a_change!(world, |c, w| notices::transition_entered(c, &w.app, &w.store, &w.session, shopper("1"), START));
        let waiting = world.waiting().await;
        assert_eq!((waiting.len(), waiting[0].name.as_str()), (1, "transitionEntered"));
    })
    .await;
}

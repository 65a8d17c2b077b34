//! Making and changing a store.

use aisle_database::rows;
use aisle_database::testing::on_both_databases;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{Millis, Moment, StoreId};
use aisle_operations::patch::Patch;
use aisle_operations::stores::{self, NewStore, StoreEdit};
use aisle_operations::{Failure, Refusal};
use serde_json::{Value, json};

use crate::fixture::{START, assert_absent, assert_conflict, faults, fixture, named};

#[tokio::test]
async fn a_new_store_is_closed_empty_and_has_a_plan() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let made = shop.store("Mitte").await;
        assert_eq!((made.status, made.deployment_status), (StoreStatus::Closed, DeploymentStatus::Deployment));
        assert_eq!((made.shown_name(), made.layout_version), ("Mitte", 0));
        assert_eq!(stores::find(&shop.app, &shop.caller, made.id).await.unwrap(), made);
        let (_, inside) = stores::occupancy(&shop.app, &shop.caller, made.id).await.unwrap();
        assert_eq!((inside.inside(), inside.reserved), (0, 0));
        assert_eq!(shop.plans(made.id).await.len(), 1);
        let stranger = shop.stranger().await;
        assert_absent(stores::find(&shop.app, &stranger, made.id).await, "Store");
        assert_absent(stores::update(&shop.app, &stranger, made.id, StoreEdit::default()).await, "Store");
    })
    .await;
}

#[tokio::test]
async fn names_of_a_store_are_unique_within_the_retailer_only() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let with = |id: &str| NewStore {
            fields: StoreEdit {
                third_party_id: Patch::Set(id.to_owned()),
                unique_store_id: Some(format!("unique-{id}")),
                ..StoreEdit::default()
            },
            ..named("Mitte")
        };
        stores::create(&shop.app, &shop.caller, with("1")).await.unwrap();
        let second = stores::create(&shop.app, &shop.caller, with("2")).await.unwrap();
        stores::create(&shop.app, &shop.stranger().await, with("1")).await.unwrap();
        let third = StoreEdit { third_party_id: Patch::Set("1".to_owned()), ..StoreEdit::default() };
        let unique = StoreEdit { unique_store_id: Some("unique-1".to_owned()), ..StoreEdit::default() };
        let (third_taken, unique_taken) =
            ("Store with this thirdPartyId already exists", "Store with this aifiUniqueStoreId already exists");
        assert_conflict(stores::update(&shop.app, &shop.caller, second.id, third.clone()).await, third_taken);
        assert_conflict(stores::update(&shop.app, &shop.caller, second.id, unique.clone()).await, unique_taken);
        for (edit, message) in [(third, third_taken), (unique, unique_taken)] {
            let new = NewStore { fields: edit, ..named("Nord") };
            assert_conflict(stores::create(&shop.app, &shop.caller, new).await, message);
        }
        assert_eq!(stores::find(&shop.app, &shop.caller, second.id).await.unwrap(), second);
    })
    .await;
}

#[tokio::test]
async fn an_edit_that_changes_nothing_leaves_the_store_alone() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let made = shop.store("Mitte").await;
        let later = shop.later();
        let same = StoreEdit { name: Some("Mitte".to_owned()), max_people: Patch::Clear, ..StoreEdit::default() };
        for edit in [StoreEdit::default(), same] {
            assert_eq!(stores::update(&shop.app, &shop.caller, made.id, edit).await.unwrap(), made);
        }
        let shown = StoreEdit {
            displayable_name: Some("Corner".to_owned()),
            max_people: Patch::Set(0),
            ..StoreEdit::default()
        };
        let changed = stores::update(&shop.app, &shop.caller, made.id, shown).await.unwrap();
        assert_eq!((changed.shown_name(), changed.max_people, changed.updated_at), ("Corner", Some(0), later));
        let cleared =
            StoreEdit { displayable_name: Some(String::new()), max_people: Patch::Clear, ..StoreEdit::default() };
        let changed = stores::update(&shop.app, &shop.caller, made.id, cleared).await.unwrap();
        assert_eq!((changed.shown_name(), changed.max_people), ("Mitte", None));
    })
    .await;
}

#[tokio::test]
async fn what_no_schema_can_say_is_refused() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let new = NewStore {
            time_zone: "Mars/Olympus".to_owned(),
            fields: StoreEdit { store_url: Patch::Set("ftp://store".to_owned()), ..StoreEdit::default() },
            ..named("Mitte")
        };
        let refused = faults(stores::create(&shop.app, &shop.caller, new).await);
        assert_eq!(refused, ["timeZone any.invalid", "storeUrl any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn opening_tells_the_devices_and_decommissioning_is_final() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let id = shop.store("Mitte").await.id;
        let open = StoreEdit { status: Some(StoreStatus::Open), ..StoreEdit::default() };
        for _ in 0..2 {
            stores::update(&shop.app, &shop.caller, id, open.clone()).await.unwrap();
        }
        assert_eq!(commands(&shop, id).await, [r#"store.status {"status":"OPEN","deploymentStatus":"DEPLOYMENT"}"#]);
        let to = |status| StoreEdit { deployment_status: Some(status), ..StoreEdit::default() };
        let gone = to(DeploymentStatus::Decommissioned);
        for _ in 0..2 {
            stores::update(&shop.app, &shop.caller, id, gone.clone()).await.unwrap();
        }
        let back = stores::update(&shop.app, &shop.caller, id, to(DeploymentStatus::Live)).await;
        assert_conflict(back, "Store is decommissioned");
        let told: Vec<_> = shop.plans(id).await.iter().map(|plan| (plan.status, plan.deployment)).collect();
        let expected = [
            (StoreStatus::Closed, DeploymentStatus::Deployment),
            (StoreStatus::Open, DeploymentStatus::Deployment),
            (StoreStatus::Open, DeploymentStatus::Decommissioned),
        ];
        assert_eq!(told, expected);
    })
    .await;
}

async fn commands(shop: &crate::fixture::Fixture, store: StoreId) -> Vec<String> {
    let now = shop.app.clock.now();
    let open = shop.app.database.read(move |c| Box::pin(rows::commands::open_after(c, store, 0, now, 100)));
    let open = open.await.unwrap();
    open.iter().map(|command| format!("{} {}", command.kind, command.payload)).collect()
}

#[tokio::test]
async fn settings_are_merged_and_reach_the_engine() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let id = shop.store("Mitte").await.id;
        let set = |part: Value| {
            let Value::Object(part) = part else { panic!("settings are an object") };
            stores::update_settings(&shop.app, &shop.caller, id, part)
        };
        set(json!({"zones": {"enterDwellMs": 500}, "review": {"claimMinutes": 5}})).await.unwrap();
        set(json!({"zones": {"leaveDwellMs": 900}, "review": {"claimMinutes": null}})).await.unwrap();
        let after = set(json!({"zones": {"leaveDwellMs": 900}})).await.unwrap();
        assert_eq!(Value::Object(after.settings), json!({"zones": {"enterDwellMs": 500, "leaveDwellMs": 900}}));
        let plans = shop.plans(id).await;
        let dwells: Vec<_> = plans
            .iter()
            .map(|plan| (plan.version, plan.settings.zones.enter_dwell_ms, plan.settings.zones.leave_dwell_ms))
            .collect();
        assert_eq!(dwells, [(0, 300, 700), (0, 500, 700), (0, 500, 900)]);
        let none = set(json!({"zones": null})).await.unwrap();
        assert!(none.settings.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_a_development_token_sets_the_clock_of_a_store_that_is_not_live() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let id = shop.store("Mitte").await.id;
        let at = Moment::from_millis(5_000_000);
        let set = stores::set_clock(&shop.app, &shop.caller, id, at, 20.0).await.unwrap();
        shop.app.clock.advance(Millis(100));
        assert_eq!(set.now(shop.app.clock.now()), at.plus(Millis(2000)));
        assert_eq!(shop.plans(id).await.last().unwrap().at, at);
        let mut usual = shop.caller.clone();
        usual.development = false;
        let refused = stores::set_clock(&shop.app, &usual, id, START, 1.0).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::Forbidden(_)))));
        let live = StoreEdit { deployment_status: Some(DeploymentStatus::Live), ..StoreEdit::default() };
        stores::update(&shop.app, &shop.caller, id, live).await.unwrap();
        assert_conflict(stores::set_clock(&shop.app, &shop.caller, id, START, 1.0).await, "Store is live");
    })
    .await;
}

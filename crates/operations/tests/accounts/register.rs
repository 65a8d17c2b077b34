//! Registering in the app.

use std::net::IpAddr;

use aisle_database::testing::on_both_databases;
use aisle_model::Millis;
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_operations::accounts::{self, Account, Registration};
use aisle_operations::customers::{self, CustomerPatch, Password};
use aisle_operations::{Failure, Refusal, webhooks};
use aisle_testkit::{assert_conflict, hook};
use serde_json::json;

use crate::fixture::{Fixture, faults, fixture, from, too_often};

fn eve(email: &str) -> Registration {
    Registration {
        email: email.to_owned(),
        password: Password::new("correct horse"),
        first_name: "Eve".to_owned(),
        last_name: "Example".to_owned(),
        phone: "+15550100".to_owned(),
        locale_language_code: Some("en".to_owned()),
    }
}

async fn register(f: &Fixture, address: Option<IpAddr>, email: &str) -> Result<Account, Failure> {
    accounts::register(&f.app, &f.nobody(), address, eve(email)).await
}

#[tokio::test]
async fn a_registered_customer_may_log_in_and_the_retailer_is_told() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        webhooks::create(&f.app, &f.caller, hook(WebhookType::CustomerCreated, "https://hooks.example/"))
            .await
            .unwrap();
        let made = register(&f, from(1), "Eve@Example.com").await.unwrap();
        assert_eq!(made.profile.locale_language_code.as_deref(), Some("en"));
        let notices = aisle_testkit::messages(&f.app, WebhookName::CustomerCreated.as_str()).await;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0]["customerPersonalInfo"]["email"], "Eve@Example.com");
        let given = f.log_in(1, "eve@example.com", "correct horse").await.unwrap().unwrap();
        let caller = f.bearer(&given.token).await.unwrap();
        assert_eq!(accounts::of_caller(&f.app, &caller).await.unwrap(), made);
    })
    .await;
}

#[tokio::test]
async fn a_taken_address_and_a_reserved_one_are_refused() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let taken = register(&f, from(1), "ada@example.com").await;
        assert_conflict(taken, "Customer with this email already exists");
        assert_eq!(faults(register(&f, from(1), "x@customers.invalid").await), ["email any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn fifty_registrations_of_one_address_at_once_make_one_customer() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let tries = (0..50).map(async |place| {
            // The queue for hashing turns some away; they come again, as clients do.
            let mut tries = 0_u16;
            loop {
                let [high, low] = tries.to_be_bytes();
                let address = Some(IpAddr::from([10, place, high, low]));
                match register(&f, address, "eve@example.com").await {
                    Err(Failure::Busy(_)) => tries += 1,
                    outcome => return outcome,
                }
                tokio::task::yield_now().await;
            }
        });
        let outcomes = futures::future::join_all(tries).await;
        let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((made.len(), refused.len()), (1, 49));
        for outcome in refused {
            assert_conflict(outcome, "Customer with this email already exists");
        }
    })
    .await;
}

#[tokio::test]
async fn ten_registrations_an_hour_from_one_address() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        for place in 0..10 {
            register(&f, from(1), &format!("eve{place}@example.com")).await.unwrap();
        }
        assert_eq!(too_often(register(&f, from(1), "eve10@example.com").await), 3601);
        register(&f, from(2), "eve10@example.com").await.unwrap();
        f.app.clock.advance(Millis(60 * 60_000));
        register(&f, from(1), "eve11@example.com").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_retailer_may_close_registration() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.set(json!({"customerApi.registration": "closed"})).await;
        let closed = register(&f, from(1), "eve@example.com").await;
        assert!(matches!(closed, Err(Failure::Refused(Refusal::Forbidden(_)))), "{closed:?}");
    })
    .await;
}

/// The retailer's own changes do not touch what the app keeps of a customer.
#[tokio::test]
async fn a_profile_outlives_the_retailers_changes_and_not_the_customer() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let made = register(&f, from(1), "eve@example.com").await.unwrap();
        let id = made.known.customer.id;
        let given = f.log_in(1, "eve@example.com", "correct horse").await.unwrap().unwrap();
        let caller = f.bearer(&given.token).await.unwrap();
        let patch = CustomerPatch { priority: Some(3), ..CustomerPatch::default() };
        customers::update(&f.app, &f.caller, id, patch).await.unwrap();
        assert_eq!(accounts::of_caller(&f.app, &caller).await.unwrap().profile, made.profile);
        customers::delete(&f.app, &f.caller, id).await.unwrap();
        let gone = accounts::of_caller(&f.app, &caller).await;
        assert!(matches!(gone, Err(Failure::Refused(Refusal::NotFound("Customer")))), "{gone:?}");
        register(&f, from(1), "eve@example.com").await.unwrap();
    })
    .await;
}

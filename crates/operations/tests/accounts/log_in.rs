//! Logging in.

use aisle_database::sql;
use aisle_database::testing::{fetch_all, on_both_databases};
use aisle_model::Millis;
use aisle_operations::accounts::{self, Name};
use aisle_operations::customers::{self, CustomerPatch, NewCustomer, Password};
use aisle_operations::patch::Patch;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};

use crate::fixture::{fixture, from, too_often};

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn a_password_gives_a_token_by_email_or_by_phone() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.with_password("Eve@Example.com", "correct horse").await;
        let given = f.log_in(1, "eve@EXAMPLE.com", "correct horse").await.unwrap().unwrap();
        assert_eq!(f.bearer(&given.token).await.unwrap().shopper.unwrap().customer, id);
        let patch = CustomerPatch { phone: Patch::Set("00 1 (555) 01-00".to_owned()), ..CustomerPatch::default() };
        customers::update(&f.app, &f.caller, id, patch.clone()).await.unwrap();
        let by_phone = async || {
            let (name, password) = (Name::Phone("+1 555.0100".to_owned()), Password::new("correct horse"));
            accounts::log_in(&f.app, &f.nobody(), from(1), &name, &password).await.unwrap()
        };
        assert!(by_phone().await.is_some());
        customers::update(&f.app, &f.caller, f.customer, patch.clone()).await.unwrap();
        assert!(by_phone().await.is_some(), "the other one has no password");
        let other = f.with_password("other@example.com", "correct horse").await;
        customers::update(&f.app, &f.caller, other, patch).await.unwrap();
        assert!(by_phone().await.is_none(), "two of them may be meant");
    })
    .await;
}

#[tokio::test]
async fn whatever_is_wrong_gives_nothing() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.with_password("eve@example.com", "correct horse").await;
        for (email, password) in [
            ("eve@example.com", "wrong horse"),
            ("nobody@example.com", "correct horse"),
            ("Ada@Example.com", "correct horse"),
            ("", ""),
        ] {
            assert!(f.log_in(1, email, password).await.unwrap().is_none(), "{email} {password}");
        }
        let blocked = CustomerPatch { blocked: Some(true), ..CustomerPatch::default() };
        customers::update(&f.app, &f.caller, id, blocked).await.unwrap();
        assert!(f.log_in(1, "eve@example.com", "correct horse").await.unwrap().is_some(), "blocked ones have debts");
        customers::delete(&f.app, &f.caller, id).await.unwrap();
        assert!(f.log_in(1, "eve@example.com", "correct horse").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_sixth_failure_of_a_name_from_an_address_waits_whoever_it_is() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.with_password("eve@example.com", "correct horse").await;
        for email in ["eve@example.com", "nobody@example.com"] {
            for _ in 0..5 {
                assert!(f.log_in(1, email, "wrong").await.unwrap().is_none());
            }
            assert_eq!(too_often(f.log_in(1, email, "correct horse").await), 901, "not even the right one");
        }
        f.log_in(2, "eve@example.com", "correct horse").await.unwrap().expect("another address may");
        f.app.clock.advance(Millis(15 * MINUTE));
        f.log_in(1, "eve@example.com", "correct horse").await.unwrap().expect("the failures no longer count");
    })
    .await;
}

#[tokio::test]
async fn successes_count_for_the_address_alone() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.with_password("eve@example.com", "correct horse").await;
        for _ in 0..7 {
            assert!(f.log_in(1, "eve@example.com", "correct horse").await.unwrap().is_some());
        }
    })
    .await;
}

/// Six at one instant: the limit holds although none has failed yet when the last begins.
#[tokio::test]
async fn tries_at_one_instant_do_not_pass_the_limit_together() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let tries = (0..20).map(|_| f.log_in(1, "nobody@example.com", "wrong"));
        let outcomes = futures::future::join_all(tries).await;
        assert_eq!(outcomes.into_iter().flatten().count(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_renewed() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.with_password("eve@example.com", "password").await;
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(16, 2, 1, None).unwrap());
        let old = weak.hash_password_with_salt(b"password", b"somesaltsomesalt").unwrap().to_string();
        aisle_testkit::execute(&f.app, sql!("update customers set password_hash = $1 where id = $2", old, id)).await;
        assert!(f.log_in(1, "eve@example.com", "wrong").await.unwrap().is_none());
        assert!(f.log_in(1, "eve@example.com", "password").await.unwrap().is_some());
        let read = f.app.database.read(move |c| {
            Box::pin(async move {
                let rows = fetch_all(c, sql!("select password_hash from customers where id = $1", id)).await?;
                rows[0].get::<String>("password_hash")
            })
        });
        let renewed: String = read.await.unwrap();
        assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
        assert!(f.log_in(1, "eve@example.com", "password").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn the_retailers_new_password_logs_the_customer_out_everywhere() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (one, other) = (f.device().await, f.device().await);
        let patch = CustomerPatch { password: Some(Password::new("another horse")), ..CustomerPatch::default() };
        customers::update(&f.app, &f.caller, f.customer, patch).await.unwrap();
        for token in [one.token, other.token] {
            assert!(f.bearer(&token).await.is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn another_retailers_customer_is_nobody() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let other = crate::fixture::retailer(&f.app, "other").await;
        let new = NewCustomer {
            email: Some("eve@example.com".to_owned()),
            password: Some(Password::new("correct horse")),
            ..NewCustomer::default()
        };
        customers::create(&f.app, &other, new).await.unwrap();
        assert!(f.log_in(1, "eve@example.com", "correct horse").await.unwrap().is_none());
    })
    .await;
}

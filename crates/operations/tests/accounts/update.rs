//! What customers change about themselves.

use aisle_database::testing::on_both_databases;
use aisle_model::Millis;
use aisle_operations::accounts::{self, Account, AccountPatch, password_reset};
use aisle_operations::customers::{CustomerPatch, Password};
use aisle_operations::patch::Patch;
use aisle_operations::{Caller, Failure};

use crate::fixture::{Fixture, faults, fixture, from, too_often};

const HOUR: i64 = 60 * 60_000;

async fn change(f: &Fixture, caller: &Caller, patch: AccountPatch) -> Result<Account, Failure> {
    accounts::update(&f.app, caller, from(1), patch).await
}

fn passwords(current: &str, new: &str) -> AccountPatch {
    let known = CustomerPatch {
        current_password: Some(Password::new(current)),
        password: Some(Password::new(new)),
        ..CustomerPatch::default()
    };
    AccountPatch { known, ..AccountPatch::default() }
}

fn email(email: &str) -> AccountPatch {
    let known = CustomerPatch { email: Patch::Set(email.to_owned()), ..CustomerPatch::default() };
    AccountPatch { known, ..AccountPatch::default() }
}

/// A customer with a password on two devices: who asks on the first, and the token of the second.
async fn eve(f: &Fixture) -> (Caller, String) {
    f.with_password("eve@example.com", "correct horse").await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tokens.push(f.log_in(1, "eve@example.com", "correct horse").await.unwrap().unwrap().token);
    }
    (f.bearer(&tokens[0]).await.unwrap(), tokens.remove(1))
}

async fn is_good(f: &Fixture, caller: &Caller) -> bool {
    accounts::of_caller(&f.app, caller).await.is_ok()
}

#[tokio::test]
async fn a_profile_is_changed_field_by_field_and_registration_is_never_undone() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (caller, _) = eve(&f).await;
        let set = |text: &str| Patch::Set(text.to_owned());
        let all = AccountPatch {
            locale_language_code: set("pl"),
            tax_id: set("7"),
            company_name: set("Corner"),
            address: set("Street 1"),
            fully_registered: true,
            notification_token: set("device"),
            ..AccountPatch::default()
        };
        let changed = change(&f, &caller, all).await.unwrap();
        assert_eq!((changed.profile.tax_id.as_deref(), changed.profile.fully_registered), (Some("7"), true));
        let less = AccountPatch { tax_id: set(""), company_name: Patch::Clear, ..AccountPatch::default() };
        let changed = change(&f, &caller, less).await.unwrap();
        assert_eq!((changed.profile.tax_id, changed.profile.company_name), (None, None));
        assert_eq!((changed.profile.address.as_deref(), changed.profile.fully_registered), (Some("Street 1"), true));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_devices() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (caller, other) = eve(&f).await;
        assert_eq!(
            faults(change(&f, &caller, passwords("wrong", "another horse")).await),
            ["currentPassword any.invalid"]
        );
        assert!(f.bearer(&other).await.is_some());
        change(&f, &caller, passwords("correct horse", "another horse")).await.unwrap();
        assert!(f.bearer(&other).await.is_none());
        assert!(f.log_in(1, "eve@example.com", "correct horse").await.unwrap().is_none());
        assert!(f.log_in(1, "eve@example.com", "another horse").await.unwrap().is_some());
        assert!(is_good(&f, &caller).await);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_current_password_counts_as_a_failed_log_in() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (caller, _) = eve(&f).await;
        for _ in 0..5 {
            change(&f, &caller, passwords("wrong", "another horse")).await.unwrap_err();
        }
        assert_eq!(too_often(change(&f, &caller, passwords("correct horse", "another horse")).await), 901);
        assert_eq!(too_often(f.log_in(1, "eve@example.com", "correct horse").await), 901);
    })
    .await;
}

#[tokio::test]
async fn a_new_address_is_told_to_the_former_one_and_cannot_reset_for_a_day() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (caller, other) = eve(&f).await;
        let start = async |flow: &str, email: &str| {
            password_reset::start(&f.app, &f.nobody(), from(1), flow, email).await.unwrap();
        };
        start("before-flow", "eve@example.com").await;
        let code = f.mailed_code().await;
        change(&f, &caller, email("mallory@example.com")).await.unwrap();
        let told = f.mails().await.pop().unwrap();
        assert_eq!(told.0, "eve@example.com");
        assert!(told.1.contains("e-mail address"), "{}", told.1);
        assert!(f.bearer(&other).await.is_none());
        let verified = password_reset::verify(&f.app, &f.nobody(), from(1), "before-flow", &code).await;
        assert_eq!(faults(verified), ["code any.invalid"], "open flows ended");
        start("too-soon", "mallory@example.com").await;
        assert_eq!(f.mails().await.len(), 2, "no code for the new address");
        f.app.clock.advance(Millis(24 * HOUR));
        start("a-day-later", "mallory@example.com").await;
        assert_eq!(f.mails().await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn ten_changes_of_address_or_password_an_hour() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (caller, _) = eve(&f).await;
        for place in 0..10 {
            change(&f, &caller, email(&format!("eve{place}@example.com"))).await.unwrap();
        }
        assert_eq!(too_often(change(&f, &caller, email("ada@example.com")).await), 3601);
        change(&f, &caller, AccountPatch { fully_registered: true, ..AccountPatch::default() }).await.unwrap();
    })
    .await;
}

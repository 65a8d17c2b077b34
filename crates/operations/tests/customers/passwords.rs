//! Passwords of customers.

use aisle_database::sql;
use aisle_database::testing::{fetch_all, on_both_databases};
use aisle_operations::customers::{self, CustomerPatch, NewCustomer, Password};

use crate::fixture::{Fixture, faults, fixture};

async fn stored(f: &Fixture) -> Option<String> {
    let read = f.app.database.read(|c| {
        Box::pin(async move {
            let rows = fetch_all(c, sql!("select password_hash from customers order by id"));
            rows.await?[0].get::<Option<String>>("password_hash")
        })
    });
    read.await.unwrap()
}

#[tokio::test]
async fn a_password_is_stored_as_argon2id_and_changed_by_who_knows_it() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let new = NewCustomer { password: Some(Password::new("first-word")), ..NewCustomer::default() };
        let id = f.customer(new).await.customer.id;
        let first = stored(&f).await.unwrap();
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        let say = async |current: Option<&str>, new: Option<&str>| {
            let patch = CustomerPatch {
                current_password: current.map(Password::new),
                password: new.map(Password::new),
                ..CustomerPatch::default()
            };
            customers::update(&f.app, &f.caller, id, patch).await
        };
        let lonely = say(Some("first-word"), None).await;
        assert_eq!(faults(lonely), ["password any.required"]);
        let wrong = say(Some("other-word"), Some("second-word")).await;
        assert_eq!(faults(wrong), ["currentPassword any.invalid"]);
        assert_eq!(stored(&f).await.as_ref(), Some(&first));
        say(Some("first-word"), Some("second-word")).await.unwrap();
        assert_ne!(stored(&f).await.as_ref(), Some(&first));
        say(None, Some("third-word")).await.unwrap();
        say(Some("third-word"), Some("fourth-word")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn without_a_stored_password_none_fits() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        assert_eq!(stored(&f).await, None);
        let patch = CustomerPatch {
            current_password: Some(Password::new("whatever")),
            password: Some(Password::new("new-password")),
            ..CustomerPatch::default()
        };
        let refused = customers::update(&f.app, &f.caller, id, patch).await;
        assert_eq!(faults(refused), ["currentPassword any.invalid"]);
    })
    .await;
}

//! Making and changing customers.

use aisle_database::testing::on_both_databases;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookName;
use aisle_model::{CustomerId, Millis};
use aisle_operations::Failure;
use aisle_operations::customers::{self, CustomerPatch, CustomerWithCards, NewCustomer};
use aisle_operations::patch::Patch;
use serde_json::{Map, json};

use crate::fixture::{Fixture, START, ada, assert_absent, assert_conflict, faults, fixture, retailer, said, set};

async fn create(f: &Fixture, new: NewCustomer) -> Result<CustomerWithCards, Failure> {
    customers::create(&f.app, &f.caller, new).await
}

async fn patch(f: &Fixture, id: CustomerId, patch: CustomerPatch) -> Result<CustomerWithCards, Failure> {
    customers::update(&f.app, &f.caller, id, patch).await
}

#[tokio::test]
async fn an_anonymous_customer_has_a_generated_address_and_causes_nothing() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let empties = NewCustomer {
            email: Some(String::new()),
            external_id: Some(String::new()),
            phone: Some(String::new()),
            ..NewCustomer::default()
        };
        let one = f.customer(NewCustomer::default()).await.customer;
        let other = f.customer(empties).await.customer;
        assert!(one.email.ends_with("@customers.invalid"));
        assert!(other.email_is_generated);
        assert_ne!(one.email, other.email);
        assert_eq!((other.external_id, other.phone), (None, None));
        assert_eq!((one.role, one.priority, one.created_at), (Role::Customer, 0, START));
        assert_eq!(f.notices(WebhookName::CustomerCreated).await, [] as [serde_json::Value; 0]);
    })
    .await;
}

#[tokio::test]
async fn email_and_external_id_are_unique_within_a_retailer() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.customer(ada()).await;
        let same_email = NewCustomer { email: Some("aDA@exAMPLE.com".to_owned()), ..NewCustomer::default() };
        let taken = create(&f, same_email.clone()).await;
        assert_conflict(taken, "Customer with this email already exists");
        let same_id = NewCustomer { external_id: Some("ext-1".to_owned()), ..NewCustomer::default() };
        let taken = create(&f, same_id.clone()).await;
        assert_conflict(taken, "Customer with this externalId already exists");
        let stranger = retailer(&f.app, "other").await;
        for new in [same_email, same_id.clone()] {
            customers::create(&f.app, &stranger, new).await.unwrap();
        }
        f.set(json!({"customers.uniqueExternalId": false})).await;
        f.customer(same_id).await;
    })
    .await;
}

#[tokio::test]
async fn a_patch_changes_what_it_says_and_one_that_changes_nothing_leaves_no_trace() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let before = f.customer(ada()).await.customer;
        f.app.clock.advance(Millis(5000));
        let same = CustomerPatch {
            email: set("Ada@Example.com"),
            external_id: set("ext-1"),
            priority: Some(0),
            metadata: Patch::Clear,
            ..Default::default()
        };
        assert_eq!(patch(&f, before.id, same).await.unwrap().customer, before);
        let metadata = Map::from_iter([("a".to_owned(), json!(1))]);
        let other =
            CustomerPatch { external_id: set("ext-2"), metadata: Patch::Set(metadata.clone()), ..Default::default() };
        let after = patch(&f, before.id, other).await.unwrap().customer;
        assert_eq!(after.updated_at, f.app.clock.now());
        assert_eq!(after.created_at, before.created_at);
        assert_eq!(after.external_id.as_deref(), Some("ext-2"));
        assert_eq!((after.metadata.as_ref(), &after.first_name), (Some(&metadata), &before.first_name));
        let read = customers::get(&f.app, &f.caller, before.id).await.unwrap();
        assert_eq!(read.customer, after);
        f.customer(NewCustomer { external_id: Some("ext-1".to_owned()), ..NewCustomer::default() }).await;
        let back = CustomerPatch { external_id: set("ext-1"), ..Default::default() };
        assert_conflict(patch(&f, before.id, back).await, "Customer with this externalId already exists");
        let stranger = retailer(&f.app, "other").await;
        assert_absent(customers::get(&f.app, &stranger, before.id).await, "Customer");
        let foreign = customers::update(&f.app, &stranger, before.id, CustomerPatch::default()).await;
        assert_absent(foreign, "Customer");
    })
    .await;
}

#[tokio::test]
async fn faults_are_told_together() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let huge = Map::from_iter([("a".to_owned(), json!("x".repeat(17 * 1024)))]);
        let new = NewCustomer {
            email: Some("x@Customers.Invalid".to_owned()),
            metadata: Some(huge),
            ..NewCustomer::default()
        };
        assert_eq!(faults(create(&f, new).await), ["email any.invalid", "metadata any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn patches_of_different_fields_at_once_are_all_kept() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        let patches = [
            said(|p| p.first_name = set("A")),
            said(|p| p.last_name = set("B")),
            said(|p| p.phone = set("C")),
            said(|p| p.email = set("d@example.com")),
            said(|p| p.priority = Some(7)),
            said(|p| p.blocked = Some(true)),
            said(|p| p.external_id = set("E")),
            said(|p| p.role = Some(Role::Employee)),
        ];
        let calls = patches.into_iter().map(|said| patch(&f, id, said));
        for done in futures::future::join_all(calls).await {
            done.unwrap();
        }
        let got = customers::get(&f.app, &f.caller, id).await.unwrap();
        let got = got.customer;
        let texts = [got.first_name, got.last_name, got.phone, got.external_id];
        assert_eq!(texts.map(Option::unwrap), ["A", "B", "C", "E"]);
        assert_eq!(got.email, "d@example.com");
        assert_eq!((got.priority, got.blocked, got.role), (7, true, Role::Employee));
    })
    .await;
}

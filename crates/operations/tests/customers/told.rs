//! When the retailer is told about personal data.

use aisle_database::testing::on_both_databases;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookName;
use aisle_operations::customers::{self, NewCustomer};
use aisle_operations::patch::Patch;
use serde_json::{Value, json};

use crate::fixture::{Fixture, ada, fixture, said, set};

async fn told(f: &Fixture) -> Vec<Value> {
    f.notices(WebhookName::CustomerCreated).await
}

fn no_phone() -> NewCustomer {
    NewCustomer { email: Some("b@example.com".to_owned()), phone: None, external_id: None, ..ada() }
}

#[tokio::test]
async fn complete_personal_data_are_told_once() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(ada()).await.customer.id;
        let notices = told(&f).await;
        assert_eq!(notices.len(), 1);
        let person = &notices[0]["customerPersonalInfo"];
        assert_eq!(person["email"], "Ada@Example.com");
        assert_eq!(person["phone"], person["phoneNumber"]);
        assert_eq!(notices[0]["customer"]["id"], id.to_string());
        f.customer(no_phone()).await;
        assert_eq!(told(&f).await.len(), 1, "incomplete");
        f.set(json!({"customers.completePersonalData": ["email"]})).await;
        let address = NewCustomer { email: Some("c@example.com".to_owned()), ..NewCustomer::default() };
        f.customer(address).await;
        assert_eq!(told(&f).await.len(), 2, "that is all this retailer wants");
        f.set(json!({"customers.completePersonalData": []})).await;
        f.customer(NewCustomer::default()).await;
        assert_eq!(told(&f).await.len(), 3, "nothing is wanted");
    })
    .await;
}

#[tokio::test]
async fn every_change_of_personal_data_is_told_once() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(no_phone()).await.customer.id;
        let steps = [
            ("adds the phone", said(|p| p.phone = set("5")), 1),
            ("the same", said(|p| p.phone = set("5")), 1),
            ("cleared", said(|p| p.first_name = Patch::Clear), 2),
            ("a role", said(|p| p.role = Some(Role::Tester)), 2),
            ("a block", said(|p| p.blocked = Some(true)), 2),
            ("an external id", said(|p| p.external_id = set("e")), 2),
            ("no address", said(|p| p.email = set("")), 3),
            ("still none", said(|p| p.email = Patch::Clear), 3),
        ];
        for (what, patch, expected) in steps {
            let changed = customers::update(&f.app, &f.caller, id, patch).await;
            changed.unwrap();
            assert_eq!(told(&f).await.len(), expected, "{what}");
        }
        let last = &told(&f).await[2]["customerPersonalInfo"];
        assert_eq!((&last["email"], &last["phone"]), (&Value::Null, &json!("5")));
    })
    .await;
}

//! What a retailer may write on a trip.

use aisle_database::sql;
use aisle_database::testing::{execute, on_both_databases};
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{Millis, SessionToken};
use aisle_operations::customers::NewCustomer;
use aisle_operations::entry_codes::{self, NewEntryCode};
use aisle_operations::sessions::{self, Session, SessionPatch};
use aisle_operations::stores::{self, NewStore};
use serde_json::{Map, Value, json};

use crate::fixture::{Fixture, assert_absent, faults, fixture, retailer};

async fn trip(f: &Fixture) -> Session {
    let customer = f.customer(NewCustomer::default()).await.customer.id;
    entry_codes::create(&f.app, &f.caller, customer, NewEntryCode::default()).await.unwrap()
}

async fn patch(f: &Fixture, token: &SessionToken, patch: SessionPatch) -> Result<Session, aisle_operations::Failure> {
    sessions::update(&f.app, &f.caller, token.clone(), patch).await
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn metadata(value: &Value) -> SessionPatch {
    SessionPatch { metadata: Some(object(value)), ..SessionPatch::default() }
}

#[tokio::test]
async fn metadata_are_replaced_but_for_the_events_of_the_server() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let token = trip(&f).await.token;
        let stored = f.app.database.change(|c| {
            let text = json!({"events": [{"eventId": "e1"}], "old": 1}).to_string();
            Box::pin(async move { execute(c, sql!("update sessions set metadata = $1", text)).await.map(drop) })
        });
        stored.await.unwrap();
        f.app.clock.advance(Millis(1000));
        let after = patch(&f, &token, metadata(&json!({"new": 2, "events": []}))).await.unwrap();
        let expected = object(&json!({"events": [{"eventId": "e1"}], "new": 2}));
        assert_eq!((after.metadata.clone(), after.updated_at), (expected, f.app.clock.now()));
        f.app.clock.advance(Millis(1000));
        let same = metadata(&json!({"new": 2}));
        assert_eq!(patch(&f, &token, same).await.unwrap(), after, "nothing changed");
        let huge = metadata(&json!({"a": "x".repeat(17 * 1024)}));
        assert_eq!(faults(patch(&f, &token, huge).await), ["metadata any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn the_mark_is_raised_and_stays() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.listen_to(WebhookType::SuspectedFraud).await;
        let token = trip(&f).await.token;
        let raise = SessionPatch { suspected_fraud: true, ..SessionPatch::default() };
        let raised = patch(&f, &token, raise).await.unwrap();
        assert!(raised.suspected_fraud);
        assert_eq!(told(&f).await, 0, "no store yet");
        f.app.clock.advance(Millis(1000));
        assert_eq!(patch(&f, &token, SessionPatch::default()).await.unwrap(), raised);
        let stranger = retailer(&f.app, "other").await;
        let foreign = sessions::update(&f.app, &stranger, token, SessionPatch::default()).await;
        assert_absent(foreign, "Session");
        assert_absent(patch(&f, &"nothing".into(), SessionPatch::default()).await, "Session");
    })
    .await;
}

async fn told(f: &Fixture) -> usize {
    f.notices(WebhookName::SuspectedFraud).await.len()
}

#[tokio::test]
async fn a_raised_mark_is_told_once() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.listen_to(WebhookType::SuspectedFraud).await;
        let store = NewStore {
            name: "Corner".into(),
            currency: "EUR".into(),
            time_zone: "Europe/Berlin".into(),
            ..Default::default()
        };
        let store = stores::create(&f.app, &f.caller, store).await.unwrap().id;
        let customer = f.customer(NewCustomer::default()).await.customer.id;
        let code = NewEntryCode { scannable_at: Some(store), ..NewEntryCode::default() };
        let trip = entry_codes::create(&f.app, &f.caller, customer, code).await;
        let token = trip.unwrap().token;
        let raise = SessionPatch { suspected_fraud: true, ..SessionPatch::default() };
        for _ in 0..2 {
            patch(&f, &token, raise.clone()).await.unwrap();
            assert_eq!(told(&f).await, 1);
        }
        let body = f.notices(WebhookName::SuspectedFraud).await.remove(0);
        assert_eq!(body["session"]["suspectedFraud"], true);
        assert_eq!(body["sessionId"], token.as_str());
    })
    .await;
}

//! Registering entry codes.

use aisle_database::rows;
use aisle_database::testing::on_both_databases;
use aisle_model::entry_code::CodeState;
use aisle_model::session::SessionStatus;
use aisle_model::{CustomerId, EntryCode, Millis, SessionToken, StoreId};
use aisle_operations::customers::NewCustomer;
use aisle_operations::entry_codes::{self, Expiry, NewEntryCode, code_hash};
use aisle_operations::sessions::Session;
use aisle_operations::stores::{self, NewStore};
use aisle_operations::{Failure, Refusal};
use serde_json::{Map, json};

use crate::fixture::{Fixture, START, assert_absent, assert_conflict, faults, fixture, retailer};

async fn register(f: &Fixture, customer: CustomerId, new: NewEntryCode) -> Result<Session, Failure> {
    entry_codes::create(&f.app, &f.caller, customer, new).await
}

fn code(text: &str) -> NewEntryCode {
    NewEntryCode { code: Some(EntryCode::from(text)), ..NewEntryCode::default() }
}

async fn somebody(f: &Fixture) -> CustomerId {
    f.customer(NewCustomer { priority: 4, ..NewCustomer::default() }).await.customer.id
}

#[tokio::test]
async fn a_code_comes_with_a_pending_trip() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let customer = somebody(&f).await;
        let trip = register(&f, customer, NewEntryCode { group_size: Some(0), ..Default::default() }).await.unwrap();
        assert_eq!((trip.status, trip.customer, trip.priority), (SessionStatus::Pending, Some(customer), 4));
        assert_eq!((trip.group_size, trip.store, trip.metadata.len()), (None, None, 0));
        assert_eq!(trip.expires_at, Some(START.plus(Millis(24 * 3_600_000))));
        assert_eq!((trip.code.0.len(), trip.token.0.len()), (36, 36));
        let found = entry_codes::find(&f.app, &f.caller, customer, trip.code.clone()).await.unwrap();
        assert_eq!((found.state, found.session), (CodeState::Registered, trip.number));
        let other = somebody(&f).await;
        assert_absent(entry_codes::find(&f.app, &f.caller, other, trip.code.clone()).await, "Entry code");
        let again = register(&f, customer, NewEntryCode::default()).await.unwrap();
        assert_ne!((again.code, again.token), (trip.code, trip.token));
    })
    .await;
}

#[tokio::test]
async fn what_is_said_is_kept() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let customer = somebody(&f).await;
        let first = register(&f, customer, code("first")).await.unwrap();
        let name = NewStore {
            name: "Corner".into(),
            currency: "EUR".into(),
            time_zone: "Europe/Berlin".into(),
            ..Default::default()
        };
        let store = stores::create(&f.app, &f.caller, name).await.unwrap().id;
        let new = NewEntryCode {
            session: Some(SessionToken::from("trip-2")),
            group_size: Some(3),
            referenced: Some(first.token.clone()),
            expires: Expiry::Never,
            priority: Some(-2),
            error: Some(Map::from_iter([("code".to_owned(), json!("E7"))])),
            scannable_at: Some(store),
            ..code("second")
        };
        let trip = register(&f, customer, new).await.unwrap();
        assert_eq!((trip.token.as_str(), trip.code.as_str()), ("trip-2", "second"));
        assert_eq!((trip.group_size, trip.priority, trip.expires_at), (Some(3), -2, None));
        assert_eq!(
            (trip.referenced, trip.store, trip.store_scannable_at),
            (Some(first.token), Some(store), Some(store))
        );
        f.set(json!({"entryCodes.defaultLifetime": "never"})).await;
        assert_eq!(register(&f, customer, code("third")).await.unwrap().expires_at, None);
        f.set(json!({"entryCodes.defaultLifetime": 60})).await;
        let short = register(&f, customer, code("fourth")).await.unwrap();
        assert_eq!(short.expires_at, Some(START.plus(Millis(60_000))));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_together_and_makes_nothing() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let customer = somebody(&f).await;
        let wrong = NewEntryCode {
            expires: Expiry::At(START),
            referenced: Some(SessionToken::from("nothing")),
            scannable_at: Some(StoreId(99)),
            error: Some(Map::from_iter([("message".to_owned(), json!("x".repeat(4096)))])),
            ..code("bad")
        };
        let refused = faults(register(&f, customer, wrong).await);
        let fields = ["storeIdScannableAt", "referencedSessionId", "expiresAt", "error"];
        assert_eq!(refused, fields.map(|field| format!("{field} any.invalid")));
        assert_absent(register(&f, CustomerId(999), code("bad")).await, "Customer");
        let stranger = retailer(&f.app, "other").await;
        let foreign = entry_codes::create(&f.app, &stranger, customer, code("bad")).await;
        assert_absent(foreign, "Customer");
        register(&f, customer, code("bad")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_code_and_a_session_are_used_once_for_ever() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let customer = somebody(&f).await;
        let both = NewEntryCode { session: Some(SessionToken::from("trip")), ..code("x") };
        register(&f, customer, both.clone()).await.unwrap();
        assert_conflict(register(&f, customer, both).await, "Entry code already exists");
        let session = NewEntryCode { session: Some(SessionToken::from("trip")), ..code("y") };
        assert_conflict(register(&f, customer, session.clone()).await, "Session already exists");
        f.app.clock.advance(Millis(48 * 3_600_000));
        assert_conflict(register(&f, customer, code("x")).await, "Entry code already exists");
        let stranger = retailer(&f.app, "other").await;
        let theirs = aisle_operations::customers::create(&f.app, &stranger, NewCustomer::default()).await;
        let theirs = theirs.unwrap().customer.id;
        entry_codes::create(&f.app, &stranger, theirs, NewEntryCode { code: Some(EntryCode::from("x")), ..session })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_fifty_calls_at_once_with_one_code_one_makes_it() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let customer = somebody(&f).await;
        let calls = (0..50).map(|_| register(&f, customer, code("only-one")));
        let outcomes = futures::future::join_all(calls).await;
        let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(made, 1);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            let refusal = Refusal::conflict("Entry code already exists");
            assert!(matches!(&outcome, Err(Failure::Refused(said)) if *said == refusal), "{outcome:?}");
        }
        let sessions = f.app.database.read(|c| {
            Box::pin(async move {
                let select = aisle_database::sql!("select number from sessions");
                Ok::<_, aisle_database::Error>(aisle_database::testing::fetch_all(c, select).await?.len())
            })
        });
        assert_eq!(sessions.await.unwrap(), 1, "a refused call leaves no trip behind");
    })
    .await;
}

#[tokio::test]
async fn a_scan_finds_the_code_by_its_hash() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let customer = somebody(&f).await;
        register(&f, customer, code("abc")).await.unwrap();
        let hash = code_hash(&f.app.keys, "abc");
        let (retailer, expected) = (f.caller.retailer, hash.to_vec());
        let found = f.app.database.read(move |c| {
            Box::pin(async move {
                let select = aisle_database::sql!(
                    "select code from entry_codes where retailer_id = $1 and code_hash = $2",
                    retailer,
                    expected
                );
                let rows = aisle_database::testing::fetch_all(c, select).await?;
                rows[0].get::<String>("code")
            })
        });
        assert_eq!(found.await.unwrap(), "abc");
        let row = f.app.database.read(move |c| Box::pin(rows::entry_codes::find(c, retailer, "abc")));
        assert!(row.await.unwrap().is_some());
    })
    .await;
}

//! Putting a shopper on a session, and confirming a session by hand. The engine's part is played by the test.

use aisle_database::testing::on_both_databases;
use aisle_database::{rows, sql};
use aisle_floor::{Fact, Verdict};
use aisle_model::check_in::Reason;
use aisle_model::entry::{CheckInPlace, SessionRef};
use aisle_model::entry_code::CodeState;
use aisle_model::session::SessionStatus;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookType;
use aisle_model::{Millis, Offset, RequestId, ShopperId, StoreId};
use aisle_operations::check_in::{CheckInResult, expire_codes};
use aisle_operations::confirmation::confirm_session;
use aisle_operations::entry_codes::{Expiry, NewEntryCode};
use aisle_operations::floor::{Applied, Batch, EntryFacts, apply_facts};
use aisle_operations::shoppers::bind_to_session;
use aisle_operations::{Failure, Refusal, customers};
use aisle_testkit::{Answer, Catcher};

use crate::fixture::{Door, START, door};
use crate::matching::visitor;

const SHOPPER: &str = "766789212312312";

fn conflict<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Err(Failure::Refused(Refusal::Conflict(message))) => message,
        other => panic!("a conflict was expected and {other:?} came"),
    }
}

impl Door {
    /// The questions to the engine that have no verdict.
    async fn asked(&self) -> Vec<RequestId> {
        self.rows(sql!("select id from bind_requests where verdict is null"), |row| row.get("id").unwrap()).await
    }

    /// Writes facts as the runner does.
    async fn apply(&self, facts: Vec<Fact>) {
        let (store, node) = (self.store, self.app.node.to_string());
        let taken = self.app.database.change(move |c| {
            let node = node.clone();
            Box::pin(async move {
                let epoch = rows::leases::take(c, "floor", &node, START).await?;
                let state = rows::streams::state(c, store).await?;
                Ok::<_, aisle_database::Error>((epoch, state.applied))
            })
        });
        let (epoch, from) = taken.await.unwrap();
        let to = Offset(from.0 + 1);
        let batch = Batch {
            store,
            lease: "floor".to_owned(),
            epoch: epoch.unwrap(),
            from,
            to,
            store_time: None,
            settled_up_to: None,
            facts: vec![EntryFacts { offset: to, facts }],
        };
        assert_eq!(apply_facts(&self.app, batch).await.unwrap(), Applied::Yes);
    }

    /// Binds while the engine answers with a verdict and what led to it.
    async fn bind(&self, session: &aisle_model::SessionToken, verdict: Verdict) -> Result<(), Failure> {
        self.bind_while(session, verdict, async {}).await
    }

    /// The same, and something happens while the engine is asked.
    async fn bind_while(
        &self,
        session: &aisle_model::SessionToken,
        verdict: Verdict,
        meanwhile: impl Future<Output = ()>,
    ) -> Result<(), Failure> {
        let engine = async {
            let request = loop {
                if let Some(request) = self.asked().await.pop() {
                    break request;
                }
                tokio::task::yield_now().await;
            };
            meanwhile.await;
            let row = self.session(session).await;
            let decided = Fact::BindDecided {
                request,
                shopper: ShopperId::from(SHOPPER),
                session: row.number,
                verdict,
                at: START,
            };
            let bound = Fact::Bound {
                shopper: ShopperId::from(SHOPPER),
                visitor_session: aisle_model::VisitorSessionId(self.app.chance.uuid()),
                session: SessionRef { role: Role::Customer, ..row.to_ref() },
                from: None,
                inside: true,
                took_place: false,
                request: Some(request),
                marks: Vec::new(),
                at: START,
            };
            let facts = if verdict == Verdict::Bound { vec![bound, decided] } else { vec![decided] };
            self.apply(facts).await;
        };
        let bound = bind_to_session(&self.app, &self.caller, self.store, ShopperId::from(SHOPPER), session.clone());
        tokio::join!(bound, engine).0
    }
}

#[tokio::test]
async fn a_pending_session_becomes_active_with_the_verdict_and_its_code_used() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let session = door.code(NewEntryCode::default()).await;
        door.bind(&session.token, Verdict::Bound).await.unwrap();
        let after = door.session(&session.token).await;
        assert_eq!(after.status, SessionStatus::Active);
        assert_eq!(after.store, Some(door.store));
        assert_eq!(door.code_state(&session.code).await, CodeState::Used);
        let used = CheckInResult::Refused(Reason::Used);
        assert_eq!(door.scan(&session.code).await, used);
        // Binding to the present session asks nobody.
        let again =
            bind_to_session(&door.app, &door.caller, door.store, ShopperId::from(SHOPPER), session.token.clone());
        again.await.unwrap();
        assert_eq!(door.asked().await, []);
    })
    .await;
}

#[tokio::test]
async fn a_refused_binding_activates_nothing() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let session = door.code(NewEntryCode::default()).await;
        for (verdict, message) in [
            (Verdict::TripFinal, "Trip is already final"),
            (Verdict::UnknownShopper, "Trip is already final"),
            (Verdict::SessionOver, "Session is closed"),
        ] {
            let refused = door.bind(&session.token, verdict).await;
            assert_eq!(conflict(refused), message);
        }
        let after = door.session(&session.token).await;
        assert_eq!(after.status, SessionStatus::Pending);
        assert_eq!(door.code_state(&session.code).await, CodeState::Registered);
    })
    .await;
}

#[tokio::test]
async fn without_an_engine_the_answer_is_to_come_back() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let session = door.code(NewEntryCode::default()).await;
        let shopper = ShopperId::from(SHOPPER);
        let bound = bind_to_session(&door.app, &door.caller, door.store, shopper, session.token.clone());
        assert!(matches!(bound.await, Err(Failure::Late(_))), "it may still happen");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_closed_or_of_another_store_is_refused() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let closed = door.code(NewEntryCode::default()).await;
        door.execute(sql!("update sessions set status = 'completed' where number = $1", closed.number)).await;
        let elsewhere = door.code(NewEntryCode::default()).await;
        let other = other_store(&door).await;
        door.execute(sql!("update sessions set store_id = $1 where number = $2", other, elsewhere.number)).await;
        for (session, message) in [(closed, "Session is closed"), (elsewhere, "Session belongs to another store")] {
            let shopper = ShopperId::from(SHOPPER);
            let refused = bind_to_session(&door.app, &door.caller, door.store, shopper, session.token);
            assert_eq!(conflict(refused.await), message);
        }
    })
    .await;
}

async fn other_store(door: &Door) -> StoreId {
    let new = aisle_operations::stores::NewStore {
        name: "Other".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        ..aisle_operations::stores::NewStore::default()
    };
    let made = aisle_operations::stores::create(&door.app, &door.caller, new);
    made.await.unwrap().id
}

#[tokio::test]
async fn a_person_vouches_and_the_checks_are_made_all_the_same() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let confirm =
            |session: aisle_model::SessionToken| confirm_session(&door.app, &door.caller, door.store, session);
        let session = door.code(NewEntryCode::default()).await;
        for _ in 0..2 {
            let confirmed = confirm(session.token.clone()).await.unwrap();
            assert!(confirmed.by_hand);
            assert_eq!(confirmed.number, session.number);
        }
        let checked_in = door.checked_in().await;
        assert_eq!(checked_in.len(), 1);
        assert_eq!(checked_in[0].place, CheckInPlace::AnyGate);

        let scanned = door.code(NewEntryCode::default()).await;
        door.scan(&scanned.code).await;
        assert!(!confirm(scanned.token.clone()).await.unwrap().by_hand);

        let expired =
            door.code(NewEntryCode { expires: Expiry::At(START.plus(Millis(1000))), ..NewEntryCode::default() }).await;
        door.app.clock.advance(Millis(1000));
        assert_eq!(conflict(confirm(expired.token.clone()).await), "Verification code has expired");
        door.execute(sql!("update sessions set status = 'completed'")).await;
        assert_eq!(conflict(confirm(scanned.token).await), "Session is closed");
        let unknown = confirm("unknown".into()).await;
        assert!(matches!(unknown, Err(Failure::Refused(Refusal::NotFound("Session")))));
    })
    .await;
}

#[tokio::test]
async fn a_trip_does_not_expire_while_somebody_is_put_on_it() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let new = || NewEntryCode { expires: Expiry::At(START.plus(Millis(1000))), ..NewEntryCode::default() };
        let (bound, refused) = (door.code(new()).await, door.code(new()).await);
        let time_passes = async || {
            door.app.clock.advance(Millis(1000));
            let expired = expire_codes(&door.app).await.unwrap();
            assert!(expired <= 1, "only the other trip");
        };
        door.bind_while(&bound.token, Verdict::Bound, time_passes()).await.unwrap();
        assert_eq!(door.session(&bound.token).await.status, SessionStatus::Active);
        assert_eq!(door.code_state(&bound.code).await, CodeState::Used);
        assert_eq!(door.session(&refused.token).await.status, SessionStatus::Expired);

        let third = door.code(NewEntryCode { expires: Expiry::At(START.plus(Millis(2000))), ..new() }).await;
        let verdict = door.bind_while(&third.token, Verdict::TripFinal, time_passes()).await;
        assert_eq!(conflict(verdict), "Trip is already final");
        assert_eq!(door.session(&third.token).await.status, SessionStatus::Pending);
        assert_eq!(expire_codes(&door.app).await.unwrap(), 1, "with the verdict its time has come");
        assert_eq!(door.session(&third.token).await.status, SessionStatus::Expired);
    })
    .await;
}

#[tokio::test]
async fn a_code_declined_while_somebody_is_put_on_its_trip_ends_the_trip_only_if_the_engine_refuses() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let hook = Catcher::answering(Answer::status(403)).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        for (verdict, status) in
            [(Verdict::TripFinal, SessionStatus::Declined), (Verdict::Bound, SessionStatus::Active)]
        {
            let session = door.code(NewEntryCode::default()).await;
            let declined = async {
                assert_eq!(door.scan(&session.code).await, CheckInResult::Refused(Reason::External));
                assert_eq!(door.session(&session.token).await.status, SessionStatus::Pending);
            };
            door.bind_while(&session.token, verdict, declined).await.ok();
            assert_eq!(door.session(&session.token).await.status, status);
            assert_eq!(door.code_state(&session.code).await, CodeState::Declined);
        }
    })
    .await;
}

#[tokio::test]
async fn a_customer_is_not_deleted_while_somebody_is_put_on_their_trip() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        visitor(&door, SHOPPER).await;
        let session = door.code(NewEntryCode::default()).await;
        let customer = session.customer.unwrap();
        let deleting = async {
            let deleted = customers::delete(&door.app, &door.caller, customer).await;
            assert_eq!(conflict(deleted), "Customer is in a store");
        };
        door.bind_while(&session.token, Verdict::TripFinal, deleting).await.ok();
        customers::delete(&door.app, &door.caller, customer).await.unwrap();
    })
    .await;
}

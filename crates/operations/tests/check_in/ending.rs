//! Check-ins that do not end as they began: callers hang up, servers die, requests are repeated, codes grow old.

use std::sync::Arc;
use std::time::Duration;

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_model::Millis;
use aisle_model::check_in::Reason;
use aisle_model::entry_code::CodeState;
use aisle_model::session::SessionStatus;
use aisle_model::webhook::WebhookType;
use aisle_operations::check_in::{self, CheckInResult, Presented, close_abandoned, expire_codes, forget_questions};
use aisle_operations::entry_codes::{Expiry, NewEntryCode};
use aisle_operations::idempotency::{Idempotency, RequestName, Turn};
use aisle_operations::once::Once;
use aisle_operations::stores::set_clock;
use aisle_operations::{App, Failure};
use aisle_testkit::{Answer, Catcher};
use tokio::sync::Notify;

use crate::fixture::{Door, START, door};

const OK: &str = r#"{"status":"OK"}"#;

async fn asking_for(door: &Door, millis: u64, status: u16) -> Catcher {
    let answer = Answer::status(status).after(Duration::from_millis(millis)).with_body(OK);
    let hook = Catcher::answering(answer).await;
    door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
    hook
}

#[tokio::test]
async fn what_a_dead_server_left_is_closed_and_its_late_answer_counts_for_nothing() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        door.asks("https://told.example/", WebhookType::EntryCodeNotify, 0).await;
        let hook = asking_for(&door, 500, 200).await;
        let session = door.code(NewEntryCode::default()).await;
        let closing = async {
            hook.wait_for(1).await;
            assert_eq!(close_abandoned(&door.app).await.unwrap(), 0, "it lives");
            let next = App { node: "next".into(), ..door.app.clone() };
            assert_eq!(close_abandoned(&next).await.unwrap(), 1);
            assert_eq!(close_abandoned(&next).await.unwrap(), 0);
        };
        let (result, ()) = tokio::join!(door.scan(&session.code), closing);
        assert_eq!(result, CheckInResult::Refused(Reason::External));
        assert_eq!(door.code_state(&session.code).await, CodeState::Registered);
        assert_eq!(door.session(&session.token).await.status, SessionStatus::Pending);
        assert_eq!(door.occupancy().await.reserved, 0);
        assert_eq!(door.notices("entryCodeNotify").await.len(), 1);
        assert_eq!(door.checked_in().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_waited_for_an_outcome_that_never_came_asks_anew() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let hook = asking_for(&door, 100, 500).await;
        let session = door.code(NewEntryCode::default()).await;
        let both = tokio::join!(door.scan(&session.code), door.scan(&session.code));
        let unanswered = CheckInResult::Refused(Reason::External);
        assert_eq!(both, (unanswered.clone(), unanswered));
        assert_eq!(hook.bodies().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_check_in_goes_on_when_its_caller_hangs_up() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let hook = asking_for(&door, 100, 200).await;
        let session = door.code(NewEntryCode::default()).await;
        tokio::select! {
            _ = door.scan(&session.code) => panic!("the answer takes longer"),
            () = hook.wait_for(1) => {}
        }
        // Waits for the outcome of the one that nobody listens to.
        let second = door.scan(&session.code).await;
        assert_eq!(second, CheckInResult::Refused(Reason::Used));
        assert_eq!(door.code_state(&session.code).await, CodeState::Used);
        assert_eq!(door.checked_in().await.len(), 1);
    })
    .await;
}

async fn begin(app: &App, claims: &Idempotency) -> Once {
    let name = RequestName {
        credential: "key:1".to_owned(),
        method: "POST".to_owned(),
        path: "/verify".to_owned(),
        key: "k".to_owned(),
    };
    match claims.begin(app, &name, [1; 32]).await.unwrap() {
        Turn::Run(once) => once,
        Turn::Replay(_) | Turn::Mismatch | Turn::Gone => panic!("nobody answered the request"),
    }
}

async fn under_key(app: &App, claims: &Idempotency, presented: Presented) -> CheckInResult {
    let once = begin(app, claims).await;
    let verified = check_in::verify(app, Presented { once: Some(once), ..presented });
    verified.await.unwrap()
}

async fn repeated_under_a_key(door: &Door) {
    let session = door.code(NewEntryCode::default()).await;
    let presented = door.presented(&session.code);
    let accepted = under_key(&door.app, &Idempotency::default(), presented.clone()).await;
    assert!(matches!(accepted, CheckInResult::Accepted { .. }));
    let next = App { node: "next".into(), ..door.app.clone() };
    let repeated = under_key(&next, &Idempotency::default(), presented).await;
    assert_eq!(repeated, accepted);
    assert_eq!(door.checked_in().await.len(), 1);
}

#[tokio::test]
async fn repeats_while_the_retailer_is_asked_get_the_answer_of_the_first() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let hook = asking_for(&door, 300, 200).await;
        let session = door.code(NewEntryCode::default()).await;
        let (presented, claims) = (door.presented(&session.code), Idempotency::default());
        tokio::select! {
            _ = under_key(&door.app, &claims, presented.clone()) => panic!("the answer takes longer"),
            () = hook.wait_for(1) => {}
        }
        // One comes to this node, and one to a node that takes this one for dead.
        let (next, elsewhere) = (App { node: "next".into(), ..door.app.clone() }, Idempotency::default());
        let (here, there) = tokio::join!(
            under_key(&door.app, &claims, presented.clone()),
            under_key(&next, &elsewhere, presented.clone())
        );
        assert!(matches!(here, CheckInResult::Accepted { .. }), "{here:?}");
        assert_eq!(here, there);
        assert_eq!((hook.bodies().len(), door.checked_in().await.len()), (1, 1));
        assert_eq!(door.code_state(&session.code).await, CodeState::Used);
    })
    .await;
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_same_answer_after_a_crash() {
    on_both_databases(|database| async move {
        repeated_under_a_key(&door(database).await).await;
    })
    .await;
    on_both_databases(|database| async move {
        let door = door(database).await;
        let _hook = asking_for(&door, 10, 200).await;
        repeated_under_a_key(&door).await;
    })
    .await;
}

#[tokio::test]
async fn codes_expire_with_their_trips_by_the_clock_that_is_theirs() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let hour = Millis(3_600_000);
        let new = |scannable_at| NewEntryCode {
            expires: Expiry::At(START.plus(hour)),
            scannable_at,
            ..NewEntryCode::default()
        };
        let anywhere = door.code(new(None)).await;
        let here = door.code(new(Some(door.store))).await;
        let for_ever = door.code(NewEntryCode { expires: Expiry::Never, ..NewEntryCode::default() }).await;
        assert_eq!(expire_codes(&door.app).await.unwrap(), 0);

        let tomorrow = START.plus(Millis(24 * hour.0));
        set_clock(&door.app, &door.caller, door.store, tomorrow, 1.0).await.unwrap();
        assert_eq!(expire_codes(&door.app).await.unwrap(), 1);
        assert_eq!(door.code_state(&here.code).await, CodeState::Expired);
        assert_eq!(door.session(&here.token).await.status, SessionStatus::Expired);
        assert_eq!(door.code_state(&anywhere.code).await, CodeState::Registered);

        door.app.clock.advance(hour);
        assert_eq!(expire_codes(&door.app).await.unwrap(), 1);
        for gone in [&anywhere, &here] {
            let expired = CheckInResult::Refused(Reason::Expired);
            assert_eq!(door.scan(&gone.code).await, expired);
        }
        assert!(matches!(door.scan(&for_ever.code).await, CheckInResult::Accepted { .. }));
    })
    .await;
}

/// The writer of the embedded database is held, so whatever wanted to write would wait for ever.
#[tokio::test]
async fn looking_for_what_is_due_writes_nothing_when_nothing_is() {
    let fresh = open_sqlite().await;
    let door = door(fresh.database.clone()).await;
    door.code(NewEntryCode::default()).await;
    set_clock(&door.app, &door.caller, door.store, START, 1.0).await.unwrap();
    let (begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (began, ends) = (begun.clone(), may_end.clone());
    let holding = fresh.database.change(move |_| {
        let (began, ends) = (began.clone(), ends.clone());
        Box::pin(async move {
            began.notify_one();
            ends.notified().await;
            Ok::<_, Failure>(())
        })
    });
    let looking = async {
        begun.notified().await;
        assert_eq!(expire_codes(&door.app).await.unwrap(), 0);
        assert_eq!(forget_questions(&door.app).await.unwrap(), 0);
        assert_eq!(close_abandoned(&door.app).await.unwrap(), 0);
        may_end.notify_one();
    };
    let both = async { tokio::join!(holding, looking) };
    let (held, ()) = tokio::time::timeout(Duration::from_secs(10), both).await.expect("it wanted to write");
    held.unwrap();
}

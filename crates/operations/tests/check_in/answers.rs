//! What each answer of a retailer does, and what is told of it.

use std::time::Duration;

use aisle_database::testing::on_both_databases;
use aisle_database::{Database, sql};
use aisle_model::check_in::Reason;
use aisle_model::entry_code::CodeState::{self, Declined, Registered, Used};
use aisle_model::session::SessionStatus::{self, Active, Pending};
use aisle_model::store::{Role, StoreStatus};
use aisle_model::webhook::WebhookType;
use aisle_operations::Limits;
use aisle_operations::check_in::CheckInResult;
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::stores::StoreEdit;
use aisle_testkit::{Answer, Catcher};
use serde_json::{Value, json};

use crate::fixture::{Door, START, door, door_with};

const AT_ONCE: Duration = Duration::ZERO;
const OK: &str = r#"{"status":"OK"}"#;

struct Expected {
    reason: Option<Reason>,
    code: CodeState,
    session: SessionStatus,
    external: Option<&'static str>,
}

const ACCEPTED: Expected = Expected { reason: None, code: Used, session: Active, external: None };
const DECLINED: Expected =
    Expected { reason: Some(Reason::External), code: Declined, session: SessionStatus::Declined, external: None };
const UNANSWERED: Expected =
    Expected { reason: Some(Reason::External), code: Registered, session: Pending, external: None };

async fn short_of_patience(database: Database) -> Door {
    let limits = Limits { check_in_questions: Duration::from_millis(700), ..Limits::default() };
    let door = door_with(database, limits).await;
    door.asks("https://told.example/", WebhookType::EntryCodeNotify, 0).await;
    door
}

async fn check(database: Database, role: Role, url: &str, expected: &Expected) {
    let door = short_of_patience(database).await;
    door.asks(url, WebhookType::ExternalEntry, 0).await;
    let customer = door.customer(role).await;
    let session = door.code_of(customer, NewEntryCode::default()).await;
    let result = door.scan(&session.code).await;
    let reason = match result {
        CheckInResult::Accepted { .. } => None,
        CheckInResult::Refused(reason) => Some(reason),
    };
    assert_eq!(reason, expected.reason, "{url}");
    assert_eq!(door.code_state(&session.code).await, expected.code);
    let after = door.session(&session.token).await;
    assert_eq!(after.status, expected.session);
    let held = i64::from(expected.reason.is_none());
    assert_eq!(door.occupancy().await.reserved, held);
    assert_eq!(after.places, held);
    assert_eq!(door.checked_in().await.len(), usize::from(expected.reason.is_none()));
    let told = door.notices("entryCodeNotify").await;
    let told: Vec<(&Value, &Value)> = told.iter().map(|body| (&body["errorCode"], &body["externalReason"])).collect();
    match expected.reason {
        None => assert!(told.is_empty()),
        Some(_) => assert_eq!(told, [(&json!(14), &json!(expected.external))]),
    }
}

async fn check_all(answer: &Answer, role: Role, expected: Expected) {
    let expected = &expected;
    on_both_databases(|database| async move {
        let hook = Catcher::answering(answer.clone()).await;
        check(database, role, &hook.url, expected).await;
        assert_eq!(hook.bodies().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_good_answer_decides() {
    check_all(&Answer::status(200).after(AT_ONCE).with_body(OK), Role::Customer, ACCEPTED).await;
    check_all(&Answer::status(204).after(AT_ONCE), Role::Customer, ACCEPTED).await;
    let reason = r#"{"status":"FAILED","reason":"No money"}"#;
    let declined = Expected { external: Some("No money"), ..DECLINED };
    check_all(&Answer::status(200).after(AT_ONCE).with_body(reason), Role::Customer, declined).await;
}

#[tokio::test]
async fn a_refusing_status_declines() {
    check_all(&Answer::status(402).after(AT_ONCE), Role::Customer, DECLINED).await;
    check_all(&Answer::status(403).after(AT_ONCE).with_body(OK), Role::Employee, DECLINED).await;
}

#[tokio::test]
async fn a_body_that_is_no_answer_lets_only_staff_in() {
    let answer = Answer::status(200).after(AT_ONCE).with_body("welcome");
    check_all(&answer, Role::Customer, UNANSWERED).await;
    check_all(&answer, Role::Untracked, UNANSWERED).await;
    check_all(&answer, Role::Tester, ACCEPTED).await;
    check_all(&answer, Role::Employee, ACCEPTED).await;
}

#[tokio::test]
async fn what_is_no_answer_leaves_the_code_good() {
    for status in [302, 404, 410, 500, 503] {
        check_all(&Answer::status(status).after(AT_ONCE).with_body(OK), Role::Customer, UNANSWERED).await;
    }
}

#[tokio::test]
async fn silence_leaves_the_code_good() {
    check_all(&Answer::hang(), Role::Employee, UNANSWERED).await;
}

#[tokio::test]
async fn no_connection_leaves_the_code_good() {
    on_both_databases(|database| async move {
        let hook = Catcher::answering(Answer::hang()).await;
        let url = hook.url.clone();
        drop(hook);
        check(database, Role::Customer, &url, &UNANSWERED).await;
    })
    .await;
}

#[tokio::test]
async fn all_settings_must_agree_and_are_asked_by_priority() {
    on_both_databases(|database| async move {
        let door = short_of_patience(database).await;
        let yes = Catcher::answering(Answer::status(200).after(AT_ONCE).with_body(OK)).await;
        let no = Catcher::answering(Answer::status(403).after(AT_ONCE)).await;
        let never = Catcher::answering(Answer::hang()).await;
        for (hook, priority) in [(&never, 30), (&yes, 10), (&no, 20)] {
            door.asks(&hook.url, WebhookType::ExternalEntry, priority).await;
        }
        let session = door.code(NewEntryCode::default()).await;
        let refused = CheckInResult::Refused(Reason::External);
        assert_eq!(door.scan(&session.code).await, refused);
        let asked = [&yes, &no, &never].map(|hook| hook.bodies().len());
        assert_eq!(asked, [1, 1, 0]);
        let log = sql!("select answer_use from attempts order by id");
        let uses = door.rows(log, |row| row.get::<String>("answer_use").unwrap()).await;
        assert_eq!(uses, ["accepted", "declined"]);
    })
    .await;
}

#[tokio::test]
async fn the_question_says_who_and_where() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let hook = Catcher::answering(Answer::status(200).after(AT_ONCE).with_body(OK)).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        let new = NewEntryCode { group_size: Some(2), ..NewEntryCode::default() };
        let session = door.code(new).await;
        door.scan(&session.code).await;
        let body = hook.bodies().remove(0);
        assert_eq!(body["customerId"], json!(session.customer));
        assert_eq!(body["role"], "customer");
        assert_eq!(body["sessionId"], json!(session.token));
        assert_eq!(body["entryCode"], json!(session.code));
        assert_eq!(body["checkInDeviceId"], json!(door.device));
        assert_eq!(body["expectedGroupSize"], 2);
        assert_eq!(body.get("groupSize"), None, "nobody counted");
        assert_eq!(body["payment"], json!({"paymentProvider": "NONE"}));
        assert_eq!(body["timeOfOrigin"], "2023-11-14T22:13:20.000Z");
        assert_eq!(door.occupancy().await.reserved, 2);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_closes_meanwhile_lets_in_who_was_there() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let answer = Answer::status(200).after(Duration::from_millis(300)).with_body(OK);
        let hook = Catcher::answering(answer).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        let first = door.code(NewEntryCode::default()).await;
        let second = door.code(NewEntryCode::default()).await;
        let closing = async {
            hook.wait_for(1).await;
            let edit = StoreEdit { status: Some(StoreStatus::Closed), ..StoreEdit::default() };
            door.edit(edit).await;
            door.scan(&second.code).await
        };
        let (let_in, refused) = tokio::join!(door.scan(&first.code), closing);
        assert!(matches!(let_in, CheckInResult::Accepted { .. }));
        assert_eq!(refused, CheckInResult::Refused(Reason::Closed));
    })
    .await;
}

#[tokio::test]
async fn devices_hear_the_verdict_and_the_gate_opens_for_the_group() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let new = NewEntryCode {
            group_size: Some(3),
            ..NewEntryCode::default()
        };
        let session = door.code(new).await;
        door.scan(&session.code).await;
        door.scan(&session.code).await;
        let device = json!(door.device);
        let used = json!({"message": "Verification code was already used", "code": 3});
        let expected = [
            ("gate.open", json!({"gateId": 1, "places": 3, "checkInDeviceId": device})),
            (
                "device.result",
                json!({"checkInDeviceId": device, "scanEventId": null, "status": "OK", "reason": null, "groupSize": 3}),
            ),
            (
                "device.result",
                json!({"checkInDeviceId": device, "scanEventId": null, "status": "FAILED", "reason": used, "groupSize": null}),
            ),
        ];
        let expected = expected.map(|(kind, payload)| (kind.to_owned(), payload));
        assert_eq!(door.commands().await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_given_up_meanwhile_lets_nobody_in() {
    on_both_databases(|database| async move {
        let door = short_of_patience(database).await;
        let answer = Answer::status(200).after(Duration::from_millis(300)).with_body(OK);
        let hook = Catcher::answering(answer).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        let session = door.code(NewEntryCode::default()).await;
        let giving_up = async {
            hook.wait_for(1).await;
            door.execute(sql!("update stores set deployment_status = 'DECOMMISSIONED'")).await;
        };
        let (result, ()) = tokio::join!(door.scan(&session.code), giving_up);
        assert_eq!(result, CheckInResult::Refused(Reason::Closed));
        assert_eq!(door.code_state(&session.code).await, Registered);
        assert_eq!(door.session(&session.token).await.status, Pending);
        assert_eq!((door.occupancy().await.reserved, door.checked_in().await.len()), (0, 0));
        let told = door.notices("entryCodeNotify").await;
        assert_eq!(told[0]["errorCode"], 12);
    })
    .await;
}

#[tokio::test]
async fn what_is_written_after_the_answer_goes_by_the_store_as_it_is_then() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let answer = Answer::status(200).after(Duration::from_millis(300)).with_body(OK);
        let hook = Catcher::answering(answer).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        let session = door.code(NewEntryCode::default()).await;
        let tomorrow = START.plus(aisle_model::Millis(24 * 3_600_000));
        let setting = async {
            hook.wait_for(1).await;
            aisle_operations::stores::set_clock(&door.app, &door.caller, door.store, tomorrow, 1.0).await.unwrap();
        };
        let (result, ()) = tokio::join!(door.scan(&session.code), setting);
        assert!(matches!(result, CheckInResult::Accepted { .. }));
        assert_eq!(door.checked_in().await[0].accepted_at, tomorrow);
    })
    .await;
}

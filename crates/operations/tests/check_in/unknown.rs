//! Codes nobody knows, where the retailer's server resolves such codes.

use std::time::Duration;

use aisle_database::testing::on_both_databases;
use aisle_database::{Database, sql};
use aisle_model::check_in::Reason;
use aisle_model::entry_code::CodeState;
use aisle_model::session::SessionStatus;
use aisle_model::store::Role;
use aisle_model::webhook::WebhookType;
use aisle_model::{CustomerId, EntryCode, SessionToken};
use aisle_operations::check_in::{CheckInResult, close_abandoned};
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::patch::Patch;
use aisle_operations::stores::StoreEdit;
use aisle_operations::webhooks::{self, NewWebhook};
use aisle_operations::{App, Limits};
use aisle_testkit::{Answer, Catcher, hook};
use serde_json::{Value, json};

use crate::fixture::{Door, door_with};

const CODE: &str = "card of another system";

async fn patient_for_a_moment(database: Database) -> Door {
    let limits = Limits { check_in_questions: Duration::from_millis(700), ..Limits::default() };
    let door = door_with(database, limits).await;
    door.asks("https://told.example/", WebhookType::EntryCodeNotify, 0).await;
    door
}

impl Door {
    async fn resolves(&self, url: &str, priority: i64) {
        let options = json!({"resolve_unknown_codes": true}).as_object().unwrap().clone();
        let new = NewWebhook { priority, options, ..hook(WebhookType::ExternalEntry, url) };
        webhooks::create(&self.app, &self.caller, new).await.unwrap();
    }

    async fn present(&self) -> CheckInResult {
        self.scan(&EntryCode::from(CODE)).await
    }

    /// Code and session of the refusals that were told.
    async fn refusals(&self) -> Vec<(Value, Value)> {
        let told = self.notices("entryCodeNotify").await.into_iter();
        told.map(|mut body| {
            assert_eq!(body["entryCode"], CODE);
            (body["errorCode"].take(), body["sessionId"].take())
        })
        .collect()
    }

    async fn count(&self, query: aisle_database::Statement) -> usize {
        self.rows(query, |_| ()).await.len()
    }

    async fn knows_the_code(&self) -> bool {
        self.count(sql!("select id from entry_codes where code = $1", CODE)).await > 0
    }
}

fn ok(customer: CustomerId, session: Option<&str>) -> Answer {
    let body = json!({"status": "OK", "customerId": customer, "sessionId": session});
    Answer::status(200).with_body(&body.to_string())
}

fn accepted(result: &CheckInResult) -> SessionToken {
    match result {
        CheckInResult::Accepted { session, .. } => session.clone(),
        CheckInResult::Refused(reason) => panic!("it was refused: {reason:?}"),
    }
}

#[tokio::test]
async fn an_accepted_code_makes_the_trip_and_is_known_from_then_on() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Tester).await;
        let hook = Catcher::answering(ok(customer, Some("theirs"))).await;
        door.resolves(&hook.url, 0).await;
        let session = accepted(&door.present().await);
        assert_eq!(session, SessionToken::from("theirs"));
        let asked = hook.bodies().remove(0);
        for name in ["customerId", "role", "sessionId"] {
            assert_eq!(asked[name], Value::Null, "{name}");
        }
        assert_eq!(asked["entryCode"], CODE);
        assert_eq!((&asked["customer"]["id"], &asked["customer"]["role"]), (&Value::Null, &json!("unknown")));
        let trip = door.session(&session).await;
        assert_eq!((trip.status, trip.customer, trip.role), (SessionStatus::Active, Some(customer), Role::Tester));
        assert_eq!(trip.code, EntryCode::from(CODE));
        assert_eq!((trip.places, door.occupancy().await.reserved), (1, 1));
        assert_eq!(door.checked_in().await[0].session.number, trip.number);
        assert_eq!(door.present().await, CheckInResult::Refused(Reason::Used));
        assert_eq!(hook.bodies().len(), 1, "it is known now");
        let named = sql!("select id from check_ins where session_number = $1 and state = 'accepted'", trip.number);
        assert_eq!(door.count(named).await, 1);
        assert_eq!(door.count(sql!("select id from check_ins where unknown_code is not null")).await, 0);
        assert_eq!(door.refusals().await, [(json!(3), json!("theirs"))]);
    })
    .await;
}

#[tokio::test]
async fn without_a_setting_for_it_nobody_is_asked() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let hook = Catcher::answering(Answer::status(200)).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        assert_eq!(door.present().await, CheckInResult::Refused(Reason::Invalid));
        assert_eq!(hook.bodies().len(), 0);
    })
    .await;
}

async fn refused_with(answer: Answer, reason: Reason) {
    on_both_databases(|database| {
        let answer = answer.clone();
        async move {
            let door = patient_for_a_moment(database).await;
            let hook = Catcher::answering(answer).await;
            door.resolves(&hook.url, 0).await;
            assert_eq!(door.present().await, CheckInResult::Refused(reason), "{:?}", hook.bodies());
            assert_eq!(hook.bodies().len(), 1);
            assert_eq!(door.refusals().await, [(json!(reason.code()), Value::Null)]);
            assert!(!door.knows_the_code().await);
            assert_eq!((door.occupancy().await.reserved, door.checked_in().await.len()), (0, 0));
            assert_eq!(door.count(sql!("select id from check_ins where state = 'refused'")).await, 1);
            assert_eq!(door.count(sql!("select id from attempts")).await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_makes_it_an_invalid_code() {
    let failed = r#"{"status":"FAILED","reason":"never seen"}"#;
    refused_with(Answer::status(200).with_body(failed), Reason::Invalid).await;
    refused_with(Answer::status(403), Reason::Invalid).await;
}

#[tokio::test]
async fn no_usable_answer_is_an_external_error() {
    refused_with(Answer::hang(), Reason::External).await;
    refused_with(Answer::status(500), Reason::External).await;
    refused_with(Answer::status(204), Reason::External).await;
}

#[tokio::test]
async fn an_answer_without_a_customer_there_is_names_nobody() {
    refused_with(Answer::status(200).with_body(r#"{"status":"OK"}"#), Reason::CustomerGone).await;
    refused_with(ok(CustomerId(4711), None), Reason::CustomerGone).await;
    let other_retailers = r#"{"status":"OK","customerId":0}"#;
    refused_with(Answer::status(200).with_body(other_retailers), Reason::CustomerGone).await;
}

#[tokio::test]
async fn a_session_id_that_is_in_use_is_no_usable_answer() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Customer).await;
        let over = door.code_of(customer, NewEntryCode::default()).await;
        door.execute(sql!("update sessions set status = 'completed' where number = $1", over.number)).await;
        let strangers = door.code(NewEntryCode::default()).await;
        let long = SessionToken("x".repeat(256));
        for token in [&over.token, &strangers.token, &SessionToken::from(""), &SessionToken::from("two words"), &long] {
            let hook = Catcher::answering(ok(customer, Some(token.as_str()))).await;
            door.execute(sql!("update webhooks set enabled = $1 where type = 'externalEntry'", false)).await;
            door.resolves(&hook.url, 0).await;
            assert_eq!(door.present().await, CheckInResult::Refused(Reason::External), "{token}");
            assert_eq!(hook.bodies().len(), 1);
        }
        assert!(!door.knows_the_code().await);
        assert_eq!(door.code_state(&strangers.code).await, CodeState::Registered);
    })
    .await;
}

#[tokio::test]
async fn a_pending_trip_of_the_customer_may_be_named() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Customer).await;
        let new = NewEntryCode { group_size: Some(3), ..NewEntryCode::default() };
        let waiting = door.code_of(customer, new).await;
        let hook = Catcher::answering(ok(customer, Some(waiting.token.as_str()))).await;
        door.resolves(&hook.url, 0).await;
        assert_eq!(accepted(&door.present().await), waiting.token);
        assert_eq!(door.session(&waiting.token).await.status, SessionStatus::Active);
        assert_eq!(door.occupancy().await.reserved, 3);
        for code in [EntryCode::from(CODE), waiting.code.clone()] {
            assert_eq!(door.code_state(&code).await, CodeState::Used);
            assert_eq!(door.scan(&code).await, CheckInResult::Refused(Reason::Used));
        }
        assert_eq!(hook.bodies().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_other_checks_follow_the_answer() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        door.edit(StoreEdit { max_people: Patch::Set(0), ..StoreEdit::default() }).await;
        let customer = door.customer(Role::Customer).await;
        let hook = Catcher::answering(ok(customer, Some("theirs"))).await;
        door.resolves(&hook.url, 0).await;
        assert_eq!(door.present().await, CheckInResult::Refused(Reason::Full));
        assert_eq!(door.refusals().await, [(json!(11), json!("theirs"))], "who holds money lets it go");
        let token = SessionToken::from("theirs");
        assert_eq!(door.session(&token).await.status, SessionStatus::Pending);
        assert_eq!(door.occupancy().await.reserved, 0);
        // The code is known now, and asked about as such.
        door.edit(StoreEdit { max_people: Patch::Set(1), ..StoreEdit::default() }).await;
        assert_eq!(accepted(&door.present().await), token);
        assert_eq!(hook.bodies()[1]["sessionId"], "theirs");
    })
    .await;
}

#[tokio::test]
async fn the_first_who_accepts_decides_and_silence_does_not_refuse() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Customer).await;
        let broken = Catcher::answering(Answer::status(500)).await;
        let no = Catcher::answering(Answer::status(403)).await;
        door.resolves(&broken.url, 10).await;
        door.resolves(&no.url, 20).await;
        assert_eq!(door.present().await, CheckInResult::Refused(Reason::External));
        let yes = Catcher::answering(ok(customer, None)).await;
        let never = Catcher::answering(Answer::hang()).await;
        door.resolves(&yes.url, 30).await;
        door.resolves(&never.url, 40).await;
        accepted(&door.present().await);
        assert_eq!([&broken, &no, &yes, &never].map(|hook| hook.bodies().len()), [2, 2, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn of_two_scans_of_one_unknown_code_one_is_accepted() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Customer).await;
        let hook = Catcher::answering(ok(customer, None).after(Duration::from_millis(100))).await;
        door.resolves(&hook.url, 0).await;
        let (one, other) = tokio::join!(door.present(), door.present());
        let used = CheckInResult::Refused(Reason::Used);
        assert!((one == used) != (other == used), "{one:?} {other:?}");
        assert_eq!((hook.bodies().len(), door.checked_in().await.len()), (1, 1));
        assert_eq!(door.occupancy().await.reserved, 1);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_registered_meanwhile_is_not_decided_about() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Customer).await;
        let hook = Catcher::answering(ok(customer, None).after(Duration::from_millis(200))).await;
        door.resolves(&hook.url, 0).await;
        let registering = async {
            hook.wait_for(1).await;
            let new = NewEntryCode { code: Some(EntryCode::from(CODE)), ..NewEntryCode::default() };
            door.code(new).await
        };
        let (result, session) = tokio::join!(door.present(), registering);
        assert_eq!(result, CheckInResult::Refused(Reason::External));
        assert_eq!(door.session(&session.token).await.status, SessionStatus::Pending);
        assert_eq!(accepted(&door.present().await), session.token);
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_server_asked_about_an_unknown_code_is_closed() {
    on_both_databases(|database| async move {
        let door = patient_for_a_moment(database).await;
        let customer = door.customer(Role::Customer).await;
        let hook = Catcher::answering(ok(customer, Some("theirs")).after(Duration::from_millis(400))).await;
        door.resolves(&hook.url, 0).await;
        let closing = async {
            hook.wait_for(1).await;
            let next = App { node: "next".into(), ..door.app.clone() };
            assert_eq!(close_abandoned(&next).await.unwrap(), 1);
            assert_eq!(close_abandoned(&next).await.unwrap(), 0);
        };
        let (result, ()) = tokio::join!(door.present(), closing);
        assert_eq!(result, CheckInResult::Refused(Reason::External), "the late answer counts for nothing");
        assert_eq!(door.refusals().await, [(json!(14), Value::Null)]);
        assert!(!door.knows_the_code().await);
        assert_eq!(door.count(sql!("select number from sessions")).await, 0);
        assert_eq!(accepted(&door.present().await), SessionToken::from("theirs"));
    })
    .await;
}

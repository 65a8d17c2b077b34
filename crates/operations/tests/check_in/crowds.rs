//! Many at once: one code is accepted once, and a store is never overfull.

use std::collections::BTreeMap;
use std::time::Duration;

use aisle_database::testing::on_both_databases;
use aisle_model::EntryCode;
use aisle_model::check_in::Reason;
use aisle_model::entry_code::CodeState;
use aisle_model::session::SessionStatus;
use aisle_model::webhook::WebhookType;
use aisle_operations::check_in::CheckInResult;
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::patch::Patch;
use aisle_operations::stores::StoreEdit;
use aisle_testkit::{Answer, Catcher};
use futures::future::join_all;

use crate::fixture::{Door, door};

const CROWD: usize = 200;

/// How often each outcome came, OK as 0 and refusals by their number.
async fn scan_all(door: &Door, codes: &[EntryCode]) -> BTreeMap<i64, usize> {
    let mut outcomes = BTreeMap::new();
    for result in join_all(codes.iter().map(|code| door.scan(code))).await {
        let number = match result {
            CheckInResult::Accepted { .. } => 0,
            CheckInResult::Refused(reason) => reason.code(),
        };
        *outcomes.entry(number).or_insert(0) += 1;
    }
    outcomes
}

fn outcomes(expected: &[(i64, usize)]) -> BTreeMap<i64, usize> {
    expected.iter().copied().collect()
}

async fn one_code_is_accepted_once(door: &Door) {
    let session = door.code(NewEntryCode::default()).await;
    let codes = vec![session.code.clone(); CROWD];
    let expected = outcomes(&[(0, 1), (Reason::Used.code(), CROWD - 1)]);
    assert_eq!(scan_all(door, &codes).await, expected);
    assert_eq!(door.code_state(&session.code).await, CodeState::Used);
    assert_eq!(door.session(&session.token).await.status, SessionStatus::Active);
    assert_eq!(door.occupancy().await.reserved, 1);
    assert_eq!(door.checked_in().await.len(), 1);
}

async fn a_store_takes_no_more_than_it_holds(door: &Door) {
    let mut codes = Vec::new();
    for _ in 0..CROWD {
        codes.push(door.code(NewEntryCode::default()).await.code);
    }
    let edit = StoreEdit { max_people: Patch::Set(50), ..StoreEdit::default() };
    door.edit(edit).await;
    let expected = outcomes(&[(0, 50), (Reason::Full.code(), CROWD - 50)]);
    assert_eq!(scan_all(door, &codes).await, expected);
    assert_eq!(door.occupancy().await.reserved, 50);
    assert_eq!(door.checked_in().await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_scans_of_a_code_one_is_accepted() {
    on_both_databases(|database| async move {
        one_code_is_accepted_once(&door(database).await).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_scans_of_a_code_one_is_accepted_while_the_retailer_is_asked() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let answer = Answer::status(200).after(Duration::from_millis(20)).with_body(r#"{"status":"OK"}"#);
        let hook = Catcher::answering(answer).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        one_code_is_accepted_once(&door).await;
        assert_eq!(hook.bodies().len(), 1, "it is asked about the code once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_code_is_declined_for_all_who_wait() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let answer = Answer::status(403).after(Duration::from_millis(20));
        let hook = Catcher::answering(answer).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        let session = door.code(NewEntryCode::default()).await;
        let codes = vec![session.code.clone(); CROWD];
        let expected = outcomes(&[(Reason::External.code(), 1), (Reason::Declined.code(), CROWD - 1)]);
        assert_eq!(scan_all(&door, &codes).await, expected);
        assert_eq!(door.occupancy().await.reserved, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_never_holds_more_than_its_limit() {
    on_both_databases(|database| async move {
        a_store_takes_no_more_than_it_holds(&door(database).await).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_never_holds_more_than_its_limit_while_the_retailer_is_asked() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let answer = Answer::status(200).after(Duration::from_millis(20));
        let hook = Catcher::answering(answer).await;
        door.asks(&hook.url, WebhookType::ExternalEntry, 0).await;
        a_store_takes_no_more_than_it_holds(&door).await;
        assert_eq!(hook.bodies().len(), 50, "nobody is asked in vain");
    })
    .await;
}

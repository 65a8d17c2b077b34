//! A process that dies around a commit: before it, the change never was; after it, the change is there.

use std::process::Command;

use aisle_database::testing::open_sqlite;
use aisle_database::{Database, Settings, fault};
use futures::FutureExt;

use crate::{make_marks, mark, marks};

const FILE: &str = "AISLE_TEST_CRASH_FILE";

#[tokio::test]
async fn dying_before_the_commit_loses_that_change_alone() {
    check(fault::BEFORE_COMMIT, 4).await;
}

#[tokio::test]
async fn dying_after_the_commit_keeps_the_change() {
    check(fault::AFTER_COMMIT, 5).await;
}

async fn check(point: &str, kept: i64) {
    let fresh = open_sqlite().await;
    make_marks(&fresh.database).await;
    fresh.database.close().await;
    let Settings::Sqlite { path, .. } = &fresh.settings else { panic!("not SQLite") };
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashing::victim", "--ignored", "--nocapture"])
        .env(FILE, path)
        .env("AISLE_FAULT", format!("abort-{point}:5"))
        .output()
        .unwrap();
    assert!(!ended.status.success(), "the victim lived on: {}", String::from_utf8_lossy(&ended.stdout));
    let database = Database::open(&fresh.settings).await.unwrap();
    let expected: Vec<(i64, i64)> = (1..=kept).map(|step| (1, step)).collect();
    assert_eq!(marks(&database).await, expected);
}

#[tokio::test]
#[ignore = "the process that the tests of this file start and that dies"]
async fn victim() {
    let path = std::env::var_os(FILE).expect("only started by its parents").into();
    let database = Database::open(&Settings::Sqlite { path, readers: 1 }).await.unwrap();
    for step in 1..=20 {
        database.change(move |connection| mark(connection, 1, step).boxed()).await.unwrap();
    }
}

//! The workers one step at a time: everything that is due is done, and nothing else.

use aisle_database::testing::fetch_all;
use aisle_database::{Error, Statement, sql};
use aisle_operations::customers::erase_due;
use aisle_operations::{App, notices, webhooks};
use aisle_worker::deliveries::{self, Dispatcher, Limits, forget_old, settle_due_buffers};
use aisle_worker::{expiry, retention, runner, scans};
use tokio_util::sync::CancellationToken;

/// Work causes work: a scan lets in, who is let in enters, who enters is told of. More rounds than any of that takes.
const MOST_ROUNDS: usize = 20;

/// Does what is due by the clock of the parts, and what follows from it. Answers how many calls were made. Panics when
/// work stays due however often it is done.
pub async fn run_due_work(app: &App) -> usize {
    let mut dispatcher = Dispatcher::new(app.clone(), Limits::default());
    let mut calls = 0;
    for _ in 0..MOST_ROUNDS {
        scans::run_due_work(app).await.unwrap();
        runner::run_due_work(app).await.unwrap();
        settle_due_buffers(app).await.unwrap();
        expiry::look(app).await.unwrap();
        erase_due(app).await.unwrap();
        webhooks::tell_of_failing(app).await.unwrap();
        webhooks::feed::place(app).await.unwrap();
        calls += dispatcher.run_due_work().await;
        if due_work(app).await.is_empty() {
            forget(app).await;
            return calls;
        }
    }
    panic!("after {MOST_ROUNDS} rounds there still is {}", due_work(app).await.join(", "));
}

async fn forget(app: &App) {
    retention::sweep(app, &CancellationToken::new()).await.unwrap();
    while deliveries::Forgotten::is_more_likely(&forget_old(app).await.unwrap()) {}
}

/// What is due by the clock of the parts and not done, one sentence for each kind of work.
pub async fn due_work(app: &App) -> Vec<String> {
    let now = app.clock.now();
    let lanes = sql!(
        "select count(*) as n from lanes join webhooks on webhooks.id = lanes.webhook_id
         where webhooks.enabled = $1 and webhooks.deleted_at is null and lanes.due_at <= $2",
        true,
        now
    );
    let kinds: [(&str, Statement); 4] = [
        ("sessions with notices to be delivered", lanes),
        ("messages without a place in the feed", sql!("select count(*) as n from unplaced_messages")),
        ("scans to be examined", sql!("select count(*) as n from scans")),
        ("streams to be run", sql!("select count(*) as n from streams where newest > applied")),
    ];
    let mut due = Vec::new();
    for (kind, query) in kinds {
        let read = app.database.read(move |c| {
            let query = query.clone();
            Box::pin(async move { fetch_all(c, query).await?[0].get::<i64>("n") })
        });
        let count = read.await.map_err(|error: Error| error).unwrap();
        if count > 0 {
            due.push(format!("{count} {kind}"));
        }
    }
    let buffer = notices::next_buffer_due(app).await.unwrap();
    if buffer.is_some_and(|at| at <= now) {
        due.push("a buffered crossing to be told".to_owned());
    }
    due
}

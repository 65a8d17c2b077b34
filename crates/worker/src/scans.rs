//! Examines the codes that were scanned at devices.
//!
//! A scan is a row that goes away in the change that writes its verdict. Nothing is claimed: a scan that two nodes take at
//! once is examined by one of them, for its event names the check-in. What failed is tried again a second later, until it
//! is too old to matter.

use std::collections::HashSet;
use std::time::Duration;

use aisle_database::rows::{self, scans::Scan};
use aisle_operations::check_in::{ScanOutcome, run_scan};
use aisle_operations::{App, Failure};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

/// Most scans examined at once. One that asks its retailer may take ten seconds.
const AT_ONCE: usize = 256;
/// How often all waiting scans are looked at, bell or not.
const ROUND: Duration = Duration::from_secs(1);

/// Runs until told to stop, and then until what it examines is done.
pub async fn run(app: App, stop: CancellationToken) {
    let mut examining = Examining::default();
    while !stop.is_cancelled() {
        let round_ends = Instant::now() + ROUND;
        let mut newest = 0;
        while !stop.is_cancelled() && Instant::now() < round_ends {
            let bell = app.nudges.scans().notified();
            tokio::pin!(bell);
            // Before looking, so that a scan between looking and waiting is heard.
            bell.as_mut().enable();
            match examining.take(&app, newest).await {
                Ok(Some(last)) => newest = last,
                Ok(None) => {
                    let waiting = timeout_at(round_ends, bell);
                    tokio::select! {
                        () = stop.cancelled() => {}
                        Some(id) = examining.next_done() => examining.forget(id),
                        _ = waiting => {}
                    }
                }
                Err(failure) => {
                    tracing::warn!(%failure, "scans cannot be read");
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep_until(round_ends) => {}
                    }
                }
            }
        }
    }
    while examining.next_done().await.is_some() {}
}

/// Examines what waits, one after another, and answers how many there were; for tests with a set clock.
pub async fn run_due_work(app: &App) -> Result<usize, Failure> {
    let (mut newest, mut examined) = (0, 0);
    loop {
        let read = app
            .database
            .read(move |c| Box::pin(async move { Ok::<_, Failure>(rows::scans::after(c, newest, 1).await?) }));
        let Some(scan) = read.await?.pop() else {
            return Ok(examined);
        };
        newest = scan.id;
        run_scan(app, &scan).await?;
        examined += 1;
    }
}

/// What is being examined now.
#[derive(Default)]
struct Examining {
    tasks: JoinSet<i64>,
    ids: HashSet<i64>,
}

impl Examining {
    /// Begins with the scans after `newest`; answers the last one seen, or `None` when there is no room or nothing new.
    async fn take(&mut self, app: &App, newest: i64) -> Result<Option<i64>, Failure> {
        while let Some(done) = self.tasks.try_join_next() {
            self.note(done);
        }
        let room = AT_ONCE.saturating_sub(self.ids.len());
        if room == 0 {
            return Ok(None);
        }
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        let read = app
            .database
            .read(move |c| Box::pin(async move { Ok::<_, Failure>(rows::scans::after(c, newest, limit).await?) }));
        let found = read.await?;
        let last = found.last().map(|scan| scan.id);
        for scan in found {
            if self.ids.insert(scan.id) {
                self.tasks.spawn(examine(app.clone(), scan));
            }
        }
        Ok(last)
    }

    async fn next_done(&mut self) -> Option<i64> {
        let done = self.tasks.join_next().await?;
        self.note(done)
    }

    fn note(&mut self, done: Result<i64, tokio::task::JoinError>) -> Option<i64> {
        match done {
            Ok(id) => {
                self.forget(id);
                Some(id)
            }
            Err(error) => {
                tracing::error!(%error, "examining a scan broke off");
                // Which one is not said; once nothing runs, none is under way.
                if self.tasks.is_empty() {
                    self.ids.clear();
                }
                None
            }
        }
    }

    fn forget(&mut self, id: i64) {
        self.ids.remove(&id);
    }
}

async fn examine(app: App, scan: Scan) -> i64 {
    match run_scan(&app, &scan).await {
        Ok(ScanOutcome::Examined(_) | ScanOutcome::Taken) => {}
        Ok(outcome) => tracing::debug!(scan = scan.id, ?outcome, "a scan was not examined"),
        Err(failure) => tracing::warn!(scan = scan.id, %failure, "a scan could not be examined"),
    }
    scan.id
}

//! Answering a repeated request with its first answer.
//!
//! A key is claimed by a row before the request runs, and the sealed answer is put into the row after it ran. Within one
//! process the claims under way are also kept in memory, so a repeat waits for the first to end, and a claim of this
//! process that nobody holds any more (its client hung up, and nothing of it goes on) is known to be free. A claim of another process is free when that process
//! no longer beats. Whoever takes a claim over counts its attempt up, which keeps an earlier try that still runs from
//! committing ([`crate::once`]).
//!
//! Promises: over all repeats within 24 hours the change of a request is committed at most once, and every answer is the
//! first one below 500. Deliberately absent: which requests carry a key, and what an answer looks like.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aisle_database::rows::{idempotency as rows, nodes};
use aisle_model::{Millis, Moment};
use tokio::sync::Notify;

use crate::once::Once;
use crate::{App, Failure};

pub use aisle_database::rows::idempotency::RequestName;

const PLACE: &str = "idempotent answer";

/// How long an answer is kept.
const KEPT: Millis = Millis(24 * 60 * 60 * 1000);

/// How often a claim of another process is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The claims under way in this process; clones share them.
#[derive(Clone, Default)]
pub struct Idempotency(Arc<UnderWay>);

#[derive(Default)]
struct UnderWay {
    names: Mutex<HashSet<RequestName>>,
    ended: Notify,
}

/// What a request with a key is to do.
pub enum Turn {
    /// Run, and [`settle`](Idempotency::settle) in the end.
    Run(Once),
    /// Give this answer.
    Replay(Vec<u8>),
    /// The key was used with another request.
    Mismatch,
    /// The answer was about a customer who was deleted since.
    Gone,
}

/// A request that is under way in this process, until this is dropped.
pub struct Held {
    under_way: Arc<UnderWay>,
    name: RequestName,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Held").field(&self.name).finish()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        lock(&self.under_way.names).remove(&self.name);
        self.under_way.ended.notify_waiters();
    }
}

impl Idempotency {
    /// Claims a key, or waits until whoever has it ends. The caller bounds the wait.
    pub async fn begin(&self, app: &App, name: &RequestName, request_hash: [u8; 32]) -> Result<Turn, Failure> {
        loop {
            let mut ended = std::pin::pin!(self.0.ended.notified());
            ended.as_mut().enable();
            match self.enter(name) {
                Some(held) => match turn(app, held, request_hash).await? {
                    Some(turn) => return Ok(turn),
                    None => tokio::time::sleep(LOOK_AGAIN).await,
                },
                // Time out or not: the row is looked at again.
                None => drop(tokio::time::timeout(LOOK_AGAIN, ended).await),
            }
        }
    }

    /// Keeps the answer of a claimed request. A failed one (5xx) and one that cannot be kept (`None`) gives the key free.
    pub async fn settle(&self, app: &App, once: Once, status: u16, answer: Option<Vec<u8>>) -> Result<(), Failure> {
        let (id, attempt) = (once.request, once.attempt);
        let sealed = answer.filter(|_| status < 500).map(|plain| app.keys.seal(PLACE, &plain, &app.chance));
        app.database
            .change(move |c| {
                let sealed = sealed.clone();
                Box::pin(async move {
                    match sealed {
                        Some(sealed) => rows::keep_answer(c, id, attempt, status, sealed).await,
                        None => rows::release(c, id, attempt).await,
                    }
                })
            })
            .await
            .map(drop)
            .map_err(Failure::from)
    }

    fn enter(&self, name: &RequestName) -> Option<Held> {
        let is_first = lock(&self.0.names).insert(name.clone());
        is_first.then(|| Held { under_way: Arc::clone(&self.0), name: name.clone() })
    }
}

/// Forgets at most `most` claims that are older than a day; answers how many. For a worker.
pub async fn purge(app: &App, most: i64) -> Result<u64, Failure> {
    let before = app.clock.now().minus(KEPT);
    app.database.change(move |c| Box::pin(rows::purge(c, before, most))).await.map_err(Failure::from)
}

/// `None` when another process runs the request, or was faster to claim it.
async fn turn(app: &App, held: Held, hash: [u8; 32]) -> Result<Option<Turn>, Failure> {
    let now = app.clock.now();
    let name = held.name.clone();
    let found = app.database.read(move |c| Box::pin(async move { rows::find(c, &name).await })).await?;
    let claimed = match found.filter(|claimed| claimed.started_at >= now.minus(KEPT)) {
        None => claim(app, &held.name, hash, now).await?,
        Some(claimed) if claimed.request_hash != hash => return Ok(Some(Turn::Mismatch)),
        Some(claimed) if claimed.is_gone => return Ok(Some(Turn::Gone)),
        Some(claimed) => match &claimed.answer {
            Some(sealed) => {
                let answer = app.keys.open(PLACE, sealed).map_err(Failure::broken)?;
                return Ok(Some(Turn::Replay(answer)));
            }
            None if is_run_elsewhere(app, &claimed.node).await? => None,
            None => take_over(app, claimed.id, claimed.attempt).await?,
        },
    };
    Ok(claimed.map(|claimed| {
        let (request, attempt, outcome) = (claimed.id, claimed.attempt, claimed.outcome);
        Turn::Run(Once { request, attempt, outcome, held: Arc::new(held) })
    }))
}

async fn claim(app: &App, name: &RequestName, hash: [u8; 32], now: Moment) -> Result<Option<rows::Claimed>, Failure> {
    let (name, node) = (name.clone(), app.node.clone());
    app.database
        .change(move |c| {
            let (name, node) = (name.clone(), node.clone());
            Box::pin(async move { rows::claim(c, &name, hash, &node, now, now.minus(KEPT)).await })
        })
        .await
        .map_err(Failure::from)
}

async fn take_over(app: &App, id: i64, attempt: i64) -> Result<Option<rows::Claimed>, Failure> {
    let node = app.node.clone();
    app.database
        .change(move |c| {
            let node = node.clone();
            Box::pin(async move { rows::take_over(c, id, attempt, &node).await })
        })
        .await
        .map_err(Failure::from)
}

/// What this process runs was entered in memory, so a claim of its own that could be entered is not run by anybody. On the
/// embedded database there is no other process.
async fn is_run_elsewhere(app: &App, node: &str) -> Result<bool, Failure> {
    if *node == *app.node {
        return Ok(false);
    }
    let node = node.to_owned();
    app.database
        .read(move |c| Box::pin(async move { Ok(c.is_postgres() && nodes::is_alive(c, &node).await?) }))
        .await
        .map_err(|error: aisle_database::Error| Failure::from(error))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
